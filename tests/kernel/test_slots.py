"""Numbered places from a weekly pattern."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.slots import Pattern, days, slots, span, spread

START = datetime(2026, 3, 5, 0, 0, tzinfo=UTC)
MONDAY = Pattern(0, time(8), time(12), 10, date(2026, 1, 1))


def never(on: date) -> bool:
    return False


@given(st.integers(0, 300), st.integers(0, 1000))
def test_the_reserved_share_is_a_minimum_and_less_than_one_place_above_it(count: int, permille: int) -> None:
    reserved = sum(spread(count, permille))
    assert count * permille <= reserved * 1000 < count * permille + 1000


@given(st.integers(1, 200), st.integers(0, 1000), st.data())
def test_every_stretch_of_a_session_holds_its_share(count: int, permille: int, data: st.DataObject) -> None:
    marks = spread(count, permille)
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first + 1, count))
    fair = (last - first) * permille / 1000
    assert abs(sum(marks[first:last]) - fair) <= 1


@given(st.integers(1, 999))
def test_a_session_with_any_share_begins_with_a_reserved_place(permille: int) -> None:
    assert spread(1, permille) == [True]


def test_no_share_reserves_nothing_and_a_full_share_everything() -> None:
    assert spread(5, 0) == [False] * 5
    assert spread(5, 1000) == [True] * 5


@pytest.mark.parametrize("permille", [-1, 1001])
def test_a_share_outside_its_bounds_is_refused(permille: int) -> None:
    with pytest.raises(ValueError, match="permille"):
        spread(3, permille)


@given(st.integers(1, 600), st.integers(1, 90), st.integers(0, 1000))
def test_places_follow_each_other_without_gap_inside_the_session(minutes: int, each: int, permille: int) -> None:
    ends_at = START + timedelta(minutes=minutes)
    made = slots(START, ends_at, place_minutes=each, reserve_permille=permille)
    assert len(made) == minutes // each
    assert [slot.number for slot in made] == list(range(1, len(made) + 1))
    assert all(slot.ends_at - slot.starts_at == timedelta(minutes=each) for slot in made)
    assert all(one.ends_at == two.starts_at for one, two in pairwise(made))
    if made:
        assert made[0].starts_at == START
        assert made[-1].ends_at <= ends_at < made[-1].ends_at + timedelta(minutes=each)


def test_a_place_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="minute"):
        slots(START, START + timedelta(hours=1), place_minutes=0, reserve_permille=0)


def test_a_session_that_ends_before_it_begins_has_no_places() -> None:
    assert slots(START, START - timedelta(hours=1), place_minutes=10, reserve_permille=500) == []


def test_the_clinic_is_held_on_its_weekday_within_the_half_open_span() -> None:
    assert list(days(MONDAY, date(2026, 3, 2), date(2026, 3, 16), is_closed=never)) == [
        date(2026, 3, 2),
        date(2026, 3, 9),
    ]


def test_the_clinic_is_held_only_while_its_pattern_is_valid() -> None:
    pattern = Pattern(0, time(8), time(12), 10, date(2026, 3, 4), date(2026, 3, 16))
    assert list(days(pattern, date(2026, 3, 1), date(2026, 4, 1), is_closed=never)) == [date(2026, 3, 9)]


def test_closed_days_are_left_out_and_the_week_after_is_not() -> None:
    closed = {date(2026, 3, 9)}
    held = list(days(MONDAY, date(2026, 3, 2), date(2026, 3, 23), is_closed=closed.__contains__))
    assert held == [date(2026, 3, 2), date(2026, 3, 16)]


@given(st.integers(0, 6), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 90))
def test_days_are_all_of_the_weekday_and_none_is_missed(weekday: int, start: date, length: int) -> None:
    pattern = Pattern(weekday, time(8), time(12), 10, date(2019, 1, 1))
    until = start + timedelta(days=length)
    wanted = [start + timedelta(days=n) for n in range(length) if (start + timedelta(days=n)).weekday() == weekday]
    assert list(days(pattern, start, until, is_closed=never)) == wanted


def test_a_session_stands_in_the_time_of_china() -> None:
    starts_at, ends_at = span(MONDAY, date(2026, 3, 2))
    assert starts_at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert ends_at - starts_at == timedelta(hours=4)
