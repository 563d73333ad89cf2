"""What "free" means, once, as SQL: for the claim, for the next free place, for lists.

A place is free when its clinic is open, it has not begun, nobody has it or the hold on it ran out (a hold covers
[taken, held_until)), and the asker's access opens its pool at this time.
"""

from datetime import datetime
from typing import Any

from fenji.apps.booking.policies import Access

_RANK = "array_position(%(pools)s::text[], pool::text)"  # null: a pool the asker may not take from

FREE = f"""is_open AND starts_at > %(at)s AND (taken_by IS NULL OR held_until <= %(at)s)
    AND {_RANK} IS NOT NULL
    AND starts_at < coalesce((%(limits)s::timestamptz[])[{_RANK}], 'infinity')"""

# Soonest day first; on that day the pool the asker prefers, so that reserved places serve whom they are kept for.
ORDER = f"(starts_at AT TIME ZONE 'Asia/Shanghai')::date, {_RANK}, starts_at, session_id, number"


def values(access: Access, *, at: datetime) -> dict[str, Any]:
    """The parameters of `FREE` and `ORDER`."""
    return {"at": at, "pools": access.pools, "limits": access.limits(at)}
