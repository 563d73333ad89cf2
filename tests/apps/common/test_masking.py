"""ID and phone numbers are taken out of text; other numbers stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.apps.common.masking import masked, masked_within


@pytest.mark.parametrize(
    "number", ["44170219900101123X", "44170219900101123x", "441702199001011234", "13800138000", "19912345678"]
)
@pytest.mark.parametrize("around", ["{}", "本人{}。", "id={}&x=1", "({})", "\n{}\t", "电话:{},"])
def test_numbers_of_people_are_masked_wherever_they_stand(number: str, around: str) -> None:
    assert number not in masked(around.format(number))


@pytest.mark.parametrize(
    "text", ["血压 168/100", "2026-11-21 10:00:00", "12 3456 7890", "0662-3411234", "编号 20261121000123456789"]
)
def test_other_numbers_stay(text: str) -> None:
    assert masked(text) == text


def test_texts_inside_lists_and_dictionaries_are_reached() -> None:
    value = {"13800138000": [{"a": ("44170219900101123X", 5)}], "n": 1, "none": None}
    assert "13800138000" not in str(masked_within(value))
    assert "44170219900101123X" not in str(masked_within(value))
    assert masked_within(value)["n"] == 1


@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert masked(masked(text)) == masked(text)
