"""The one clock: the database's, so that every process agrees. Tests set it; nothing else may.

Take the time after the lock, once per transaction, and pass it on as `at`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

from fenji.apps.common.request_memory import remembered

_set_to: datetime | None = None  # one for the whole process, so that a test's server threads see it too


def now() -> datetime:
    """The time now, aware, in UTC."""
    if _set_to is not None:
        return _set_to
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def of_request() -> datetime:
    """The time at which the request being answered first asked; `now` outside of one. Not for after a lock."""
    return remembered("clock", now)


def heard(at: datetime) -> None:
    """The database told its time along with something else the request asked for: `of_request` need not ask."""
    remembered("clock", lambda: at if _set_to is None else _set_to)


@contextmanager
def set_to(at: datetime) -> Iterator["Frozen"]:
    """For tests: the clock stands at `at` until moved."""
    global _set_to
    before, _set_to = _set_to, at
    try:
        yield Frozen()
    finally:
        _set_to = before


class Frozen:
    """A clock that stands; `advance` moves it."""

    @property
    def at(self) -> datetime:
        if _set_to is None:
            raise RuntimeError("the clock is not set")
        return _set_to

    def advance(self, span: timedelta) -> datetime:
        return self.move_to(self.at + span)

    def move_to(self, at: datetime) -> datetime:
        global _set_to
        _set_to = at
        return at
