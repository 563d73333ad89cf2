"""How a resource is claimed. Its row is the lock of everything that lies on it: lock, look again, write.

"Any bed of this ward" passes over what others have locked (`SKIP LOCKED`) and never waits; whoever names a resource
waits for it, resources in the order of their ids, so that nobody waits in a circle. The lock comes first and the look
second, in a statement of its own, which therefore sees what was committed meanwhile. `stays_never_overlap` in the
database speaks last.

Every function belongs into the caller's transaction.
"""

import random
import time
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from fenji.apps.common.errors import Busy, NotFound
from fenji.apps.stays import free
from fenji.apps.stays.errors import AlreadyAdmitted, ResourceTaken
from fenji.apps.stays.models import Resource, Stay
from fenji.apps.stays.policies import Footing, Person, Span, Wanted
from fenji.kernel.stays import StayState

PATIENCE = 1.5  # seconds; below common.locks.LOCK_TIMEOUT
PAUSE = (0.004, 0.025)  # seconds between two looks, drawn at random so that callers fall out of step

WHERE = f"""r.kind = %(kind)s
    AND (r.ward_id = ANY(%(wards)s::bigint[]) OR r.department_id = ANY(%(departments)s::bigint[]))
    AND NOT r.id = ANY(%(not)s::bigint[]) AND {free.FREE} AND {free.PERSON} AND {free.FOOTING}"""
# The wards as they were named, then a bed for one sex before one for both.
ORDER = "array_position(%(wards)s::bigint[], r.ward_id), coalesce(nullif(r.sex, 0), w.sex) = 0, length(r.code), r.code"


def lock_these(ids: Collection[int]) -> dict[int, Resource]:
    """The resources named, locked in the order of their ids. Raises NotFound when one does not exist."""
    rows = Resource.objects.select_for_update(of=("self",), no_key=True).select_related("ward").order_by("pk")
    found = {row.pk: row for pk in sorted(set(ids)) for row in rows.filter(pk=pk)}
    if len(found) < len(set(ids)):
        raise NotFound
    return found


def lock_any(wanted: Wanted, person: Person, footing: Footing, *, at: datetime) -> Resource | None:
    """The first fitting resource that is free, locked; None when there is none. Raises Busy.

    Busy when all that are free stay locked by others for longer than `PATIENCE`.
    """
    give_up, lost = time.monotonic() + PATIENCE, list(wanted.not_ids)
    while True:
        number = _first(wanted, person, footing, lost, at, lock="FOR NO KEY UPDATE OF r SKIP LOCKED")
        if number is None:
            if _first(wanted, person, footing, lost, at, lock="") is None:
                return None
            if time.monotonic() >= give_up:
                raise Busy
            time.sleep(random.uniform(*PAUSE))  # noqa: S311 (not a secret)
        elif is_free(number, wanted.span, at=at):
            return Resource.objects.select_related("ward").get(pk=number)
        else:
            lost.append(number)  # taken between the look and the lock


def is_free(resource_id: int, span: Span, *, at: datetime) -> bool:
    """Whether a resource is free over the span, whomever it fits; true for good once its row is locked."""
    values = free.values(span, Person(), Footing.PLATFORM, at=at) | {"id": resource_id}
    return _row(f"SELECT 1 FROM {free.TABLES} WHERE r.id = %(id)s AND {free.FREE}", values) is not None  # noqa: S608


def in_the_way(resource_id: int, span: Span, *, at: datetime, but: Collection[Any] = ()) -> list[Stay]:
    """The living stays of a locked resource that touch the span, lapsed holds left out."""
    lapsed = Q(state=StayState.HELD, held_until__lte=at)
    living = Stay.objects.filter(resource_id=resource_id, state__in=LIVING_STATES, from_at__lt=span.until_at)
    return list(living.filter(until_at__gt=span.from_at).exclude(lapsed).exclude(pk__in=but).order_by("from_at"))


def write(stay: Stay, *, at: datetime) -> Stay:
    """Write a stay on a locked resource, lapsed holds cleared away first. Raises ResourceTaken, AlreadyAdmitted."""
    clear_lapsed(stay.resource_id, at=at)
    try:
        with transaction.atomic():
            stay.save()
    except IntegrityError as error:
        if "stays_never_overlap" in str(error):
            raise ResourceTaken from None
        if "resident_in_one_bed" in str(error):
            raise AlreadyAdmitted from None
        raise
    return stay


def clear_lapsed(resource_id: int, *, at: datetime) -> int:
    """Write down which holds of a locked resource ran out, so that they stand in nobody's way."""
    lapsed = Stay.objects.filter(resource_id=resource_id, state=StayState.HELD, held_until__lte=at)
    return lapsed.update(state=StayState.EXPIRED, ended_at=at, reason="占床过期")


LIVING_STATES = tuple(
    state.value
    for state in (StayState.HELD, StayState.RESERVED, StayState.OCCUPIED, StayState.CLEANING, StayState.BLOCKED)
)


def _first(wanted: Wanted, person: Person, footing: Footing, lost: list[int], at: datetime, *, lock: str) -> int | None:
    values = free.values(wanted.span, person, footing, at=at) | {
        "kind": wanted.kind.value, "wards": list(wanted.ward_ids), "departments": list(wanted.department_ids),
        "not": lost,
    }  # fmt: skip
    row = _row(f"SELECT r.id FROM {free.TABLES} WHERE {WHERE} ORDER BY {ORDER} LIMIT 1 {lock}", values)  # noqa: S608
    return None if row is None else int(row[0])


def _row(statement: str, values: dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
