"""A patient comes with a slip of paper; another goes home with one, and looks up on it how things stand."""

import re
from datetime import date, timedelta

import pytest

from tests.apps.residents.conftest import id_number, registered
from tests.stories.conftest import Story
from tests.stories.town import clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_paper_slip_is_entered_on_arrival_and_the_sender_learns_of_it(story: Story) -> None:
    # Given a patient at the county's door with a paper from the township
    number = id_number(date(1958, 5, 1), 217)
    registered(story.world, name="谭阿福", id_number=number)
    office = story.person("office").follows("今日到诊").follows("登记没有转诊号的病人")
    # When the office finds the patient by the identity card and begins the visit
    office.writes(number, into="查找").presses("查找").presses("病人在场，开始就诊").sees("谭阿福")
    office.follows("补录纸质转诊").chooses("织篢镇中心卫生院", of="转出机构").writes("高血压", into="初步诊断")
    office.writes("头晕三天，卫生院血压 176/102。", into="主要现病史").presses("登记到诊")
    # Then it is a referral like any other, arrived
    office.sees("已登记到诊", "已到诊", "织篢镇中心卫生院")
    # and the township sees it
    story.person("doctor").follows("我的转诊").sees("谭阿福", "已到诊")


def test_the_printed_slip_is_one_page_and_its_code_opens_the_status(story: Story) -> None:
    # Given a referral with much to say
    long = "反复头晕、头胀三个月，晨起明显，休息后缓解，无胸闷胸痛，无肢体麻木。" * 6
    clinic(story.world)
    referral = story.sent(
        slip={"history": long, "results": long, "medicines": "氨氯地平 5 mg 每日一次", "allergies": "青霉素"}
    )
    doctor = (
        story.person("doctor").opens(f"/referrals/{referral.pk}/").follows("转诊单").sees(referral.number, "青霉素")
    )
    # When it is printed, it is one page
    printed = doctor.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1

    # When the patient opens the code's address and gives the birth date
    patient = story.stranger().opens(f"/status/{referral.number}/")
    patient.writes("1958-05-01", into="出生日期").presses("查询")
    # Then the state is there, without name and diagnosis
    patient.sees("待接收", "阳西县人民医院").does_not_see("陈小明", "高血压")

    # When somebody guesses birth dates, the number closes after the fifth
    guesser = story.stranger()
    for day in range(10, 15):
        guesser.opens(f"/status/{referral.number}/").writes(f"1958-05-{day}", into="出生日期").presses("查询").sees(
            "不对"
        )
    guesser.writes("1958-05-01", into="出生日期").presses("查询").sees("尝试次数过多").does_not_see("阳西县人民医院")
    # Then it is open again after a quarter of an hour
    story.later(story.clock.at + timedelta(minutes=15, seconds=1))
    guesser.writes("1958-05-01", into="出生日期").presses("查询").sees("待接收")
