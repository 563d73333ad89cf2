"""An SMS: at most seventy characters, always the code, never anything medical."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.apps.notices.wording import HEADLINES, SMS_LENGTH, Brief, check_no_numbers, sms


@given(
    st.sampled_from([*HEADLINES, "something.else"]),
    st.from_regex(r"[A-Z0-9]{0,20}", fullmatch=True),
    st.text("医院阳江市人民", max_size=40),
    st.text("0123456789月日:", max_size=20),
)
def test_an_sms_fits_and_names_its_code(kind: str, code: str, institution: str, when: str) -> None:
    text = sms(kind, Brief(code, institution, when))
    assert len(text) <= SMS_LENGTH
    assert code in text


def test_an_appointment_names_place_time_and_code() -> None:
    text = sms("referral.schedule", Brief("YJ2603040001", "市人民医院", "3月5日 09:20"))
    assert all(part in text for part in ("就诊已约好", "市人民医院", "3月5日 09:20", "YJ2603040001"))


def test_the_address_is_named_where_it_fits(settings: Any) -> None:
    settings.PUBLIC_URL = "https://a.cn"
    assert "https://a.cn" in sms("referral.accept", Brief("YJ1", "市医院"))


def test_without_facts_the_resident_is_still_told_what_to_do() -> None:
    assert sms("anything", Brief()) == "【分级诊疗】您的就诊安排有新进展。请登录或联系家庭医生查看。"


@pytest.mark.parametrize("text", ["请打13800138000", "证件44170219600501123X", "441702196005011234"])
def test_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must not"):
        check_no_numbers(text)


@pytest.mark.parametrize("text", ["请打0662-3345678", "转诊 YJ20260304000123", "编号2603041380013"])
def test_landlines_and_codes_are_not(text: str) -> None:
    check_no_numbers(text)
