"""The county cannot take the patient, says why, and the doctor finds another hospital in the same minute."""

import pytest

from tests.stories.conftest import Story
from tests.stories.town import clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_refused_with_a_reason_and_sent_elsewhere(story: Story) -> None:
    # Given a referral that waits at the county's office, whose clinic has free places
    world = story.world
    clinic(world)
    clinic(world, house="yj-renmin")
    story.sent()
    office = story.person("office").follows("陈小明")

    # When the office says it has no place, it is told of the free ones
    office.follows("不接收").picks("无号源或床位").writes("本周号已约满。", into="给转出医生的说明").presses("不接收")
    office.sees("本科室仍有可用号源")
    # When it refuses with an honest reason
    office.picks("超出本院诊疗范围").writes("疑似主动脉夹层，本院不能手术。", into="给转出医生的说明").presses("不接收")
    office.sees("未接收，待改转")

    # Then it is the doctor's turn, who reads the reason and is offered the next adequate hospitals
    doctor = story.person("doctor").sees("轮到我们处理", "未接收，待改转").follows("陈小明")
    doctor.sees("疑似主动脉夹层，本院不能手术。", "轮到您")
    doctor.follows("改转其他机构").unfolds("其他能胜任的机构").sees("阳江市人民医院").does_not_see(
        "二级甲等 首选 阳西县人民医院"
    )
    assert doctor.page.get_by_role("radio", name="选这家").count() == 2  # not the one that refused
    doctor.picks_in("阳江市人民医院").sees("没有选首选机构的理由")  # above what would do: why?
    doctor.presses("改转其他机构").sees("最低层级")
    doctor.chooses("首选机构没有所需的专科或设备", of="没有选首选机构的理由")
    doctor.presses("改转其他机构").sees("待接收", "阳江市人民医院 · ")

    # Then the city's hospital accepts, with the place it has
    city = story.person("city_office").sees("陈小明").presses("接收", beside="陈小明").sees("已完成：接收")
    assert city.status == 200
    doctor.opens(doctor.address).sees("已预约")
    # and who refused has no more business with the patient
    office.opens(office.address).sees_nothing()
