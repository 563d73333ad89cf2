"""Numbered places from a clinic's weekly pattern, the share reserved for referrals spread evenly over the session."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fenji.kernel.working_time import CHINA


@dataclass(frozen=True)
class Pattern:
    """One clinic a week: on `weekday` (0 Monday) from `starts` to `ends`, on the days in [valid_from, valid_until)."""

    weekday: int
    starts: time
    ends: time
    place_minutes: int
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True)
class Slot:
    """One place of a session, half-open; `number` counts from 1."""

    number: int
    starts_at: datetime
    ends_at: datetime
    is_reserved: bool


def days(pattern: Pattern, from_on: date, until_on: date, *, is_closed: Callable[[date], bool]) -> Iterator[date]:
    """The days in [from_on, until_on) on which the clinic is held."""
    first = max(from_on, pattern.valid_from)
    last = min(until_on, pattern.valid_until or until_on)
    day = first + timedelta(days=(pattern.weekday - first.weekday()) % 7)
    while day < last:
        if not is_closed(day):
            yield day
        day += timedelta(days=7)


def span(pattern: Pattern, day: date) -> tuple[datetime, datetime]:
    """When the clinic of a day begins and ends."""
    return datetime.combine(day, pattern.starts, CHINA), datetime.combine(day, pattern.ends, CHINA)


def slots(starts_at: datetime, ends_at: datetime, *, place_minutes: int, reserve_permille: int) -> list[Slot]:
    """The places that fit wholly into [starts_at, ends_at), `reserve_permille` of them (rounded up) reserved.

    Raises ValueError when a place lasts no time or the share is not between 0 and 1000.
    """
    if place_minutes <= 0:
        raise ValueError("a place must last at least a minute")
    each = timedelta(minutes=place_minutes)
    count = max(0, (ends_at - starts_at) // each)
    return [
        Slot(index + 1, starts_at + index * each, starts_at + (index + 1) * each, reserved)
        for index, reserved in enumerate(spread(count, reserve_permille))
    ]


def spread(count: int, permille: int) -> list[bool]:
    """Which of `count` places are reserved: never fewer than the share, in any first part of the session either."""
    if not 0 <= permille <= 1000:
        raise ValueError("a share lies between 0 and 1000 permille")
    return [_reserved_up_to(index + 1, permille) > _reserved_up_to(index, permille) for index in range(count)]


def _reserved_up_to(count: int, permille: int) -> int:
    return -(-count * permille // 1000)  # rounded up: a stated share is a minimum
