"""Deadlines: by the clock day and night, or in working time, as the span says."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.deadlines import Span, deadline_at, is_overdue
from fenji.kernel.working_time import CHINA, WorkingCalendar

CALENDAR = WorkingCalendar(((time(8), time(12)), (time(14, 30), time(17, 30))), lambda on: on.weekday() < 5)
START = datetime(2026, 1, 1, tzinfo=CHINA)
moments = st.integers(0, 365 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))
spans = st.builds(Span, st.integers(1, 10_000), st.booleans())


@given(moments, spans)
def test_a_deadline_is_always_later_than_its_start(at: datetime, span: Span) -> None:
    assert deadline_at(at, span, CALENDAR) > at


@given(moments, st.integers(1, 10_000))
def test_by_the_clock_is_never_later_than_in_working_time(at: datetime, minutes: int) -> None:
    assert deadline_at(at, Span(minutes), CALENDAR) <= deadline_at(at, Span(minutes, working=True), CALENDAR)


@given(moments, st.integers(1, 10_000))
def test_by_the_clock_nights_and_weekends_count(at: datetime, minutes: int) -> None:
    assert deadline_at(at, Span(minutes), CALENDAR) - at == timedelta(minutes=minutes)


@given(moments, spans)
def test_a_deadline_is_given_in_the_time_of_china(at: datetime, span: Span) -> None:
    assert deadline_at(at, span, CALENDAR).utcoffset() == timedelta(hours=8)


def test_on_friday_evening_the_office_has_until_monday_and_the_emergency_until_a_quarter_past() -> None:
    friday = datetime(2026, 9, 4, 18, tzinfo=CHINA)
    assert deadline_at(friday, Span(60, working=True), CALENDAR) == datetime(2026, 9, 7, 9, tzinfo=CHINA)
    assert deadline_at(friday, Span(15), CALENDAR) == datetime(2026, 9, 4, 18, 15, tzinfo=CHINA)


@given(moments)
def test_at_the_deadline_itself_it_is_overdue(due_at: datetime) -> None:
    assert is_overdue(due_at, at=due_at)
    assert not is_overdue(due_at, at=due_at - timedelta(microseconds=1))


@pytest.mark.parametrize("minutes", [0, -5])
def test_a_span_of_nothing_is_refused(minutes: int) -> None:
    with pytest.raises(ValueError, match="at least one minute"):
        Span(minutes)
