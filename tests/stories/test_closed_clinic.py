"""The heart clinic is closed on Friday: everyone booked gets the next place, and who finds none is on the office's list."""

from datetime import date, time

import pytest

from fenji.apps.booking.models import Schedule
from fenji.apps.booking.schedules import make_places
from fenji.apps.common import rulebooks
from tests.stories.conftest import Story
from tests.stories.town import neighbour

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_closing_a_clinic_moves_everyone_affected(story: Story) -> None:
    # Given a clinic each Friday with places for referred patients, and two patients booked for this one
    world = story.world
    Schedule.objects.create(
        department=world.departments["yx-renmin.cardio"], physician=world.physician, weekday=4, starts=time(8), ends=time(9),
        place_minutes=30, reserve_permille=1000, valid_from=date(2026, 1, 1),
    )  # fmt: skip
    make_places(date(2026, 3, 14), at=world.at, rulebook=rulebooks.current())
    for resident in (world.resident, neighbour(world, "黎玉珍"), neighbour(world, "莫大海")):
        assert resident is not None
        story.sent(resident=resident)
    office = story.person("office")
    for name in ("陈小明", "黎玉珍", "莫大海"):
        office.presses("接收", beside=name).sees("已完成：接收")
    office.follows("已预约").sees("3月6日 周五 08:00", "3月6日 周五 08:30", "3月13日 周五 08:00")

    # When the office closes this Friday
    office.follows("号源").sees("关永康").follows_beside("停诊", beside="3月6日")
    office.writes("医生外出会诊", into="停诊原因").presses("确认停诊").sees("已停诊", "改约 1 人", "有 1 人暂无号源")
    story.worker_runs()

    # Then one has the free place of the next week, the other waits on the office's list with a deadline
    office.follows("收件箱").follows("待安排").sees("预约已取消，待改约", "还剩")
    office.follows("已预约").does_not_see("3月6日").sees("3月13日 周五 08:30")
    # and the doctor knows of both
    story.person("doctor").sees("改约", "取消预约").follows("我的转诊").sees("预约已取消，待改约", "已预约")
