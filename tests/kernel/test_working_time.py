"""Working time: minutes pass only while offices are open, and every deadline falls within office hours."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fenji.kernel.working_time import CHINA, LONGEST_CLOSURE_DAYS, CalendarBroken, WorkingCalendar

HOURS = ((time(8), time(12)), (time(14, 30), time(17, 30)))
HOLIDAYS = {date(2026, 10, day) for day in range(1, 9)}


def is_working_day(on: date) -> bool:
    return on.weekday() < 5 and on not in HOLIDAYS


CALENDAR = WorkingCalendar(HOURS, is_working_day)
START = datetime(2026, 8, 1, tzinfo=CHINA)
moments = st.integers(0, 150 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))
minutes = st.integers(1, 60 * 40)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-09-07 08:00", 60, "2026-09-07 09:00"),
        ("2026-09-07 11:30", 30, "2026-09-07 12:00"),  # to the close, not to the next opening
        ("2026-09-07 11:30", 31, "2026-09-07 14:31"),
        ("2026-09-07 12:00", 1, "2026-09-07 14:31"),
        ("2026-09-07 06:00", 420, "2026-09-07 17:30"),
        ("2026-09-04 17:29", 2, "2026-09-07 08:01"),  # over a weekend
        ("2026-09-05 10:00", 60, "2026-09-07 09:00"),
        ("2026-09-30 17:00", 60, "2026-10-09 08:30"),  # over a week of holidays
        ("2026-09-07 08:00", 7 * 60 * 5, "2026-09-11 17:30"),
    ],
)
def test_a_span_of_working_time_ends_when_that_much_of_it_has_passed(start: str, span: int, end: str) -> None:
    assert CALENDAR.add(at(start), span) == at(end)


@given(moments, minutes)
def test_a_working_deadline_is_later_and_within_a_window(start: datetime, span: int) -> None:
    end = CALENDAR.add(start, span)
    assert end > start
    assert is_working_day(end.date())
    assert any(opens < end.time() <= closes for opens, closes in HOURS)


@given(moments, moments, minutes)
def test_who_starts_later_is_not_due_earlier(one: datetime, other: datetime, span: int) -> None:
    first, second = sorted([one, other])
    assert CALENDAR.add(first, span) <= CALENDAR.add(second, span)


@given(moments, minutes, minutes)
def test_more_time_means_later(start: datetime, shorter: int, more: int) -> None:
    assert CALENDAR.add(start, shorter) < CALENDAR.add(start, shorter + more)


@given(moments, minutes, minutes)
def test_two_spans_one_after_the_other_are_their_sum(start: datetime, first: int, second: int) -> None:
    assert CALENDAR.add(CALENDAR.add(start, first), second) == CALENDAR.add(start, first + second)


@given(moments, minutes)
def test_what_was_added_is_what_is_measured(start: datetime, span: int) -> None:
    assert CALENDAR.minutes_between(start, CALENDAR.add(start, span)) == span


@given(moments, moments)
def test_working_time_is_never_more_than_time(one: datetime, other: datetime) -> None:
    start, end = sorted([one, other])
    assert 0 <= CALENDAR.minutes_between(start, end) <= (end - start) / timedelta(minutes=1)
    assume(end > start)
    assert CALENDAR.minutes_between(end, start) == 0


def test_other_time_zones_are_read_as_the_same_moment() -> None:
    in_china = at("2026-09-07 08:00")
    assert CALENDAR.add(in_china.astimezone(None), 60) == CALENDAR.add(in_china, 60)


def test_closing_time_is_not_working_time_but_opening_time_is() -> None:
    assert CALENDAR.is_working(at("2026-09-07 08:00"))
    assert not CALENDAR.is_working(at("2026-09-07 12:00"))
    assert not CALENDAR.is_working(at("2026-09-06 09:00"))


def test_a_calendar_that_never_works_is_refused_instead_of_looping() -> None:
    never = WorkingCalendar(HOURS, lambda on: False)
    with pytest.raises(CalendarBroken, match=str(LONGEST_CLOSURE_DAYS)):
        never.add(at("2026-09-07 08:00"), 1)


def test_a_long_span_with_weekends_between_is_no_closure() -> None:
    assert CALENDAR.add(at("2026-09-07 08:00"), 7 * 60 * 200) > at("2027-05-01 00:00")


@pytest.mark.parametrize("span", [0, -1])
def test_no_time_is_no_span(span: int) -> None:
    with pytest.raises(ValueError, match="at least one minute"):
        CALENDAR.add(at("2026-09-07 08:00"), span)


@pytest.mark.parametrize(
    "hours",
    [(), ((time(12), time(8)),), ((time(8), time(12)), (time(11), time(13))), ((time(8), time(8)),)],
)
def test_windows_that_are_empty_or_overlap_are_refused(hours: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="windows in order"):
        WorkingCalendar(hours, is_working_day)
