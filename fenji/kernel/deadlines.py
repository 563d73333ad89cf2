"""Deadlines: a span from the rulebook, counted from a moment, by the clock or in working time only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fenji.kernel.working_time import CHINA, WorkingCalendar


@dataclass(frozen=True)
class Span:
    """How long somebody has. `working` counts office hours only; otherwise the clock runs day and night."""

    minutes: int
    working: bool = False

    def __post_init__(self) -> None:
        if self.minutes <= 0:
            raise ValueError("a span is at least one minute")


def deadline_at(at: datetime, span: Span, calendar: WorkingCalendar) -> datetime:
    """When `span` from `at` is over, in China's time: later than `at`, and within working time if it counts that."""
    if span.working:
        return calendar.add(at, span.minutes)
    return (at + timedelta(minutes=span.minutes)).astimezone(CHINA)


def is_overdue(due_at: datetime, *, at: datetime) -> bool:
    """Half-open: at the very moment of the deadline it has passed."""
    return at >= due_at
