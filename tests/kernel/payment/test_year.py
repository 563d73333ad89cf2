"""A person's year: in order, whatever order the bills came in; and what a late, corrected or reversed bill changes."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fenji.kernel.payment.codes import PayTier, ReferralState
from fenji.kernel.payment.faults import Fault
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.year import BillRefused, DatedBill, resettle_year, settle_year
from tests.kernel.payment.examples import PATIENT, bills, policies, policy, stay, visit

DAY = date(2017, 7, 1)
RULE = policy()


def always(_: date) -> PaymentPolicy:
    return RULE


@st.composite
def dated(draw, most: int = 6) -> list[DatedBill]:
    given_bills = draw(st.lists(bills(), min_size=1, max_size=most))
    days = draw(st.lists(st.integers(0, 300), min_size=len(given_bills), max_size=len(given_bills)))
    chains = draw(st.lists(st.sampled_from(["", "", "c1", "c2"]), min_size=len(days), max_size=len(days)))
    return [
        DatedBill(f"b{number}", DAY + timedelta(days=day), bill, chain)
        for number, (bill, day, chain) in enumerate(zip(given_bills, days, chains, strict=True))
    ]


YEAR = [
    DatedBill("1", date(2017, 2, 1), stay()),
    DatedBill("2", date(2017, 3, 1), visit()),
    DatedBill("3", date(2017, 4, 1), stay(tier=PayTier.TERTIARY), "chain"),
    DatedBill("4", date(2017, 4, 20), stay(tier=PayTier.COMMUNITY), "chain"),
]


def test_a_year_is_settled_in_order_of_time() -> None:
    settled = settle_year(YEAR, always)
    assert [each.settlement.deductible_cents for each in settled] == [50000, 10000, 45000, 0]
    assert settled[3].before.stays == 2  # the later stage of a chain is no new stay
    assert settled[3].bill.chain_tier == PayTier.TERTIARY


def test_an_outpatient_visit_between_two_stages_leaves_the_chain() -> None:
    between = DatedBill("x", date(2017, 4, 10), visit(), "chain")
    settled = {each.id: each for each in settle_year([*YEAR, between], always)}
    assert settled["4"].settlement.deductible_cents == 0
    assert settled["x"].settlement.deductible_cents == 0  # the yearly one was borne in March


def test_opening_values_are_where_the_year_begins() -> None:
    opening = PersonYear(stays=3, fund_cents=(0, 0, 0, 19900000, 0))
    first = settle_year(YEAR, always, opening)[0].settlement
    assert (first.deductible_cents, first.fund_cents) == (0, 100000)


def test_each_bill_is_settled_by_the_policy_of_its_day() -> None:
    later = policy(ratio__inpatient=500)
    settled = settle_year(YEAR, lambda on: RULE if on < date(2017, 4, 1) else later)
    assert [each.settlement.ratio_base_permille for each in settled] == [750, 500, 500, 500]


@settings(PATIENT, max_examples=40)
@given(dated(), policies(), st.randoms(use_true_random=False))
def test_the_order_in_which_bills_arrive_changes_nothing(given_bills, rule, chance: random.Random) -> None:
    shuffled = given_bills.copy()
    chance.shuffle(shuffled)
    assert settle_year(shuffled, lambda _: rule) == settle_year(given_bills, lambda _: rule)


def test_a_bill_that_cannot_be_settled_is_named() -> None:
    with pytest.raises(BillRefused) as refused:
        settle_year([DatedBill("bad", DAY, stay(a_cents=-1))], always)
    assert (refused.value.id, refused.value.fault) == ("bad", Fault.NEGATIVE)


def books(given_bills: list[DatedBill]) -> dict[str, object]:
    return {each.id: each.settlement for each in settle_year(given_bills, always)}


def test_a_late_bill_posts_itself_and_what_it_changes_in_later_ones() -> None:
    late = DatedBill("0", date(2017, 1, 5), stay())
    changes = {each.id: each for each in resettle_year([late, *YEAR], books(YEAR), always)}
    assert set(changes) == {"0", "1", "3", "4"}  # every later stay is one later, every later burden heavier
    assert changes["1"].total_cents == 0
    assert changes["1"].self_cents == -changes["1"].fund_cents < 0
    assert not changes["0"].was_posted and not changes["0"].needs_decision


def test_a_reversed_bill_is_taken_back_to_the_cent() -> None:
    changes = {each.id: each for each in resettle_year(YEAR[1:], books(YEAR), always)}
    taken = settle_year(YEAR, always)[0].settlement
    assert changes["1"].total_cents == -taken.total_cents
    assert changes["1"].fund_cents == -taken.fund_cents


def test_charging_the_patient_afterwards_waits_for_the_insurer() -> None:
    changes = {each.id: each for each in resettle_year(YEAR[1:], books(YEAR), always)}
    assert changes["3"].self_cents > 0 and changes["3"].needs_decision  # the tertiary stay was the second
    assert not changes["1"].needs_decision
    generous = {each.id: each for each in resettle_year([*YEAR, replace(YEAR[0], id="0")], books(YEAR), always)}
    assert not any(each.needs_decision for each in generous.values())


def test_a_corrected_bill_posts_the_difference_only() -> None:
    corrected = [replace(YEAR[0], bill=stay(a_cents=1000100)), *YEAR[1:]]
    (change,) = resettle_year(corrected, books(YEAR), always)
    assert (change.total_cents, change.fund_cents, change.self_cents) == (100, 75, 25)


@settings(PATIENT, max_examples=40)
@given(dated(), dated(), policies())
def test_books_and_differences_add_up_to_the_year_as_known_now(before, now, rule) -> None:
    old = {each.id: each.settlement for each in settle_year(before, lambda _: rule)}
    new = {each.id: each.settlement for each in settle_year(now, lambda _: rule)}
    changes = {each.id: each for each in resettle_year(now, old, lambda _: rule)}
    for id_ in {*old, *new}:
        for payer in ("total_cents", "fund_cents", "catastrophic_cents", "assistance_cents", "self_cents"):
            posted = getattr(old.get(id_), payer, 0) + getattr(changes.get(id_), payer, 0)
            assert posted == getattr(new.get(id_), payer, 0)
    assert all(
        each.total_cents
        == each.fund_cents + each.catastrophic_cents + each.assistance_cents + each.care_cents + each.self_cents
        for each in changes.values()
    )


def test_splitting_catastrophic_care_over_bills_changes_no_cent() -> None:
    rule = policy(
        deductible__inpatient=0,
        ratio__inpatient=600,
        catastrophic__bands={"i": 0, "ii": 500000, "iii": 700001, "iv": "none"},
    )
    pieces = [7654321, 1234567, 111112]
    parts = [DatedBill(str(i), DAY, stay(a_cents=cents)) for i, cents in enumerate(pieces)]
    whole = [DatedBill("0", DAY, stay(a_cents=sum(pieces)))]
    split, one = (settle_year(each, lambda _: rule) for each in (parts, whole))
    paid = sum(each.settlement.catastrophic_cents for each in split)
    assert abs(paid - one[0].settlement.catastrophic_cents) <= 2  # the basic ratio's own rounding, no more


def test_states_that_are_not_compliant_do_not_share_a_chain() -> None:
    unreferred = DatedBill("5", date(2017, 5, 1), stay(referral_state=ReferralState.UNREFERRED), "chain")
    assert settle_year([YEAR[2], unreferred], always)[-1].settlement.deductible_cents == 50000
    assert settle_year([YEAR[2], replace(unreferred, bill=stay())], always)[-1].settlement.deductible_cents == 0
