"""What a patient's messages add up to does not depend on their order; whom a bed fits; how days are counted."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.stays import (
    LIVING,
    NEXT,
    OF_PATIENT,
    Course,
    Event,
    Lie,
    StayState,
    Told,
    cleaned_by,
    closures,
    course,
    days_in,
    misfit,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(number: int, event: Event, hour: float, bed: int | None = None, **more: object) -> Told:
    return Told(str(number), event, START + hour * HOUR, bed, **more)  # type: ignore[arg-type]


def test_admitted_moved_and_gone() -> None:
    said = [told(1, Event.ADMIT, 0, 7), told(2, Event.TRANSFER, 5, 8), told(3, Event.DISCHARGE, 9)]
    assert course(said) == Course((Lie(7, START, START + 5 * HOUR), Lie(8, START + 5 * HOUR, START + 9 * HOUR)), None)


def test_what_came_after_the_discharge_is_ignored_and_said_so() -> None:
    said = [told(1, Event.ADMIT, 0, 7), told(2, Event.DISCHARGE, 3), told(3, Event.TRANSFER, 4, 9)]
    assert course(said).ignored == ("3",)


def test_what_was_taken_back_never_happened() -> None:
    said = [told(1, Event.ADMIT, 0, 7), told(2, Event.DISCHARGE, 3), told(3, Event.CANCEL, 4, cancels="2")]
    assert course(said).lies == (Lie(7, START, None),)


def test_the_last_expectation_holds() -> None:
    until = START + 90 * HOUR
    said = [
        told(1, Event.ADMIT, 0, 7, until_at=START + 50 * HOUR), told(2, Event.EXPECT, 9, until_at=until),
        told(3, Event.EXPECT, 5, until_at=START + 60 * HOUR),
    ]  # fmt: skip
    assert course(said).expected_at == until


messages = st.lists(
    st.builds(
        Told, message_id=st.integers(1, 12).map(str), event=st.sampled_from([*OF_PATIENT, Event.CANCEL]),
        at=st.integers(0, 40).map(lambda hour: START + hour * HOUR), bed=st.one_of(st.none(), st.integers(1, 3)),
        until_at=st.just(START + 99 * HOUR), cancels=st.integers(1, 12).map(str),
    ),
    max_size=12, unique_by=lambda one: one.message_id,
)  # fmt: skip


@given(messages, st.randoms())
def test_order_and_repetition_do_not_matter(said: list[Told], dice: object) -> None:
    again = [*said, *said[: len(said) // 2]]
    dice.shuffle(again)  # type: ignore[attr-defined]
    assert course(again) == course(said)


@given(messages)
def test_a_patient_is_in_one_bed_at_a_time(said: list[Told]) -> None:
    lies = course(said).lies
    assert all(one.until_at is not None and one.until_at >= one.from_at for one in lies[:-1])
    assert all(one.until_at <= after.from_at for one, after in itertools.pairwise(lies) if one.until_at)


def test_a_bed_is_shut_until_its_end_or_until_told() -> None:
    said = [
        told(1, Event.BLOCK, 0, 7, until_at=START + 4 * HOUR), told(2, Event.BLOCK, 10, 7),
        told(3, Event.UNBLOCK, 12, 7), told(4, Event.UNBLOCK, 20, 7),
    ]  # fmt: skip
    assert closures(said) == (Lie(7, START, START + 4 * HOUR), Lie(7, START + 10 * HOUR, START + 12 * HOUR))


def test_clean_when_told_but_not_later_than_it_takes() -> None:
    early, late = [told(1, Event.CLEAN, 0.5)], [told(1, Event.CLEAN, 3)]
    assert cleaned_by(START, early, takes=HOUR) == START + HOUR / 2
    assert cleaned_by(START, late, takes=HOUR) == START + HOUR
    assert cleaned_by(START + 2 * HOUR, early, takes=HOUR) == START + 3 * HOUR  # another patient's


@pytest.mark.parametrize(
    ("bed", "person", "why"),
    [
        ((0, False), (1, False), ""), ((2, False), (2, False), ""), ((2, False), (1, False), "sex"),
        ((2, False), (0, False), "sex"), ((0, False), (1, True), "isolation"), ((0, True), (1, True), ""),
        ((0, True), (1, False), "isolation_bed"), ((1, True), (2, True), "sex"),
    ],
)  # fmt: skip
def test_whom_a_bed_fits(bed: tuple[int, bool], person: tuple[int, bool], why: str) -> None:
    assert misfit(bed_sex=bed[0], bed_isolates=bed[1], sex=person[0], needs_isolation=person[1]) == why


@pytest.mark.parametrize(("hours", "days"), [(0, 1), (23.9, 1), (24, 1), (24.1, 2), (48.1, 3)])
def test_days_in_hospital_are_begun_days(hours: float, days: int) -> None:
    assert days_in(START, START + hours * HOUR) == days


def test_what_has_ended_goes_nowhere() -> None:
    assert all(not NEXT[state] for state in StayState if state not in LIVING)
    assert all(NEXT[state] for state in LIVING)
