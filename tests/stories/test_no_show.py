"""The patient does not come. The clock notices, the doctor calls, and there is a new appointment."""

from datetime import timedelta

import pytest

from tests.stories.conftest import Story
from tests.stories.town import at_eight, clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_missed_appointment_is_noticed_the_patient_called_and_booked_anew(story: Story) -> None:
    # Given an appointment on Friday at eight, and another clinic on Monday
    world = story.world
    place = clinic(world)[0]
    clinic(world, days=5)
    story.sent(place)
    office = story.person("office").presses("接收", beside="陈小明").sees("已完成：接收")

    # When Friday noon has passed and nobody came
    story.later(at_eight(world, 2) + timedelta(hours=4, minutes=16))
    # Then it is the sender's turn
    office.opens("/").follows("已预约").sees("未到诊，待联系")
    doctor = story.person("doctor").sees("轮到我们处理", "未到诊，待联系").follows("陈小明").sees("轮到您", "系统")

    # When the doctor has called and books Monday
    doctor.follows("预约").sees("3月9日").picks("08:15").presses("预约").sees("已预约", "2 号")
    # Then the hospital expects the patient on Monday
    story.later(at_eight(world, 5))
    office.opens("/").follows("今日到诊").sees("08:15", "陈小明")
