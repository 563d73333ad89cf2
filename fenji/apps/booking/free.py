"""What "free" means, once, as SQL: for the claim, for the next free place, for lists.

A place is free when its clinic is open, it has not begun, nobody has it or the hold on it ran out (a hold covers
[taken, held_until)), the asker's access opens its pool at this time, and its hospital's messages are not stale. Places
of clinics and times of examinations are asked for apart: an examination by its item, a clinic by none.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fenji.apps.booking.policies import Access

_RANK = "array_position(%(pools)s::text[], pool::text)"  # null: a pool the asker may not take from

UNTAKEN = "is_open AND starts_at > %(at)s AND (taken_by IS NULL OR held_until <= %(at)s)"
CERTAIN = "institution_id NOT IN (SELECT institution_id FROM booking_feed WHERE stale_at <= %(at)s)"

FREE = f"""{UNTAKEN}
    AND (starts_at <= coalesce((%(limits)s::timestamptz[])[{_RANK}], 'infinity')
        OR institution_id = ANY(%(partners)s::bigint[])
        AND starts_at <= coalesce((%(partner_limits)s::timestamptz[])[{_RANK}], 'infinity'))
    AND {_RANK} IS NOT NULL AND {CERTAIN}"""

# Soonest day first; on that day the pool the asker prefers, so that reserved places serve whom they are kept for.
ORDER = f"(starts_at AT TIME ZONE 'Asia/Shanghai')::date, {_RANK}, starts_at, session_id, number"


def where(exam_item_id: int | None = None) -> str:
    """The whole condition: `FREE`, of clinics or of one examination. Apart, so that each has its index."""
    return f"{FREE} AND exam_item_id " + ("IS NULL" if exam_item_id is None else "= %(exam_item)s")


def values(access: Access, *, at: datetime, exam_item_id: int | None = None) -> dict[str, Any]:
    """The parameters of `where` and `ORDER`."""
    return {
        "at": at, "pools": _array(access.pools), "limits": _array(access.limits(at)),
        "partners": _array(sorted(access.partners)), "partner_limits": _array(access.partner_limits(at)),
        "exam_item": exam_item_id,
    }  # fmt: skip


def _array(values: Iterable[str | int | datetime | None]) -> str:
    """As PostgreSQL writes one; for four short lists the driver takes longer than PostgreSQL for the claim."""
    return "{" + ",".join("NULL" if one is None else str(one) for one in values) + "}"
