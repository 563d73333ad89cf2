"""A patient of the township with a blood pressure nobody gets down: up to the county with a place, and down again."""

import pytest

from fenji.apps.booking.models import BookingState
from fenji.apps.referrals.models import Referral
from tests.stories.conftest import Story
from tests.stories.town import HISTORY, at_eight, clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_up_with_a_reserved_place_and_down_with_a_plan(story: Story) -> None:
    world = story.world
    # Given a clinic in two days that keeps places for referred patients
    places = clinic(world)

    # When the township doctor refers from the residents' list
    doctor = story.person("doctor")
    doctor.follows("居民").sees("陈小明")
    doctor.clicks = 0
    doctor.follows("陈小明").follows("转诊")
    doctor.writes("I10 高血压", into="初步诊断").page.keyboard.press("Tab")
    doctor.sees("首选", "阳西县人民医院").writes(HISTORY, into="主要现病史")
    doctor.picks("居民本人同意").presses("发出转诊")
    # Then it is on its way, with the first free place held
    doctor.sees("待接收", "阳西县人民医院 · ")
    assert doctor.clicks <= 3
    up = Referral.objects.get()
    assert up.booking is not None
    assert (up.booking.place_id, up.booking.state) == (places[0].pk, BookingState.HELD)

    # When the county's office accepts in one click from its inbox
    office = story.person("office").sees("陈小明", "待接收")
    office.clicks = 0
    office.presses("接收", beside="陈小明").sees("已完成：接收")
    assert office.clicks == 1
    # Then doctor and patient have an appointment
    doctor.opens(doctor.address).sees("已预约", "1 号")

    # When the patient comes on the day and is registered
    story.later(at_eight(world, 2))
    office.follows("今日到诊").sees("08:00", "陈小明").presses("登记到诊", beside="陈小明")
    office.sees("已到诊")
    # Then the physician sees the record that was sent, takes over and replies meanwhile
    physician = story.person("physician").sees("陈小明", "已到诊")
    physician.follows("陈小明").sees(HISTORY).presses("接诊").sees("诊治中")
    physician.follows("阶段性回复").writes("已收入病房，动态血压 158/96。", into="治疗经过").presses("阶段性回复")
    doctor.opens(doctor.address).sees("阶段性回复", "动态血压 158/96")

    # When the physician sends down with a plan and dates
    physician.follows("下转回基层").writes("换用缬沙坦联合氨氯地平，血压 132/80。", into="治疗经过")
    physician.writes("继续两联降压，目标 140/90 以下。", into="接续治疗")
    physician.writes("缬沙坦，80 mg，每日一次，30", into="用药").writes("2026-03-20", into="首次随访日期")
    physician.writes("测血压、查血钾", into="首次随访内容").writes("14", into="随诊指导").presses("下转回基层").sees(
        "下转中"
    )
    # Then the sender reads what was done and what comes
    doctor.opens(doctor.address).sees("缬沙坦联合氨氯地平", "下转中")

    # When the township receives and takes on
    nurse = story.person("nurse").sees("下转来的病人", "陈小明")
    nurse.follows("陈小明").sees("缬沙坦 80 mg 每日一次 × 30 天", "继续两联降压")
    nurse.presses("接收").presses("登记到诊").presses("接续管理").sees("已完成")
    # Then both referrals are closed, and the follow-up waits for its day
    doctor.opens(doctor.address).sees("已完成")
    story.later(at_eight(world, 16))
    nurse.opens("/").sees("要随访的", "测血压、查血钾").follows("陈小明")
    nurse.writes("128", into="收缩压").writes("血压平稳，无不适。", into="随访结果").presses("记录随访")
    nurse.sees("随访已记录").does_not_see("测血压、查血钾")
    # and the hospital physician, who looks after it from above, reads how it went on
    physician.opens("/").follows("随诊指导").follows("陈小明").sees("血压平稳，无不适。")
