"""The patient at home with a telephone: reads where things stand, chooses, declines, changes her mind, complains."""

import pytest

from tests.stories.conftest import PHONE, Story
from tests.stories.town import clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_resident_reads_chooses_declines_cancels_and_complains(story: Story) -> None:
    # Given a referral on its way to a hospital that has no place yet
    story.sent()
    patient = story.person("patient", **PHONE).sees("转诊已发往阳西县人民医院，等对方答复").fits()
    office = story.person("office").presses("接收", beside="陈小明").sees("目前没有空余号源")
    clinic(story.world, count=2)
    clinic(story.world, days=5)

    # When the office offers two times on Friday
    office.follows("待安排").follows("陈小明").follows("提供可选号源")
    office.picks("3月6日 周五 08:00").picks("3月6日 周五 08:15").presses("提供可选号源").sees("已完成")
    # Then the patient is asked, and sees these and no others
    patient.opens("/").sees("阳西县人民医院请您选一个就诊时间").follows("选择就诊时间").sees(
        "08:00", "08:15"
    ).does_not_see("3月9日").fits()
    # When neither suits
    patient.follows("这些时间都不合适").writes("下周一上午", into="什么时候方便").presses("告诉医院").sees(
        "已经告诉医院"
    )
    # Then the office reads it and offers Monday
    office.opens(office.address).sees("下周一上午").follows("提供可选号源")
    office.picks("3月9日 周一 08:00").picks("3月9日 周一 08:15").presses("提供可选号源").sees("已完成")
    patient.opens("/").follows("选择就诊时间").picks("08:15").presses("就约这个时间").sees("约好了")
    patient.opens("/").sees("3月9日", "就诊").fits()
    office.opens(office.address).sees("已预约", "2 号")

    # When she cannot come on Monday after all
    patient.follows("看进度、改时间、取消").sees("一步一步").fits()
    patient.follows("取消这次预约").presses("取消预约").sees("预约已取消。转诊仍然有效")
    # Then she chooses again, from all that is free
    patient.follows("选择就诊时间").picks("08:00").presses("就约这个时间").sees("约好了", "3月6日")

    # When she complains
    patient.follows("投诉").writes("改了三次时间，电话没人接。", into="哪里不满意").presses("提交投诉").sees(
        "还没有答复"
    ).fits()
    # Then the office must answer, and she reads it
    office.opens("/").sees("居民投诉待答复", "改了三次时间").follows("去答复")
    office.writes("对不起，已加派一人接电话。", into="答复").presses("发出答复").sees("答复已发给居民")
    patient.opens(patient.address).sees("对不起，已加派一人接电话。")
