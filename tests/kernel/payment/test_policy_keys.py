"""From rulebook values to the policy's numbers, and what is said of a value that does not fit."""

import re

import pytest

from fenji.kernel.payment.codes import Order, PayTier, Scheme, Setting
from fenji.kernel.payment.policy import NO_CAP, PaymentPolicy
from fenji.kernel.payment.policy_keys import SHAPES, TABLES, WrongValue, problem_with
from tests.kernel.payment.examples import VALUES, policy


def test_every_field_has_a_table_and_every_key_is_asked_for_once() -> None:
    assert set(TABLES) == set(PaymentPolicy._fields)
    assert set(SHAPES) == set(VALUES)


def test_the_last_axis_runs_fastest() -> None:
    rule = policy()
    place = ((Setting.INPATIENT * len(Scheme) + Scheme.RESIDENT) * len(PayTier) + PayTier.TERTIARY) * len(Order)
    assert rule.deductible_cents[place + Order.SECOND] == 45000
    assert len(rule.deductible_cents) == len(Setting) * len(Scheme) * len(PayTier) * len(Order)


def test_a_number_stands_for_a_whole_table_and_other_for_the_rest() -> None:
    assert set(policy(ratio__inpatient=800).ratio_permille[24:32]) == {800}
    given = policy(cap__year={"employee": 5, "other": "none"})
    assert given.cap_year_cents == (5, NO_CAP)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("payment.rounding", "nearest", "down、half_up、up 之一"),
        ("payment.ratio.inpatient", 1001, "千分之几，0 到 1000"),
        ("payment.ratio.inpatient", 0.8, "0.8 不对"),
        ("payment.ratio.inpatient", True, "True 不对"),
        ("payment.ratio.inpatient", {"employee": 800}, "缺少 resident"),
        (
            "payment.ratio.inpatient",
            {"employee": {"county": 800, "other": 1}, "resident": 0},
            "employee：不认识 county",
        ),
        ("payment.ratio_rule.highest", {"employee": 800}, "应为一个值"),
        ("payment.ratio_rule.higher_wins", 1, "true 或 false"),
        ("payment.cap.year", -1, "分，或 none"),
        ("payment.cap.year", "unlimited", "分，或 none"),
        ("payment.referral.late_filing", "exempt", "emergency、unreferred 之一"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_place(key: str, value: object, complaint: str) -> None:
    assert re.search(re.escape(complaint), problem_with(key, value))
    assert problem_with(key, value).startswith(key)
    assert problem_with(key, VALUES[key]) == ""


def test_the_bands_of_catastrophic_insurance_rise_from_zero() -> None:
    with pytest.raises(WrongValue, match=r"payment\.catastrophic\.bands"):
        policy(catastrophic__bands={"i": 0, "ii": 5, "iii": 4, "iv": "none"})
