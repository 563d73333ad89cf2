"""Working days of mainland China: public holidays and make-up days where they are published, else Monday to Friday."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import chinese_calendar

from fenji.kernel.working_time import WorkingCalendar
from fenji.rulebook.rulebook import Rulebook

_published: Callable[[date], bool] = chinese_calendar.is_workday  # raises NotImplementedError for a year it lacks


@lru_cache(maxsize=4096)
def is_working_day(on: date) -> bool:
    """Whether people work on this day; in a year without published holidays, whether it is Monday to Friday."""
    try:
        return _published(on)
    except NotImplementedError:
        return on.weekday() < 5


def is_fallback(on: date) -> bool:
    """Whether the holidays of this year are not known, so that `is_working_day` only counts weekdays."""
    try:
        _published(on)
    except NotImplementedError:
        return True
    return False


def working_calendar(rulebook: Rulebook, on: date) -> WorkingCalendar:
    """The calendar for deadlines that start on this day: the city's hours, China's working days."""
    return WorkingCalendar(rulebook.working_hours(on), is_working_day)
