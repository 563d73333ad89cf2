"""The ward board (床位一览): each bed today and on the next days, and each ward's numbers at this moment."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from fenji.apps.stays import free, queries, rules
from fenji.apps.stays.handing_over import handed_over_at
from fenji.apps.stays.models import Feed, Resource, Stay, Ward
from fenji.apps.stays.policies import Footing, Person, Span
from fenji.kernel.stays import ResourceKind, StayState
from fenji.kernel.working_time import CHINA

DAY = timedelta(days=1)
# Of several on one day the weightiest is shown.
WEIGHT = [StayState.OCCUPIED, StayState.BLOCKED, StayState.RESERVED, StayState.HELD, StayState.CLEANING]


@dataclass(frozen=True)
class Cell:
    """One bed on one day: what lies there, and whether somebody leaves or comes that day. `stay` None: free."""

    day: date
    stay: Stay | None
    leaves: bool
    comes: bool


@dataclass(frozen=True)
class BedRow:
    """One bed: who is there now, who comes next, and the days. `is_late`: should have left and is still there."""

    bed: Resource
    now: Stay | None
    next: Stay | None
    is_late: bool
    is_platforms: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class WardNow:
    """One ward's numbers. `free` is what could be reserved from now for a day; none while the house is silent."""

    ward: Ward
    beds: int
    occupied: int
    reserved: int
    cleaning: int
    blocked: int
    leaving: int  # expected to leave today, or earlier and still there
    free: int
    platforms: int  # handed over to the platform at this moment
    is_closed: bool
    is_stale: bool
    last_at: datetime | None


def rows_of(ward: Ward, *, days: int, at: datetime) -> list[BedRow]:
    """The ward's beds in order, each over `days` from today."""
    today = rules.day_of(at)
    beds = list(_beds_of([ward.pk], today).select_related("ward"))
    lying: dict[int, list[Stay]] = defaultdict(list)
    span = Span(_midnight(today), _midnight(today + days * DAY))
    for stay in queries.living_on([bed.pk for bed in beds], span, at=at):
        if stay.until_at > at or stay.state == OCCUPIED:  # what is over today, a cleaning, keeps nobody out
            lying[stay.resource_id].append(stay)
    platforms = handed_over_at([bed.pk for bed in beds], at)
    dates = [today + ahead * DAY for ahead in range(days)]
    return [_row(bed, lying[bed.pk], dates, bed.pk in platforms, at) for bed in beds]


def wards_now(wards: Iterable[Ward], *, at: datetime) -> list[WardNow]:
    """The numbers of wards of one or more houses at this moment."""
    wanted = list(wards)
    counts = _counts([ward.pk for ward in wanted], at)
    feeds = {house: queries.feed_of(house) for house in {ward.institution_id for ward in wanted}}
    return [_now(ward, counts.get(ward.pk, NO_BEDS), feeds[ward.institution_id], at) for ward in wanted]


def _now(ward: Ward, counts: tuple[int, ...], feed: Feed | None, at: datetime) -> WardNow:
    stale = feed is None or rules.is_stale(feed.last_at, by_messages=feed.by_messages, at=at)
    is_closed = ward.closed_from is not None and ward.closed_from <= at
    is_closed = is_closed and (ward.closed_until is None or ward.closed_until > at)
    beds, occupied, reserved, cleaning, blocked, leaving, untaken, platforms = counts
    return WardNow(
        ward, beds, occupied, reserved, cleaning, blocked, leaving, 0 if stale or is_closed else untaken, platforms,
        is_closed, stale, feed.last_at if feed else None,
    )  # fmt: skip


NO_BEDS = (0,) * 8
COUNTS = f"""
    SELECT r.ward_id, count(*), count(*) FILTER (WHERE top.state = 'occupied'),
        count(*) FILTER (WHERE top.state IN ('reserved', 'held')), count(*) FILTER (WHERE top.state = 'cleaning'),
        count(*) FILTER (WHERE top.state = 'blocked'),
        count(*) FILTER (WHERE top.state = 'occupied' AND coalesce(top.expected_at, top.until_at) < %(tomorrow)s),
        count(*) FILTER (WHERE top.state IS NULL), count(*) FILTER (WHERE {free.HANDED_NOW})
    FROM stays_resource AS r
    LEFT JOIN LATERAL (
        SELECT s.state, s.until_at, s.expected_at FROM stays_stay AS s WHERE s.resource_id = r.id AND {free.LYING}
        ORDER BY array_position(%(weight)s, s.state::text) LIMIT 1) AS top ON true
    WHERE r.kind = 'bed' AND r.ward_id = ANY(%(wards)s) AND r.used_from <= %(today)s
        AND (r.used_until IS NULL OR r.used_until > %(today)s)
    GROUP BY r.ward_id"""  # noqa: S608 (constants only)


def _counts(ward_ids: list[int], at: datetime) -> dict[int, tuple[int, ...]]:
    """Ward → beds, occupied, reserved, cleaning, blocked, leaving today, free, the platform's."""
    today = rules.day_of(at)
    span = free.values(Span(at, at + DAY), Person(), Footing.PLATFORM, at=at)
    days = {"today": today, "tomorrow": _midnight(today + DAY)}
    weight = [state.value for state in WEIGHT]
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {**span, **days, "wards": ward_ids, "weight": weight})
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _row(bed: Resource, stays: list[Stay], dates: list[date], is_platforms: bool, at: datetime) -> BedRow:
    now = next((one for one in stays if one.from_at <= at and (one.until_at > at or one.state == OCCUPIED)), None)
    coming = next((one for one in stays if one.from_at > at and one.state in COMING), None)
    is_late = now is not None and now.state == OCCUPIED and (now.expected_at or now.until_at) <= at
    return BedRow(bed, now, coming, is_late, is_platforms, tuple(_cell(stays, day) for day in dates))


OCCUPIED = StayState.OCCUPIED.value
COMING = (StayState.RESERVED.value, StayState.HELD.value)


def _cell(stays: list[Stay], day: date) -> Cell:
    start = _midnight(day)
    there = [one for one in stays if one.from_at < start + DAY and one.until_at > start]
    there.sort(key=lambda one: WEIGHT.index(StayState(one.state)))
    first = there[0] if there else None
    leaves = any(one.state == OCCUPIED and rules.day_of(one.until_at) == day for one in there)
    comes = any(one.state in COMING and rules.day_of(one.from_at) == day for one in there)
    return Cell(day, first, leaves, comes)


def _beds_of(ward_ids: list[int], day: date) -> Any:
    in_use = Q(used_until=None) | Q(used_until__gt=day)
    found = Resource.objects.filter(in_use, ward_id__in=ward_ids, kind=ResourceKind.BED, used_from__lte=day)
    return found.order_by("ward_id", "code")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
