"""The worked cases: every one comes to what was computed by hand, and the hand's arithmetic is right by itself."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from fenji.kernel.payment.bill import total_cents
from fenji.kernel.payment.codes import Group, PayTier, ReferralState, Scheme, Setting
from fenji.rulebook import RulebookError, load_rulebook
from fenji.rulebook.case_running import run, total_of
from fenji.rulebook.loader import CITIES
from fenji.rulebook.packs import available_policies
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.shapes import percent, yuan
from fenji.rulebook.worked_cases import WorkedCase, read_worked_cases

CASES = [case for pack in available_policies() for case in read_worked_cases(CITIES / pack.code)]
EQUATION = re.compile(r"(?<![0-9.,%])([0-9.,%+−×÷() ]*[+−×÷][0-9.,%+−×÷() ]*?) = ([0-9.,]+%?)")
ROUNDED = re.compile(r"= ([0-9.,]+)，四舍五入得 ([0-9.,]+)")


def value_of(text: str) -> Fraction:
    """A plain arithmetic expression, exactly."""
    plain = text.replace(",", "").replace("−", "-").replace("×", "*").replace("÷", "/")
    assert re.fullmatch(r"[0-9.%+\-*/() ]+", plain), text
    plain = re.sub(r"([0-9.]+)%", r"(\1/100)", plain)
    return Fraction(eval(re.sub(r"[0-9.]+", r"Fraction('\g<0>')", plain), {"Fraction": Fraction}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.city}:{case.name}")
def test_the_kernel_comes_to_what_the_hand_came_to(case: WorkedCase) -> None:
    assert run(case, load_rulebook(case.city)).failure == ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.city}:{case.name}")
def test_the_arithmetic_by_hand_is_right_and_gives_every_amount(case: WorkedCase) -> None:
    for left, right in EQUATION.findall(case.by_hand):
        assert value_of(left) == value_of(right), f"{left} = {right}"
    for exact, rounded in ROUNDED.findall(case.by_hand):
        assert Decimal(exact.replace(",", "")).quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(
            rounded.replace(",", "")
        )
    for one in case.bills:
        assert total_of(one) == total_cents(one.bill)  # nothing is lost between the payers
        for name, amount in one.comes_to.items():
            words = percent(amount) if name == "ratio" else yuan(amount)
            assert not amount or re.search(rf"(?<![0-9,.]){re.escape(words)}(?![0-9,.]*[0-9])", padded(case.by_hand)), (
                f"{words} of {name} does not stand in the arithmetic"
            )


def padded(by_hand: str) -> str:
    """Amounts to the cent, as `yuan` writes them: 17.5 is 17.50."""
    return re.sub(r"(?<![0-9.])([0-9,]+\.[0-9])(?![0-9])(?!%)", r"\g<1>0 \g<1>", by_hand)


def test_there_are_enough_cases_and_they_reach_every_corner() -> None:
    assert len(CASES) >= 120
    assert sum(len(EQUATION.findall(case.by_hand)) for case in CASES) > 3 * len(CASES) - 10  # they are worked
    bills = [(one, case) for case in CASES for one in case.bills]
    assert {one.bill.setting for one, _ in bills} == set(Setting)
    assert {one.bill.scheme for one, _ in bills} == set(Scheme)
    assert {one.bill.tier for one, _ in bills} == set(PayTier)
    assert {one.bill.referral_state for one, _ in bills} == set(ReferralState)
    assert {one.bill.group for one, _ in bills} >= set(Group) - {Group.MINOR}
    assert {case.city for case in CASES} == {pack.code for pack in available_policies()}
    assert sum(bool(one.chain) for one, _ in bills) > 30 and sum(one.bill.contract for one, _ in bills) >= 5
    assert sum(one.visit is not None for one, _ in bills) >= 12


def test_no_two_cases_of_a_city_have_one_name() -> None:
    names = [(case.city, case.name) for case in CASES]
    assert len(set(names)) == len(names)


def test_another_policy_fails_the_cases_that_rest_on_it() -> None:
    """Negative control: with one ratio changed by a tenth of a percent, its cases fail and say by how much."""
    before = load_rulebook("yangjiang")
    changed = Rulebook.from_content(before.content.replace('"secondary":780', '"secondary":781'))
    assert changed.hash != before.hash
    failures = [run(case, changed).failure for case in CASES if case.city == "yangjiang"]
    assert sum(map(bool, failures)) > 10
    assert any("统筹基金 5,694 元，得 5,701.30 元" in failure for failure in failures)


GOOD = """\
# a case
[[case]]
name = "镇卫生院住院"
scheme = "resident"
by_hand = "(1,300 − 300) × 88% = 880"

[[case.bill]]
on = 2020-03-10
setting = "inpatient"
tier = "community"
state = "first_contact"
a = 1300
comes_to = { fund = 880, self = 420 }
"""


def folder_with(tmp_path: Path, text: str) -> Path:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "one.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_good_case_is_read_and_holds(tmp_path: Path) -> None:
    (case,) = read_worked_cases(folder_with(tmp_path, GOOD))
    assert case.bills[0].bill.a_cents == 130_000
    assert run(case, load_rulebook("yangjiang")).failure == ""


def test_a_case_that_differs_says_in_what(tmp_path: Path) -> None:
    (case,) = read_worked_cases(folder_with(tmp_path, GOOD.replace("fund = 880", "fund = 881, ratio = 87")))
    failure = run(case, load_rulebook("yangjiang")).failure
    assert failure == "镇卫生院住院：第 1 张：统筹基金 881 元，得 880 元；第 1 张：比例 87%，得 88%"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('scheme = "resident"', 'scheme = "farmer"', "不认识 farmer"),
        ('scheme = "resident"\n', "", "scheme"),
        ('setting = "inpatient"', 'setting = "ward"', "不认识 ward"),
        ('tier = "community"', 'tier = "city"', "不认识 city"),
        ('state = "first_contact"', 'state = "walked_in"', "不认识 walked_in"),
        ('state = "first_contact"\n', "", "只写一项"),
        ("a = 1300", "a = 1300.005", "不合整分"),
        ("a = 1300", 'a = "1300"', "不是以元计的金额"),
        ("a = 1300", "甲 = 1300", "不是合法的 TOML"),
        ("a = 1300", "amount = 1300", "不认识的字段 amount"),
        ("fund = 880", "funds = 880", "不认识的字段 funds"),
        ('by_hand = "(1,300 − 300) × 88% = 880"', 'by_hand = " "', "没有写手算步骤"),
        ('by_hand = "(1,300 − 300) × 88% = 880"\n', "", "by_hand"),
        ('name = "镇卫生院住院"', 'name = "镇卫生院住院"\nbefore = { stay = 1 }', "不认识的字段 stay"),
        ('name = "镇卫生院住院"', 'name = "镇卫生院住院"\nbefore = { fund = { ward = 1 } }', "不认识的字段 ward"),
        (
            'state = "first_contact"',
            'admitted = 2020-03-01\nfacts = [{ kind = "letter", issued = 2020-03-01 }]',
            "letter",
        ),
    ],
)
def test_a_case_that_is_wrong_is_refused_with_place_and_remedy(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(RulebookError) as caught:
        list(read_worked_cases(folder_with(tmp_path, GOOD.replace(old, new))))
    assert words in str(caught.value) and caught.value.remedy
    assert caught.value.line == 2 or "TOML" in words
