"""The day or week that a page is asked for."""

from datetime import date, timedelta

A_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
FARTHEST = timedelta(days=3653)


def day_named(text: str) -> date | None:
    """The day that is written there; None for anything that is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_asked(text: str, today: date) -> date:
    """The day asked for, within a few years of today; else today."""
    day = day_named(text)
    return day if day is not None and abs(day - today) < FARTHEST else today


def week_from(first: date) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range(WEEK.days)]
