"""ID and phone numbers are taken out of text; other numbers stay, and so do keys of rows."""

import hashlib

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


MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
HEX = "0123456789abcdef"
# Keys in which a mobile number seems to stand, between letters or at the end.
UNLUCKY = st.one_of(
    st.builds("{}-13a4-4567-8abc-c{}".format, st.text(HEX, min_size=8, max_size=8), MOBILES),
    st.builds("{}a{}b".format, st.text(HEX, min_size=19, max_size=19), MOBILES),
    st.builds(lambda number: number + "f" * 53, MOBILES),
    st.uuids().map(str),
    st.binary().map(lambda some: hashlib.sha256(some).hexdigest()),
)


@given(
    key=UNLUCKY,
    number=MOBILES,
    around=st.sampled_from(["{} {}", "{}，电话{}", "/referrals/{}/?of={}", "referral-{}-{}", '"{}":"{}"']),
)
def test_a_key_stays_whole_and_the_number_beside_it_goes(key: str, number: str, around: str) -> None:
    kept = masked(around.format(key, number))
    assert kept == around.format(key, "[手机号码]")


@given(number=MOBILES, letters=st.text("abcdef", min_size=1, max_size=8))
def test_letters_beside_a_number_do_not_make_it_a_key(number: str, letters: str) -> None:
    assert number not in masked(letters + number)
    assert number not in masked(number + letters)


def test_digits_alone_are_no_hash() -> None:
    assert "44170219900101123X" not in masked("44170219900101123X" + "a" * 14)  # as long as a hash
    assert masked("13800138000" * 3) == "13800138000" * 3  # one number of 33 digits is nobody's


@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert masked(masked(text)) == masked(text)
