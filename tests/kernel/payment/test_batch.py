"""The batch and the single bill are the same lines: the same cents, the same faults. Compiling takes some seconds."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fenji.kernel.payment.batch import settle_batch
from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.codes import PayTier
from fenji.kernel.payment.faults import FAULTS, Fault
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.policy import DatedPolicy, PaymentPolicy
from fenji.kernel.payment.rows import (
    GIVEN_FIELDS,
    MOST_CHAINS,
    NO_CHAINS,
    OPENING_ROW,
    OUTCOME_ROW,
    UNDERWAY_ROW,
    Openings,
    Rows,
    empty_rows,
)
from fenji.kernel.payment.settle import Chain, after, chain_after
from fenji.kernel.payment.year import DatedBill, settle_year
from tests.kernel.payment.examples import PATIENT, bills, policies, policy, stay, years

EPOCH = date(2017, 1, 1)
Person = list[tuple[int, int, Bill]]  # day of the year, chain, bill


def rows_of(people: list[Person]) -> Rows:
    """The people as rows, in order of person and day."""
    given_bills = [
        (number, day, chain, bill)
        for number, person in enumerate(people, start=1)
        for day, chain, bill in sorted(person, key=lambda each: each[0])
    ]
    rows = empty_rows(len(given_bills))
    for i, (number, day, chain, bill) in enumerate(given_bills):
        rows[i]["id"], rows[i]["person"], rows[i]["day"], rows[i]["chain"] = i + 1, number, day, chain
        for field in Bill._fields:
            rows[i][field] = getattr(bill, field)
    return rows


def one_by_one(
    rows: Rows,
    rule: PaymentPolicy | Callable[[date], PaymentPolicy],
    openings: Mapping[int, PersonYear] = {},
) -> list[tuple[int, ...]]:
    """The same through `settle_year`, a person at a time."""
    policy_on = (lambda _: rule) if isinstance(rule, PaymentPolicy) else rule
    found: list[tuple[int, ...]] = []
    for person in sorted(set(rows["person"].tolist())):
        own = dated(rows[rows["person"] == person])
        for each in settle_year(own, policy_on, openings.get(person)):
            found.append(tuple(getattr(each.settlement, name, 0) for name in OUTCOME_ROW.names))
    return found


def dated(rows: Rows) -> list[DatedBill]:
    return [
        DatedBill(f"{row['id']:09}", EPOCH + timedelta(days=int(row["day"])), bill_in(row), str(row["chain"] or ""))
        for row in rows
    ]


def bill_in(row: Rows) -> Bill:
    return Bill(**{field: int(row[field]) for field in GIVEN_FIELDS if field in Bill._fields})


people = st.lists(
    st.lists(st.tuples(st.integers(0, 360), st.sampled_from([0, 0, 7, 9]), bills()), min_size=1, max_size=6),
    min_size=1,
    max_size=4,
)


@settings(PATIENT, max_examples=40)
@given(people, policies())
def test_one_by_one_and_batch_are_the_same_to_the_cent(given_people, rule) -> None:
    rows = rows_of(given_people)
    assert [tuple(map(int, row)) for row in settle_batch(rows, rule)] == one_by_one(rows, rule)


@pytest.mark.prove
@settings(PATIENT, max_examples=3000)
@given(people, policies())
def test_one_by_one_and_batch_are_the_same_for_thousands(given_people, rule) -> None:
    rows = rows_of(given_people)
    assert [tuple(map(int, row)) for row in settle_batch(rows, rule)] == one_by_one(rows, rule)


def opened(openings: Mapping[int, PersonYear], year: int = 0, chains: Rows = NO_CHAINS) -> Openings:
    rows = np.zeros(len(openings), OPENING_ROW)
    for row, (person, seen) in zip(rows, sorted(openings.items()), strict=True):
        row["person"], row["year"] = person, year
        for name, value in seen._asdict().items():
            row[name] = value
    return Openings(rows, chains)


def underway(chains: Mapping[int, Mapping[str, Chain]], year: int = 0) -> Rows:
    """Each person's chains by number."""
    each = [(person, year, 0, int(id_), *chain) for person in sorted(chains) for id_, chain in chains[person].items()]
    return np.array(each, UNDERWAY_ROW)


