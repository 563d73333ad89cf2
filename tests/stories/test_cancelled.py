"""After acceptance a cancellation is a request: the hospital agrees and frees the place, or says why not."""

import pytest

from fenji.apps.booking.models import Place
from tests.stories.conftest import Story
from tests.stories.town import clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_cancellation_is_asked_for_refused_once_and_then_agreed(story: Story) -> None:
    # Given an accepted referral with an appointment
    place = clinic(story.world)[0]
    story.sent(place)
    office = story.person("office").presses("接收", beside="陈小明").sees("已完成：接收")
    doctor = story.person("doctor").opens("/family-doctor/sent/").follows("陈小明").sees("已预约")

    # When the doctor asks to cancel
    doctor.follows("申请取消").picks("病情好转").presses("申请取消").sees("申请取消", "阳西县人民医院 · ")
    # Then the office decides; it finds the patient should come all the same
    office.follows("待安排").follows("陈小明").sees("病情好转", "轮到您")
    office.follows("不取消，继续").writes("血钾偏低，仍需复查。", into="为什么不取消").presses("不取消，继续").sees(
        "已预约"
    )
    doctor.opens(doctor.address).sees("已预约", "血钾偏低，仍需复查。", "1 号")

    # When it is asked again and agreed
    doctor.follows("申请取消").picks("居民不愿转诊").presses("申请取消")
    office.opens("/").follows("待安排").follows("陈小明").presses("同意取消").sees("已取消")
    # Then it is closed and the place is free for others
    doctor.opens(doctor.address).sees("已取消")
    assert Place.objects.get(pk=place.pk).taken_by is None
