"""Nothing is free: the doctor sends all the same, the patient waits in turn and takes the place that somebody gave back."""

import pytest

from fenji.apps.booking import waiting
from fenji.apps.referrals.models import Referral
from tests.factories.world import make_places, resident_id
from tests.stories.conftest import PHONE, Story
from tests.stories.town import HISTORY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_who_waits_is_offered_the_place_and_the_referral_is_booked(story: Story) -> None:
    # Given a county clinic without a free place
    world = story.world
    doctor = story.person("doctor").opens(f"/refer/{resident_id(world)}/")

    # When the doctor refers, and leaves the patient on the waiting list
    doctor.writes("I10 高血压", into="初步诊断").page.keyboard.press("Tab")
    doctor.sees("首选", "同时登记候补").writes(HISTORY, into="主要现病史").picks("居民本人同意").presses("发出转诊")
    # Then she is told the place in the list
    doctor.sees("待接收", "已登记候补，排在第 1 位", "排在最前")
    # and the county's office, having accepted, sees who waits, how urgently and since when
    office = story.person("office").presses("接收", beside="陈小明").sees("目前没有空余号源")
    office.follows("候补名单").sees("陈小明", "普通", "候补中", "林国强")

    # When a place turns up
    make_places(world.departments["yx-renmin.cardio"], story.clock.at, count=1)
    waiting.serve(at=story.clock.at)
    # Then the patient reads of it first, with the time to answer by, and takes it with one press
    patient = story.person("patient", **PHONE).opens("/me/").sees("候补有号了", "前答复").fits()
    patient.presses("接受这个号").sees("已约好").fits()
    # and the referral has its appointment
    story.worker_runs()
    assert Referral.objects.get().state == "scheduled"
    doctor.opens(doctor.address).sees("已预约")
    # and the office can say why: nobody was passed over
    office.opens("/waiting/").sees("没有人候补")
    department = world.departments["yx-renmin.cardio"].pk
    office.opens(f"/waiting/?department={department}").sees("已接受", "没有越过，按次序")
