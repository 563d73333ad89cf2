"""Identity numbers: what each says, and what is said about each that is wrong. All numbers here are made up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel import identity
from fenji.kernel.identity import IdentityFault

TODAY = date(2026, 11, 21)


def number(first_17: str) -> str:
    return first_17 + identity.check_digit(first_17)


def fault(text: str) -> str:
    with pytest.raises(IdentityFault) as caught:
        identity.mainland(text, on=TODAY)
    return str(caught.value)


def test_a_number_says_region_birth_and_sex() -> None:
    read = identity.mainland(number("44170219680305113"), on=TODAY)
    assert (read.region_code, read.region_name) == ("441702", "江城区")
    assert (read.birth_date, read.sex, read.region_since) == (date(1968, 3, 5), identity.MALE, None)
    assert identity.mainland(number("44170219680305112"), on=TODAY).sex == identity.FEMALE


def test_the_check_digit_follows_the_standards_weights() -> None:
    weights = [2**i % 11 for i in range(17, 0, -1)]
    for body in ("44170219680305113", "11010519491231002", "44178120010229000"):
        total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
        assert identity.check_digit(body) == "10X98765432"[total % 11]
    assert identity.check_digit("11010519491231002") == "X"  # the standard's own example


def test_a_small_x_full_width_digits_and_spaces_are_read() -> None:
    assert identity.mainland(" 110105 19491231 002x ", on=TODAY).number == "11010519491231002X"
    assert identity.mainland("１１０１０５１９４９１２３１００２Ｘ", on=TODAY).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "请填写"),
        ("440725680305113", "15 位旧号码"),
        ("4417021968030511", "现有 16 位"),
        ("4417021968030511A3", "前 17 位应为数字"),
        ("441702196803051130", "校验位不对"),
        (number("44170219680230113"), "出生日期不存在"),
        (number("44170220261122113"), "今天之后"),
        (number("44170218990305113"), "1899 过早"),
        (number("99170219680305113"), "不是任何时期的地区代码"),
        (number("44000019680305113"), "不是任何时期的地区代码"),
    ],
)
def test_each_fault_has_its_own_words(text: str, words: str) -> None:
    assert words in fault(text)


def test_a_region_code_of_former_times_is_known_in_its_years() -> None:
    read = identity.mainland(number("44172319950305113"), on=TODAY)
    assert (read.region_name, read.region_since) == ("阳东县", None)


def test_a_code_abolished_before_the_birth_is_impossible() -> None:
    assert "阳东县在 2013 年后已停用" in fault(number("44172320200305113"))


def test_the_old_may_carry_a_code_younger_than_they_are() -> None:
    assert identity.mainland(number("44172319500305113"), on=TODAY).region_since is None


def test_a_code_younger_than_a_child_is_let_through_with_a_doubt() -> None:
    read = identity.mainland(number("44170420050305113"), on=TODAY)
    assert read.region_name == "阳东区"
    assert read.region_since == 2014


def test_a_summary_code_of_districts_is_accepted_only_under_a_real_city() -> None:
    assert identity.mainland(number("44170119700305113"), on=TODAY).region_name == "市辖区"
    assert "地区代码" in fault(number("44990119700305113"))


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(place: int, shift: int) -> None:
    right = number("44170219680305113")
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    with pytest.raises(IdentityFault):
        identity.mainland(wrong, on=TODAY)


@given(st.text(max_size=40))
def test_any_text_is_answered_with_a_reading_or_a_fault(text: str) -> None:
    for read in (
        lambda: identity.mainland(text, on=TODAY),
        lambda: identity.hmt(text, on=TODAY),
        lambda: identity.passport(text),
        lambda: identity.birth_certificate(text),
        lambda: identity.uscc(text),
    ):
        try:
            read()
        except IdentityFault as known:
            assert str(known)


def test_a_fault_never_repeats_the_number() -> None:
    assert "19680305" not in fault("441702196803051130")


def test_a_birth_certificate_is_a_letter_and_nine_digits() -> None:
    assert identity.birth_certificate("o 440123456") == "O440123456"
    with pytest.raises(IdentityFault, match="9 位数字"):
        identity.birth_certificate("O44012345")


def test_a_passport_is_letters_and_digits() -> None:
    assert identity.passport("e12345678") == "E12345678"
    for wrong in ("ABCDEFG", "E123", "E1234567890", "护照12345"):
        with pytest.raises(IdentityFault, match="护照号码"):
            identity.passport(wrong)


def test_permits_of_hong_kong_macao_and_taiwan() -> None:
    assert identity.hmt("H1234567801", on=TODAY) == "H12345678"  # reissued, the same person
    assert identity.hmt("m12345678", on=TODAY) == "M12345678"
    assert identity.hmt("12345678", on=TODAY) == "12345678"
    assert identity.hmt(number("81000019680305113"), on=TODAY).startswith("810000")
    mainland = number("44170219680305113")
    for wrong, words in (("A1234567", "通行证"), (mainland, "居住证"), ("810000196803051130", "校验位")):
        with pytest.raises(IdentityFault, match=words):
            identity.hmt(wrong, on=TODAY)


def test_a_residence_permits_number_is_read_by_the_mainland_rules_too() -> None:
    assert identity.mainland(number("83000019680305113"), on=TODAY).birth_date == date(1968, 3, 5)


def test_social_credit_codes() -> None:
    assert identity.uscc("91350100m000100y43") == "91350100M000100Y43"
    for wrong, words in (
        ("91350100M000100Y4", "现有 17 位"),
        ("91350100M000100I43", "不能有 I"),
        ("91350100M000100Y44", "校验位"),
    ):
        with pytest.raises(IdentityFault, match=words):
            identity.uscc(wrong)
