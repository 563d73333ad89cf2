"""Working time: minutes counted only while offices are open, on the days a calendar calls working days.

Days are those of China (UTC+8, no summer time). The calendar is handed in, so that the kernel knows no holidays.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
LONGEST_CLOSURE_DAYS = 60  # a calendar without a working day in this span is broken, not a holiday

Window = tuple[time, time]  # opens, closes


class CalendarBroken(ValueError):
    """The calendar has no working day within `LONGEST_CLOSURE_DAYS`, so that a working deadline would never come."""


@dataclass(frozen=True)
class WorkingCalendar:
    """When people are at work: the same windows on every working day, in order, none overlapping."""

    hours: tuple[Window, ...]
    is_working_day: Callable[[date], bool]

    def __post_init__(self) -> None:
        flat = [moment for window in self.hours for moment in window]
        if not flat or any(later <= earlier for earlier, later in itertools.pairwise(flat)):
            raise ValueError("working hours must be windows in order, each closing after it opens, none overlapping")

    def is_working(self, at: datetime) -> bool:
        """Whether `at` lies in a window; windows are half-open, so closing time itself is not working time."""
        local = at.astimezone(CHINA)
        return self.is_working_day(local.date()) and any(opens <= local.time() < closes for opens, closes in self.hours)

    def add(self, at: datetime, minutes: int) -> datetime:
        """The moment when `minutes` of working time have passed since `at`; at the latest the close of a window.

        Always later than `at` and never between windows. Raises CalendarBroken when no working day comes.
        """
        if minutes <= 0:
            raise ValueError("a span of working time is at least one minute")
        left = timedelta(minutes=minutes)
        for opens_at, closes_at in self._windows_from(at):
            if left <= closes_at - opens_at:
                return opens_at + left
            left -= closes_at - opens_at
        raise CalendarBroken(f"no working day within {LONGEST_CLOSURE_DAYS} days after {at:%Y-%m-%d}")

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole minutes of working time from `start` to `end`; zero when `end` is not later."""
        total = timedelta()
        for opens_at, closes_at in self._windows_from(start):
            if opens_at >= end:
                break
            total += min(closes_at, end) - opens_at
        return int(total.total_seconds() // 60)

    def _windows_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is left of working windows from `at` on, in order; ends after a closure that is too long."""
        local = at.astimezone(CHINA)
        day, closed_days = local.date(), 0
        while closed_days <= LONGEST_CLOSURE_DAYS:
            if self.is_working_day(day):
                closed_days = 0
                for opens, closes in self.hours:
                    opens_at = max(datetime.combine(day, opens, CHINA), local)
                    closes_at = datetime.combine(day, closes, CHINA)
                    if opens_at < closes_at:
                        yield opens_at, closes_at
            else:
                closed_days += 1
            day += timedelta(days=1)
