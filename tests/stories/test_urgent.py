"""A blood pressure of 186: the criterion says urgent, and urgent means two hours, not a working day."""

from datetime import timedelta

import pytest

from tests.factories.world import resident_id
from tests.stories.conftest import Story
from tests.stories.town import HISTORY, clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_criterion_met_is_shown_and_shortens_the_deadline(story: Story) -> None:
    # Given a routine referral that waits already
    clinic(story.world)
    office = story.person("office")

    # When the doctor writes down what was measured
    doctor = story.person("doctor").opens(f"/refer/{resident_id(story.world)}/")
    doctor.writes("I10 高血压", into="初步诊断").page.keyboard.press("Tab")
    doctor.sees("首选").writes("186", into="收缩压").page.keyboard.press("Tab")
    # Then the page says what the criterion asks for, with its source
    doctor.sees("按转诊标准，这个病人的缓急应为", "收缩压 ≥180", "依据")

    # When the doctor follows it and sends
    doctor.picks("加急").writes(HISTORY, into="主要现病史")
    doctor.does_not_see("按转诊标准，这个病人的缓急应为").picks("居民本人同意").presses("发出转诊").sees("待接收")
    # Then the county has two hours to answer and sees why
    office.opens("/").sees("加急", "还剩 2 小时").follows("陈小明").sees("收缩压 ≥180", "符合")

    # When nobody has answered after two hours, it stands there as overdue
    story.later(story.clock.at + timedelta(hours=2, minutes=1))
    office.opens("/").sees("超时")
