"""An old computer where scripts are switched off, and a keyboard without a mouse."""

import pytest

from fenji.apps.referrals.models import Referral
from tests.factories.world import resident_id
from tests.stories.conftest import Story
from tests.stories.town import HISTORY, clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


MOST_TABS = 40


def test_a_referral_is_written_without_javascript(story: Story) -> None:
    # Given a browser without JavaScript
    places = clinic(story.world)
    doctor = story.person("doctor", java_script_enabled=False).opens(f"/refer/{resident_id(story.world)}/")
    # When the doctor asks where to
    doctor.writes("高血压", into="初步诊断").writes(HISTORY, into="主要现病史").presses("看看转到哪里")
    # Then the same page comes back with questions, hospitals and places, and what was written is still there
    doctor.sees("首选", "阳西县人民医院", "收缩压")
    assert doctor.page.get_by_label("主要现病史").input_value() == HISTORY
    # When a reading changes the urgency
    doctor.writes("186", into="收缩压").presses("看看转到哪里").sees("按转诊标准，这个病人的缓急应为")
    doctor.picks("加急").picks("居民本人同意").presses("发出转诊").sees("待接收", "加急")
    # Then it is sent, with the first place held
    referral = Referral.objects.get()
    assert referral.booking is not None
    assert referral.booking.place_id == places[0].pk


def test_a_referral_is_accepted_with_the_keyboard_alone(story: Story) -> None:
    # Given a referral in the office's inbox
    clinic(story.world)
    story.sent()
    office = story.person("office").opens("/office/")
    # When only the tabulator is pressed, the first stop leads past the navigation
    keys, focused = office.page.keyboard, "document.activeElement.innerText"
    keys.press("Tab")
    assert office.page.evaluate(focused) == "跳到正文"
    keys.press("Enter")
    # Then the button comes soon, can be seen to have the focus, and Enter accepts
    for _ in range(MOST_TABS):
        keys.press("Tab")
        if office.page.evaluate(focused).strip() == "接收":
            break
    assert office.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    keys.press("Enter")
    office.sees("已完成：接收")
    assert Referral.objects.get().state == "scheduled"
