"""Worked cases of how institutions are paid: each comes to what the hand came to, by arithmetic that is right."""

from pathlib import Path

import pytest

from fenji.kernel.payment.providers.sharing import share_out
from fenji.rulebook import Rulebook, RulebookError, load_rulebook
from fenji.rulebook.loader import CITIES
from fenji.rulebook.packs import available_policies
from fenji.rulebook.provider_cases import FORMS, ProviderCase, read_provider_cases
from tests.rulebook.test_worked_cases import EQUATION, value_of

CASES = [case for pack in available_policies() for case in read_provider_cases(CITIES / pack.code)]


def named(case: ProviderCase) -> str:
    return f"{case.city}:{case.name}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_it_comes_to_what_the_hand_came_to(case: ProviderCase) -> None:
    assert case.failure(load_rulebook(case.city)) == ""
    assert len(case.comes_to) >= 2


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_arithmetic_is_right_and_gives_every_amount(case: ProviderCase) -> None:
    for left, right in EQUATION.findall(case.by_hand):
        assert value_of(left) == value_of(right), f"{left} = {right}"
    digits = case.by_hand.replace(",", "")
    for cents in case.comes_to.values():
        assert f"{abs(cents) / 100:.2f}".rstrip("0").rstrip(".") in digits


def test_every_form_of_payment_has_a_case() -> None:
    assert {case.form for case in CASES} == set(FORMS)


def test_the_shares_are_the_policys() -> None:
    """Negative control: with another share kept of a surplus the cases of capitation fail."""
    content = load_rulebook("yangjiang").content
    kept = Rulebook.from_content(content.replace('"value":500', '"value":400'))
    failures = [case.failure(kept) for case in CASES if case.city == "yangjiang"]
    assert any("retained 50,000 元，得 40,000 元" in failure for failure in failures)
    assert share_out(100, {"a": 1, "b": 1}) == {"a": 50, "b": 50}


GOOD = """\
[[provider]]
name = "按项目"
on = 2020-03-10
form = "item"
by_hand = "9,000 − 400 − 2,500 = 6,100"
given = { total = 9000, others = 2500, deducted = 400 }
comes_to = { fund = 6100, gain = -400 }
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('form = "item"', 'form = "gift"', "不认识 gift"),
        ('form = "item"\n', "", "应恰有"),
        ("fund = 6100", "fund = 6100.001", "不合整分"),
        ("fund = 6100", 'fund = "6100"', "写得不对"),
        ("on = 2020-03-10", "on = 2020-03-10\nnote = 1", "应恰有"),
    ],
)
def test_a_wrong_case_is_refused_with_place_and_remedy(tmp_path: Path, old: str, new: str, words: str) -> None:
    (tmp_path / "cases").mkdir()
    file = tmp_path / "cases" / "one.toml"
    file.write_text(GOOD, encoding="utf-8")
    (case,) = read_provider_cases(tmp_path)
    assert case.failure(load_rulebook("yangjiang")) == ""
    assert old in GOOD
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(RulebookError, match=words) as caught:
        list(read_provider_cases(tmp_path))
    assert caught.value.line == 1 and caught.value.remedy
