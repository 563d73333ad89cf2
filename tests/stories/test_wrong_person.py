"""Somebody who has no business with the patient learns nothing, not even that the referral exists."""

from uuid import uuid4

import pytest

from tests.factories.world import resident_id
from tests.stories.conftest import Story
from tests.stories.town import clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


ABSENT = str(uuid4())


def test_absent_and_forbidden_look_the_same_by_address_and_by_post(story: Story) -> None:
    # Given a referral between the township and the county hospital
    clinic(story.world)
    referral = story.sent()
    known, patient = str(referral.pk), str(resident_id(story.world))

    for who in ("tcm_office", "city_physician"):
        # When somebody from another hospital tries its addresses
        outsider = story.person(who).does_not_see("陈小明")
        pages = [f"/referrals/{known}/", f"/referrals/{known}/slip/", f"/referrals/{known}/accept/", f"/refer/{patient}/",
                 f"/residents/{patient}/"]  # fmt: skip
        for page in pages:
            outsider.opens(page).sees_nothing().does_not_see("陈小明", referral.number)
            there = outsider.text
            # Then it is the answer for what does not exist, word by word
            outsider.opens(page.replace(known, ABSENT).replace(patient, ABSENT)).sees_nothing()
            assert outsider.text == there
        # and the same when they post
        outsider.opens("/")
        assert outsider.posts(f"/referrals/{known}/accept/", version="2", idempotency_key=str(uuid4())) == 404
        assert outsider.posts(f"/referrals/{ABSENT}/accept/", version="2", idempotency_key=str(uuid4())) == 404

    # When somebody without an account tries, the door is the login
    story.stranger().opens(f"/referrals/{known}/").sees("登录").does_not_see("陈小明")
    # Then nothing has happened to the referral
    referral.refresh_from_db()
    assert (referral.state, referral.version) == ("sent", 2)


def test_the_right_house_but_not_their_move(story: Story) -> None:
    # Given a referral that waits for the county's office
    clinic(story.world)
    referral = story.sent()
    # When the sender, who may see it, tries to accept it in the county's name
    doctor = story.person("doctor").opens(f"/referrals/{referral.pk}/").sees("待接收").does_not_see("不接收")
    # Then it is refused in words, and nothing has moved
    doctor.opens(f"/referrals/{referral.pk}/accept/")
    assert doctor.status == 403
    assert doctor.posts(f"/referrals/{referral.pk}/accept/", version="2", idempotency_key=str(uuid4())) == 403
    referral.refresh_from_db()
    assert referral.state == "sent"
