"""An ultrasound for a patient of the township: ordered in three clicks, done in the county, the result back by evening."""

from datetime import timedelta

import pytest

from tests.apps.booking import clinic
from tests.factories.world import resident_id
from tests.stories.conftest import PHONE, Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_examination_from_the_order_to_the_result(story: Story) -> None:
    # Given the county's ultrasound, with times this afternoon
    world = story.world
    item = clinic.exam_item(world.departments["yx-renmin.cardio"])
    clinic.session(item.department, story.clock.at + timedelta(hours=4), item=item)

    # When the township doctor orders it from the resident's page
    doctor = story.person("doctor").opens(f"/residents/{resident_id(world)}/")
    doctor.clicks = 0
    doctor.follows("申请检查").sees("腹部彩超", "阳西县人民医院").page.get_by_role("link", name="选这个").click()
    doctor.sees("检查前请告诉病人", "检查前空腹 8 小时。").writes("右上腹痛三天，有无胆结石", into="检查目的").picks(
        "14:00"
    )
    doctor.presses("约这个时间").sees("腹部彩超已约好", "今天 14:00")
    # Then it took three clicks beside the time chosen, and the patient knows when and what to do before
    assert doctor.clicks == 2  # and the one on the examination
    patient = story.person("patient", **PHONE).opens("/me/examinations/").sees("今天 14:00", "空腹 8 小时").fits()

    # When the county's physician receives the patient and writes what was found
    room = (
        story.person("physician")
        .follows("检查登记")
        .sees("陈小明", "右上腹痛三天")
        .presses("到检 陈小明")
        .sees("已登记到检")
    )
    room.follows("写结果 陈小明").writes("胆囊结石", into="结论").writes("胆囊内强回声 8 mm", into="所见")
    room.presses("发出结果").sees("结果已发给申请医生和居民", "已出结果")
    # Then it lies on the doctor's desk until it is read, and the patient can read it
    doctor.opens("/").sees("检查结果已回").follows("陈小明 腹部彩超").sees("胆囊结石", "8 mm")
    doctor.opens("/").does_not_see("检查结果已回")
    patient.opens("/me/examinations/").follows("看结果 腹部彩超").sees("胆囊结石").fits()
