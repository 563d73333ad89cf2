"""How institutions are paid: by hand, and that no cent is lost or paid twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.payment.codes import PayTier
from fenji.kernel.payment.contract_fee import split_fee
from fenji.kernel.payment.providers.capitation import CapitationRules, clear_capitation
from fenji.kernel.payment.providers.episode import Basis, Due, Episode
from fenji.kernel.payment.providers.package import clear_package
from fenji.kernel.payment.providers.per_case import CaseRules, pay_by_case
from fenji.kernel.payment.providers.per_day import allowed_for, pay_by_day
from fenji.kernel.payment.providers.per_item import pay_by_item
from fenji.kernel.payment.providers.points import Case, clear_budget, points_of, prepay
from fenji.kernel.payment.providers.sharing import share_out
from fenji.kernel.payment.providers.staged_quota import Stage, settle_stages

STAY = Episode(total_cents=800000, others_cents=300000)
cents = st.integers(0, 10**12)
weights = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 10**6), min_size=1)


@given(cents, weights)
def test_what_is_shared_out_adds_up_and_nobody_is_off_by_a_cent(total: int, given_weights: dict[str, int]) -> None:
    whole = sum(given_weights.values())
    if not whole:
        return
    parts = share_out(total, given_weights)
    assert sum(parts.values()) == total
    assert all(abs(part * whole - total * given_weights[key]) < whole for key, part in parts.items())


def test_sharing_refuses_what_cannot_be_shared() -> None:
    assert share_out(0, {"a": 0}) == {"a": 0}
    assert share_out(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    for total, given_weights in ((1, {"a": 0}), (1, {}), (-1, {"a": 1}), (1, {"a": -1, "b": 3})):
        with pytest.raises(ValueError):
            share_out(total, given_weights)


def test_by_item_supervision_takes_off_what_it_does_not_accept() -> None:
    assert pay_by_item(STAY) == Due(500000, Basis.ITEMS, 0)
    assert pay_by_item(STAY, deducted_cents=20000) == Due(480000, Basis.ITEMS, -20000)


CASE = CaseRules({PayTier.SECONDARY: 1000000, PayTier.TERTIARY: 1400000}, low_permille=400, high_permille=2000)


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (800000, Due(700000, Basis.STANDARD, 200000)),  # 10,000 yuan less 3,000 of the patient; 2,000 saved
        (1200000, Due(700000, Basis.STANDARD, -200000)),
        (399999, Due(99999, Basis.LOW, 0)),
        (400000, Due(700000, Basis.STANDARD, 600000)),
        (2000000, Due(700000, Basis.STANDARD, -1000000)),
        (2500000, Due(1200000, Basis.HIGH, -1000000)),  # standard + 5,000 above twice the standard
    ],
)
def test_by_case(total: int, expected: Due) -> None:
    assert pay_by_case(Episode(total, 300000), PayTier.SECONDARY, CASE) == expected


def test_by_case_depends_on_the_level_and_a_level_without_a_standard_is_refused() -> None:
    assert pay_by_case(STAY, PayTier.TERTIARY, CASE).fund_cents == 1100000
    with pytest.raises(KeyError):
        pay_by_case(STAY, PayTier.VILLAGE, CASE)


def test_by_day_later_days_are_paid_less() -> None:
    steps = ((1, 40000), (16, 30000), (91, 20000))
    assert [allowed_for(days, steps) for days in (0, 1, 15, 16, 90, 100)] == [
        0,
        40000,
        600000,
        630000,
        2850000,
        3050000,
    ]
    assert pay_by_day(STAY, 16, steps) == Due(330000, Basis.STANDARD, -170000)


@given(cents, cents, cents, st.integers(0, 1000))
def test_the_fund_never_pays_below_nothing_and_the_gain_is_what_remains(total, others, standard, days) -> None:
    episode = Episode(total, min(total, others))
    dues = [
        pay_by_case(episode, PayTier.SECONDARY, CaseRules({PayTier.SECONDARY: standard}, 300, 3000)),
        pay_by_day(episode, days, ((1, 50000), (30, 20000))),
        pay_by_item(episode, min(total, standard)),
    ]
    for due in dues:
        assert due.fund_cents >= 0
        assert due.fund_cents + episode.others_cents == episode.total_cents + due.gain_cents


HEADS = CapitationRules({"general": 6000, "key": 12000}, retained_permille=500, overrun_permille=400)


def test_capitation_keeps_half_of_a_surplus_where_quality_passed() -> None:
    clearing = clear_capitation({"general": 1000, "key": 100}, 5000000, 1200000, True, HEADS)
    assert (clearing.budget_cents, clearing.retained_cents, clearing.returned_cents) == (7200000, 500000, 500000)
    assert clearing.due_cents == 6700000
    assert clear_capitation({"general": 1000, "key": 100}, 5000000, 1200000, False, HEADS).retained_cents == 0


def test_capitation_shares_an_overrun() -> None:
    clearing = clear_capitation({"general": 1000}, 6500000, 500000, True, HEADS)
    assert (clearing.borne_cents, clearing.shared_cents, clearing.due_cents) == (400000, 600000, 6600000)


@given(st.integers(0, 10**6), cents, cents, st.booleans(), st.integers(0, 1000), st.integers(0, 1000))
def test_every_cent_of_surplus_or_overrun_has_one_place(heads, spent, elsewhere, passed, retained, overrun) -> None:
    rules = CapitationRules({"all": 6000}, retained, overrun)
    clearing = clear_capitation({"all": heads}, spent, elsewhere, passed, rules)
    over = clearing.borne_cents + clearing.shared_cents
    under = clearing.retained_cents + clearing.returned_cents
    assert clearing.budget_cents - clearing.spent_cents == under - over
    assert min(over, under) == 0


def test_points_share_a_budget_and_the_year_is_cleared_against_what_was_prepaid() -> None:
    points = points_of([Case("county", 1200), Case("county", 800), Case("city", 2000, 1100), Case("town", 600, 900)])
    assert points == {"county": 2000, "city": 2200, "town": 540}
    cleared = clear_budget(4740000, points, {"county": 1900000, "city": 2300000})
    assert {one: each.earned_cents for one, each in cleared.items()} == {
        "county": 2000000,
        "city": 2200000,
        "town": 540000,
    }
    assert {one: each.to_pay_cents for one, each in cleared.items()} == {
        "county": 100000,
        "city": -100000,
        "town": 540000,
    }
    assert prepay(1000001, 900) == 900000


def test_an_institution_without_points_pays_back_what_it_was_prepaid() -> None:
    assert clear_budget(100, {"a": 1}, {"b": 40})["b"].to_pay_cents == -40


def test_a_treatment_over_three_institutions_is_settled_once() -> None:
    stages = [
        Stage("检查", "township", 150),
        Stage("手术", "county", 600, assessed_permille=950),
        Stage("康复", "township", 250, done=False),
    ]
    paid = settle_stages(2000000, stages)
    assert [(one.paid_cents, one.withheld_cents, one.undone_cents) for one in paid] == [
        (300000, 0, 0),
        (1140000, 60000, 0),
        (0, 0, 500000),
    ]


@given(cents, st.lists(st.tuples(st.integers(1, 1000), st.booleans(), st.integers(0, 1000)), min_size=1, max_size=6))
def test_the_stages_come_to_the_quota(quota, given_stages) -> None:
    stages = [Stage("x", "y", weight, done, assessed) for weight, done, assessed in given_stages]
    paid = settle_stages(quota, stages)
    assert sum(one.paid_cents + one.withheld_cents + one.undone_cents for one in paid) == quota


@given(st.integers(0, 10**6), cents, cents, cents, st.booleans())
def test_a_package_pays_members_and_care_outside_and_nothing_else(heads, first, second, outside, passed) -> None:
    weights = {"county": 700, "town": 300}
    package = clear_package({"general": heads}, {"county": first, "town": second}, outside, weights, passed, HEADS)
    assert sum(package.members.values()) + outside == package.clearing.due_cents


FEE = {"insurance": 3000, "public_health": 2000, "fiscal": 0, "resident": 1000}


def test_a_contract_fee_is_split_for_the_months_it_ran() -> None:
    assert split_fee(FEE).parts == FEE
    assert split_fee(FEE, 5).parts == {"insurance": 1250, "public_health": 833, "fiscal": 0, "resident": 417}
    assert split_fee(FEE, waived="resident", to="fiscal").parts == {
        "insurance": 3000,
        "public_health": 2000,
        "fiscal": 1000,
    }
    assert split_fee(dict.fromkeys(FEE, 0)).total_cents == 0
    with pytest.raises(ValueError):
        split_fee(FEE, 13)


@given(st.dictionaries(st.sampled_from(["insurance", "fiscal", "resident"]), cents, min_size=1), st.integers(0, 12))
def test_the_payers_of_a_fee_add_up(parts, months) -> None:
    split = split_fee(parts, months)
    assert sum(split.parts.values()) == split.total_cents
