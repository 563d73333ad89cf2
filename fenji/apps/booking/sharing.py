"""Examinations shared between institutions: who examines for others, how soon, and how soon the result is back.

What a house examines is open to every institution whose doctors may order, and to a third party's centre just the same
(requirement A6). Measured over the thirty days before, from the orders themselves.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from fenji.apps.booking import exam_lists, free
from fenji.apps.booking.exam_lists import Offered
from fenji.apps.booking.policies import REFERRED
from fenji.apps.booking.waits import WINDOW
from fenji.kernel.tiers import PRIMARY_KINDS

WEEK = "7 days"


@dataclass(frozen=True)
class Use:
    """Of one examination: free and all times of the coming week; orders from other houses, of them from primary ones,
    and how many houses ordered; median hours from the examination to its result, None without any.
    """

    free: int = 0
    times: int = 0
    orders: int = 0
    from_primary: int = 0
    houses: int = 0
    report_hours: float | None = None


@dataclass(frozen=True)
class Shared:
    """An examination with its next free time, its wait and its use."""

    offered: Offered
    use: Use


def shared(word: str, day: date, *, at: datetime) -> list[Shared]:
    """What can be ordered whose name, code or institution holds the word; by department, name and the soonest time."""
    found = exam_lists.offered(word, day, at=at)
    uses = _uses([one.item.pk for one in found], at)
    rows = [Shared(one, uses.get(one.item.pk, Use())) for one in found]
    return sorted(rows, key=lambda row: (row.offered.item.department.name, row.offered.item.name))


def _uses(items: list[int], at: datetime) -> dict[int, Use]:
    values = free.values(REFERRED, at=at) | {
        "items": items, "since": at - WINDOW, "primary": [kind.value for kind in PRIMARY_KINDS],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(USES, values)
        return {
            item: Use(free_, times, orders, from_primary, houses, None if hours is None else round(hours, 1))
            for item, free_, times, orders, from_primary, houses, hours in cursor.fetchall()
        }


# An order's own time is its latest booking that was kept; a result is counted from when that time began.
USES = f"""
WITH times AS (
    SELECT exam_item_id AS item, count(*) FILTER (WHERE {free.FREE}) AS free, count(*) AS times
    FROM booking_place WHERE exam_item_id = ANY(%(items)s::bigint[]) AND is_open
        AND starts_at > %(at)s AND starts_at <= %(at)s + interval '{WEEK}'
    GROUP BY 1
), orders AS (
    SELECT ask.item_id AS item, count(*) AS orders, count(DISTINCT ask.ordered_from_id) AS houses,
        count(*) FILTER (WHERE house.kind = ANY(%(primary)s)) AS from_primary
    FROM booking_examorder AS ask
    JOIN booking_examitem AS item ON item.id = ask.item_id AND item.institution_id <> ask.ordered_from_id
    JOIN registry_institution AS house ON house.id = ask.ordered_from_id
    WHERE ask.item_id = ANY(%(items)s::bigint[]) AND ask.ordered_at > %(since)s AND ask.ordered_at <= %(at)s
        AND ask.cancelled_at IS NULL
    GROUP BY 1
), results AS (
    SELECT ask.item_id AS item, percentile_cont(0.5) WITHIN GROUP (
        ORDER BY (extract(epoch FROM ask.reported_at - examined.starts_at) / 3600.0)::float) AS hours
    FROM booking_examorder AS ask CROSS JOIN LATERAL (
        SELECT place.starts_at
        FROM booking_booking AS booking JOIN booking_place AS place ON place.id = booking.place_id
        WHERE booking.exam_order_id = ask.id AND booking.state = 'arrived' ORDER BY place.starts_at DESC LIMIT 1
    ) AS examined
    WHERE ask.item_id = ANY(%(items)s::bigint[]) AND ask.reported_at > %(since)s AND ask.reported_at <= %(at)s
        AND ask.reported_at >= examined.starts_at
    GROUP BY 1
)
SELECT wanted.item, coalesce(free, 0), coalesce(times, 0), coalesce(orders, 0), coalesce(from_primary, 0),
    coalesce(houses, 0), hours
FROM unnest(%(items)s::bigint[]) AS wanted (item)
    LEFT JOIN times USING (item) LEFT JOIN orders USING (item) LEFT JOIN results USING (item)"""  # noqa: S608 (constants)
