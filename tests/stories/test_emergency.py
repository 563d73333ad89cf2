"""A stroke in the township: nobody may refuse, whoever has no bed hands on and answers for the patient until then."""

import pytest

from fenji.apps.referrals.models import Referral
from tests.factories.world import resident_id
from tests.stories.conftest import Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_emergency_is_handed_on_and_never_without_someone_responsible(story: Story) -> None:
    # Given a township doctor with a patient who cannot speak
    doctor = story.person("doctor").opens(f"/refer/{resident_id(story.world)}/").picks("急诊（绿色通道）")
    doctor.writes("I63.9 脑梗死", into="初步诊断").page.keyboard.press("Tab")
    doctor.sees("接收方不能拒绝", "阳西县人民医院").writes("一小时前突发失语、右侧肢体无力。", into="主要现病史")
    # When it is sent without waiting for consent
    doctor.picks("急救，无法取得同意").presses("发出转诊").sees("急诊", "待接收")
    first = Referral.objects.get()

    # Then the county's office may accept or hand on, but not refuse and not ask, neither by button nor by address
    office = story.person("office").sees("急诊").follows("陈小明").does_not_see("不接收", "要求补充资料")
    page = office.address
    office.opens(f"{page}refuse/").sees("不能“不接收”")
    assert office.status == 409

    # When it has no bed and hands on
    office.opens(page).follows("续转上级或他院").picks("无床位或设备").writes(
        "卒中单元满床，已电话告知。", into="交接说明"
    )
    office.unfolds("其他能胜任的机构").picks_in("阳江市人民医院").presses("续转上级或他院")
    # Then it stays responsible, with a deadline, until the next accepts; everyone concerned knows
    office.sees("续转中", "该谁处理：阳西县人民医院", "还剩")
    doctor.opens(doctor.address).sees("续转中", "该谁处理：阳西县人民医院")
    doctor.opens("/").sees("续转上级或他院")
    city = story.person("city_office").sees("急诊", "陈小明", "阳西县人民医院")

    # When the city accepts
    city.presses("接收", beside="陈小明").sees("已完成：接收")
    # Then the county is released and the doctor sees the whole way
    office.opens(page).sees("已续转").does_not_see("该谁处理")
    doctor.opens(f"/referrals/{first.pk}/").sees("已续转", "阳西县人民医院 → 阳江市人民医院", "已接收")