def segments(rule: PaymentPolicy, later: PaymentPolicy, turn: int) -> list[DatedPolicy]:
    return [DatedPolicy(-1, turn, rule), DatedPolicy(turn, 400, later)]


@settings(PATIENT, max_examples=40)
@given(people, policies(), policies(), st.integers(0, 360), st.dictionaries(st.integers(0, 5), years(), max_size=3))
def test_openings_and_a_policy_that_changes_in_the_year_are_the_same_one_by_one(people, rule, later, turn, seen):
    rows, changes = rows_of(people), EPOCH + timedelta(days=turn)
    expected = one_by_one(rows, lambda on: rule if on < changes else later, seen)
    for threads in (1, 2):
        found = settle_batch(rows.copy(), segments(rule, later, turn), 0, threads, opened(seen))
        assert [tuple(map(int, row)) for row in found] == expected


@settings(PATIENT, max_examples=40)
@given(people, policies(), st.integers(0, 6), st.integers(1, 2))
def test_a_batch_cut_after_any_bill_goes_on_to_the_same_cents(people, rule, kept, threads) -> None:
    rows, years, chains = rows_of(people), dict[int, PersonYear](), dict[int, dict[str, Chain]]()
    nth = np.concatenate([np.arange(len(person)) for person in people])  # of the person's bills
    for person in range(1, len(people) + 1):
        years[person], chains[person] = seen_by(rows[(rows["person"] == person) & (nth < kept)], rule)
    found = settle_batch(rows[nth >= kept], rule, 0, threads, opened(years, chains=underway(chains)))
    whole = one_by_one(rows, rule)
    assert [tuple(map(int, row)) for row in found] == [each for each, n in zip(whole, nth, strict=True) if n >= kept]


def seen_by(rows: Rows, rule: PaymentPolicy) -> tuple[PersonYear, dict[str, Chain]]:
    """What one person's year and chains have seen after these bills."""
    person, chains, own = PersonYear(), dict[str, Chain](), dated(rows)
    for given_bill, each in zip(own, settle_year(own, lambda _: rule), strict=True):
        person = after(each.bill, each.before, rule, each.settlement)
        if given_bill.chain:
            chains[given_bill.chain] = chain_after(each.bill, each.before, rule, each.settlement)
    return person, chains


def test_a_chain_that_was_under_way_bears_the_difference_and_counts_for_its_own_person_and_year_only() -> None:
    up = stay(tier=PayTier.TERTIARY)
    rows = rows_of([[(1, 7, up)], [(2, 7, up), (400, 7, up)]])
    rows["year"] = [2017, 2017, 2018]
    begun = underway({2: {"7": Chain(PayTier.SECONDARY, 0, 50000, 750)}}, 2018)
    assert settle_batch(rows, policy(), openings=opened({}, chains=begun))["deductible_cents"].tolist() == [
        90000, 90000, 40000,
    ]  # fmt: skip


def test_an_unfit_chain_or_more_than_there_is_room_for_sets_the_year_aside() -> None:
    rows = rows_of([[(1, 0, stay())], [(1, 0, stay())], [(1, 0, stay())]])
    many = {str(number): Chain(PayTier.SECONDARY) for number in range(1, MOST_CHAINS + 1)}
    chains = underway({1: many, 2: {**many, "99": Chain()}, 3: {"1": Chain()}})
    chains["fault"][-1] = 1
    out = settle_batch(rows, policy(), openings=opened({}, chains=chains))
    assert out["fault"].tolist() == [0, Fault.OPENING, Fault.OPENING]


def test_an_opening_holds_for_its_own_year_only() -> None:
    rows = rows_of([[(1, 0, stay()), (400, 0, stay())]])
    rows["year"] = [2017, 2018]
    third_stay = opened({1: PersonYear(stays=2)}, 2018)
    assert settle_batch(rows, policy(), openings=third_stay)["deductible_cents"].tolist() == [50000, 0]


def test_a_year_whose_opening_is_unfit_is_set_aside_and_no_other() -> None:
    rows, openings = rows_of([[(1, 0, stay()), (2, 0, stay())], [(3, 0, stay())]]), opened({1: PersonYear()})
    openings.years["fault"] = 1
    assert settle_batch(rows, policy(), openings=openings)["fault"].tolist() == [Fault.OPENING] * 2 + [0]


