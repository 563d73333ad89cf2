"""THE statement by which a place is claimed, and the two by which a claim is changed or given back.

A place is chosen, locked and taken in one statement, so two callers never get the same one. Locked places are passed
over (`SKIP LOCKED`), never waited for. When nothing came back, either nothing is free (None) or everything free was
locked at that instant; then we look again for a short while, and answer `Busy` if it stays so.

Every function belongs into the caller's transaction, and `at` is that transaction's time, taken from the database.
"""

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from fenji.apps.booking import free
from fenji.apps.booking.models import Booking, BookingState, Place
from fenji.apps.booking.policies import Access, Wanted
from fenji.apps.common.errors import Busy

PATIENCE = 1.5  # seconds; below common.locks.LOCK_TIMEOUT
PAUSE = (0.004, 0.025)  # seconds between two looks, drawn at random so that callers fall out of step

NAMES = [field.attname for field in Place._meta.concrete_fields]
LOCK = "FOR NO KEY UPDATE SKIP LOCKED"

CLAIM = """
WITH chosen AS MATERIALIZED (
    SELECT id, taken_by AS lapsed FROM booking_place WHERE {free} AND {which} ORDER BY {order} LIMIT 1 {lock}
)
UPDATE booking_place AS place SET taken_by = %(booking)s, held_until = %(held_until)s
FROM chosen WHERE place.id = chosen.id
RETURNING chosen.lapsed, {columns}"""

# The caller's own place, while its claim still stands.
CHANGE = """
UPDATE booking_place SET taken_by = %(taken_by)s, held_until = %(held_until)s
WHERE id = (
    SELECT id FROM booking_place
    WHERE id = %(place)s AND taken_by = %(booking)s AND (held_until IS NULL OR held_until > %(at)s) {lock}
)
RETURNING id"""


def claim_place(
    *,
    booking_id: UUID,
    access: Access,
    at: datetime,
    place_id: int | None = None,
    wanted: Wanted | None = None,
    exam_item_id: int | None = None,
    held_until: datetime | None = None,
) -> Place | None:
    """Take the place, or the soonest of those wanted, for `booking_id`: on hold until `held_until`, or for good.

    A place named is a clinic's, unless `exam_item_id` says what is examined there. None when nothing is free. A lapsed
    hold of another booking is overwritten and that booking marked expired.
    Raises Busy when everything free stays locked by others for longer than `PATIENCE`.
    """
    which, named = _which(place_id, wanted)
    if place_id is None and wanted is not None:
        exam_item_id = wanted.exam_item_id
    values = {
        **free.values(access, at=at, exam_item_id=exam_item_id),
        **named,
        "booking": booking_id,
        "held_until": held_until,
    }
    is_free = free.where(exam_item_id)
    statement = CLAIM.format(free=is_free, which=which, order=free.ORDER, lock=LOCK, columns=_columns("place"))
    is_there = f"SELECT 1 FROM booking_place WHERE {is_free} AND {which} LIMIT 1"  # noqa: S608 (constants only)
    row = _until_unlocked(lambda: _row(statement, values), lambda: _row(is_there, values))
    if row is None:
        return None
    lapsed, *values_of_place = row
    if lapsed is not None:
        _mark_expired(lapsed, at=at)
    return Place.from_db(connection.alias, NAMES, values_of_place)


def confirm_place(*, booking_id: UUID, place_id: int, at: datetime) -> bool:
    """Turn the hold into a booking; False when the hold ran out or the place is another's."""
    return _change(place_id, booking_id, taken_by=booking_id, held_until=None, at=at)


def extend_place(*, booking_id: UUID, place_id: int, held_until: datetime, at: datetime) -> bool:
    """Hold on for longer; False when the hold ran out or the place is another's."""
    return _change(place_id, booking_id, taken_by=booking_id, held_until=held_until, at=at)


def release_place(*, booking_id: UUID, place_id: int, at: datetime) -> bool:
    """Give the place back; False when it was no longer this booking's (a lapsed hold needs no giving back)."""
    return _change(place_id, booking_id, taken_by=None, held_until=None, at=at)


def _change(
    place_id: int, booking_id: UUID, *, taken_by: UUID | None, held_until: datetime | None, at: datetime
) -> bool:
    values = {"place": place_id, "booking": booking_id, "taken_by": taken_by, "held_until": held_until, "at": at}
    statement = CHANGE.format(lock=LOCK)
    is_there = (
        "SELECT 1 FROM booking_place WHERE id = %(place)s AND taken_by = %(booking)s"
        " AND (held_until IS NULL OR held_until > %(at)s)"
    )
    return _until_unlocked(lambda: _row(statement, values), lambda: _row(is_there, values)) is not None


def _which(place_id: int | None, wanted: Wanted | None) -> tuple[str, dict[str, Any]]:
    """The condition that names the place or those wanted, and its values."""
    if place_id is not None:
        return "id = %(place)s", {"place": place_id}
    if wanted is None:
        raise ValueError("say which place, or what is wanted")
    which = "department_id = ANY(%(departments)s) AND starts_at >= %(from)s AND starts_at < %(until)s"
    if wanted.line or wanted.physician_id or wanted.not_session_id:
        which += """ AND session_id IN (SELECT id FROM booking_session WHERE department_id = ANY(%(departments)s)
            AND (%(line)s = '' OR line = %(line)s)
            AND (%(physician)s::bigint IS NULL OR physician_id = %(physician)s)
            AND id IS DISTINCT FROM %(other)s::bigint AND ends_at > %(from)s AND starts_at < %(until)s)"""
    return which, {
        "departments": list(wanted.department_ids), "from": wanted.from_at, "until": wanted.until_at,
        "line": wanted.line, "physician": wanted.physician_id, "other": wanted.not_session_id,
    }  # fmt: skip


def _columns(alias: str) -> str:
    return ", ".join(f"{alias}.{field.column}" for field in Place._meta.concrete_fields)


Row = tuple[Any, ...]


def _until_unlocked(attempt: Callable[[], Row | None], is_there: Callable[[], Row | None]) -> Row | None:
    """The attempt's row; None when there is nothing to get; Busy when what is there stays locked."""
    give_up = time.monotonic() + PATIENCE
    while True:
        row = attempt()
        if row is not None or is_there() is None:
            return row
        if time.monotonic() >= give_up:
            raise Busy
        time.sleep(random.uniform(*PAUSE))  # noqa: S311 (not a secret)


def _row(statement: str, values: dict[str, Any]) -> Row | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: Row | None = cursor.fetchone()
        return row


def _mark_expired(booking_id: UUID, *, at: datetime) -> None:
    """Write down that a hold lapsed. Passed over when its row is locked: `actions.expire_holds` writes it later."""
    lapsed = Booking.objects.filter(pk=booking_id, state=BookingState.HELD)
    if lapsed.select_for_update(skip_locked=True, no_key=True).first() is not None:
        Booking.objects.filter(pk=booking_id).update(state=BookingState.EXPIRED, ended_at=at, ended_reason="占号过期")