def test_a_day_without_a_policy_is_set_aside_and_leaves_no_trace() -> None:
    rows = rows_of([[(5, 0, stay()), (10, 0, stay()), (25, 0, stay())]])
    out = settle_batch(rows, [DatedPolicy(0, 6, policy()), DatedPolicy(20, 30, policy())])
    assert out["fault"].tolist() == [0, Fault.NO_POLICY, 0]
    assert out["deductible_cents"].tolist() == [50000, 0, 25000]  # the stay in between was never there


FAULTY = {
    Fault.MISSING: {"missing": 1},
    Fault.UNKNOWN_CODE: {"tier": 4},
    Fault.NEGATIVE: {"c_cents": -1},
    Fault.TOO_LARGE: {"a_cents": 10**12 + 1},
    Fault.OWN_SHARE: {"b_items_own_cents": 1},
    Fault.DRUGS: {"drug_cents": 10**12},
    Fault.OUT_OF_ORDER: {"day": 1},
    Fault.DUPLICATE: {"id": 1},
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_bad_bill_is_set_aside_and_the_rest_settle_as_if_it_were_not_there(fault: Fault) -> None:
    good: Person = [(day, 0, stay(a_cents=day * 1000)) for day in (10, 20, 30, 40)]
    without = settle_batch(rows_of([good, good]), policy())
    rows = rows_of([[*good, (25, 0, stay())], good])
    rows["id"][2] = 99
    for field, value in FAULTY[fault].items():
        rows[field][2] = value
    out = settle_batch(rows, policy())
    assert out["fault"].tolist() == [0, 0, fault, 0, 0, 0, 0, 0, 0]
    assert out[2]["self_cents"] == out[2]["fund_cents"] == 0
    assert np.delete(out, 2).tolist() == without.tolist()
    assert fault in FAULTS


def test_a_person_who_comes_back_later_in_the_file_is_out_of_order() -> None:
    rows = rows_of([[(1, 0, stay()), (2, 0, stay())], [(3, 0, stay())]])
    rows["person"] = [5, 5, 4]
    assert settle_batch(rows, policy())["fault"].tolist() == [0, 0, Fault.OUT_OF_ORDER]
    assert settle_batch(rows, policy(), beyond=5)["fault"].tolist() == [0, 0, Fault.OUT_OF_ORDER]
    assert settle_batch(rows, policy(), beyond=6)["fault"].tolist() == [Fault.OUT_OF_ORDER] * 3


@settings(PATIENT, max_examples=20)
@given(people, policies(), st.integers(2, 5), st.randoms(use_true_random=False))
def test_threads_change_nothing_even_where_rows_are_out_of_order(given_people, rule, threads, chance) -> None:
    rows = rows_of(given_people)
    for _ in range(chance.randint(0, 3)):
        rows["person"][chance.randrange(len(rows))] = chance.randint(1, 4)
        rows["missing"][chance.randrange(len(rows))] = chance.randint(0, 1)
    assert settle_batch(rows.copy(), rule, threads=threads).tolist() == settle_batch(rows, rule).tolist()


def test_a_new_year_begins_a_new_account() -> None:
    rows = rows_of([[(1, 0, stay()), (400, 0, stay())]])
    rows["year"] = [2017, 2018]
    assert settle_batch(rows, policy())["deductible_cents"].tolist() == [50000, 50000]


PARTS = ("a_cents", "b_drug_cents", "b_service_cents", "b_material_cents", "b_items_cents", "c_cents")


def test_the_largest_bills_a_year_can_hold_do_not_overflow() -> None:
    whole = [(day, 0, stay(**dict.fromkeys(PARTS, 10**12))) for day in range(360)]
    out = settle_batch(rows_of([whole]), policy(cap__year="none", catastrophic__cap="none"))
    settled = out["fault"] == 0
    assert set(out["fault"].tolist()) == {0, int(Fault.YEAR_TOO_LARGE)}
    assert (
        out["fund_cents"][settled] + out["catastrophic_cents"][settled] + out["self_cents"][settled]
        == len(PARTS) * 10**12
    ).all()


def test_there_is_room_for_64_chains_in_a_year() -> None:
    out = settle_batch(rows_of([[(day, day + 1, stay()) for day in range(66)]]), policy())
    assert out["fault"].tolist() == [0] * 64 + [Fault.TOO_MANY_CHAINS] * 2
