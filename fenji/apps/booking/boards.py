"""What desks show: the capacity board by day and week, the public calendar, the list printed for a dead network."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from fenji.apps.booking import free, queries
from fenji.apps.booking.freshness import Freshness, freshness_of
from fenji.apps.booking.models import Booking, Place, Pool, Schedule, Session
from fenji.apps.booking.policies import REFERRED, ZONE, Access
from fenji.apps.registry.models import Department

WEEK = 7
# One row for each department, day and line: places by what has become of them.
COUNTS = """
SELECT place.department_id, (place.starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day, session.line,
    count(*) AS all_places,
    count(*) FILTER (WHERE is_open AND place.starts_at > %(at)s AND (taken_by IS NULL OR held_until <= %(at)s)) AS free,
    count(*) FILTER (WHERE is_open AND place.starts_at > %(at)s AND (taken_by IS NULL OR held_until <= %(at)s)
        AND pool <> 'public') AS reserved,
    count(*) FILTER (WHERE held_until > %(at)s) AS held,
    count(*) FILTER (WHERE taken_by IS NOT NULL AND held_until IS NULL) AS booked,
    count(*) FILTER (WHERE session.closed_at IS NOT NULL) AS closed,
    count(*) FILTER (WHERE session.handed_back_at IS NOT NULL AND taken_by IS NULL) AS handed_back
FROM booking_place AS place JOIN booking_session AS session ON session.id = place.session_id
WHERE place.department_id = ANY(%(departments)s) AND place.starts_at >= %(from)s AND place.starts_at < %(until)s
GROUP BY 1, 2, 3"""
# Counted by clinic first: those are few.
FREE_BY_LINE = f"""
SELECT places.institution_id, line, sum(free)::int FROM (
    SELECT institution_id, session_id, count(*) AS free FROM booking_place
    WHERE {free.FREE} AND starts_at < %(until)s GROUP BY 1, 2
) AS places JOIN booking_session AS clinic ON clinic.id = places.session_id GROUP BY 1, 2"""  # noqa: S608 (constants only)


@dataclass(frozen=True)
class Cell:
    """The places of one line in one department on one day. `free` counts `reserved` in."""

    line: str
    places: int = 0
    free: int = 0
    reserved: int = 0
    held: int = 0
    booked: int = 0
    closed: int = 0
    handed_back: int = 0


@dataclass(frozen=True)
class BoardRow:
    """One department: its cells under each day, how many wait, and how fresh its hospital's word is.

    Where that is stale, nothing free is promised: show the age instead of the numbers.
    """

    department: Department
    days: dict[date, list[Cell]]
    waiting: int
    freshness: Freshness


def capacity_board(department_ids: Iterable[int], first: date, *, days: int = WEEK, at: datetime) -> list[BoardRow]:
    """The departments' places on `days` days from `first` on, in the order of their institutions' pinyin."""
    named = Department.objects.filter(pk__in=list(department_ids)).select_related("institution")
    departments = list(named.order_by("institution__name_pinyin", "pk"))
    cells = _cells([one.pk for one in departments], first, days, at)
    fresh = freshness_of({one.institution_id for one in departments}, at=at)
    waiting = _waiting([one.pk for one in departments])
    span = [first + timedelta(days=ahead) for ahead in range(days)]
    return [
        BoardRow(
            one, {day: cells.get((one.pk, day), []) for day in span}, waiting.get(one.pk, 0), fresh[one.institution_id]
        )
        for one in departments
    ]


def departments_at(institution_id: int) -> list[Department]:
    """An institution's departments that hold clinics or examinations, or will by their weekly times."""
    own = OuterRef("pk")
    holds = Exists(Session.objects.filter(department=own)) | Exists(Schedule.objects.filter(department=own))
    return list(Department.objects.filter(holds, institution_id=institution_id).order_by("pk"))


def clinics_on(department_id: int, day: date, *, at: datetime) -> QuerySet[Session]:
    """A department's clinics and examinations of a day, counted as `queries.sessions_of`, and `places_reserved`."""
    untaken = Q(places__taken_by__isnull=True) | Q(places__held_until__lte=at)
    kept = untaken & Q(places__is_open=True, places__starts_at__gt=at) & ~Q(places__pool=Pool.PUBLIC)
    found = queries.sessions_of(department_id, day, at=at).annotate(places_reserved=Count("places", filter=kept))
    return found.select_related("physician", "exam_item", "department")


def public_calendar(
    department_id: int, first: date, *, days: int = WEEK, access: Access, at: datetime
) -> dict[date, list[Place]]:
    """The free clinic places somebody may take, under their day; a stale hospital's are left out by what free means."""
    from_at = max(at, queries.within("at", first)["at__gte"])
    return queries.free_places_by_day(department_id, from_at, from_at + timedelta(days=days), access=access, at=at)


@dataclass(frozen=True)
class ListRow:
    """One line of the printed list: who has the place, or empty to write a name into.

    Where `is_kept`, it waits for a referral and is not yet open to whom the list was asked for.
    """

    place: Place
    booking: Booking | None
    is_kept: bool = False


def printable_list(
    department_id: int, day: date, *, access: Access = REFERRED, at: datetime
) -> list[tuple[Session, list[ListRow]]]:
    """Every place of a department's day with who has it, session by session; free ones are empty lines.

    What is written on it is entered afterwards by `actions.enter_from_paper` with its true time.
    """
    places = Place.objects.filter(department_id=department_id, **queries.within("starts_at", day))
    named = places.select_related("session__physician", "session__exam_item", "exam_item")
    ordered = named.order_by("session__starts_at", "session", "number")
    booked = {one.place_id: one for one in queries.bookings_on(day, at=at, department_ids=[department_id])}
    rows = [_line(place, booked.get(place.pk), access, at) for place in ordered]
    return [(session, list(some)) for session, some in groupby(rows, key=lambda row: row.place.session)]


def _line(place: Place, booking: Booking | None, access: Access, at: datetime) -> ListRow:
    may_take = access.allows(place.pool, place.starts_at, at=at, institution_id=place.institution_id)
    return ListRow(place, booking, is_kept=booking is None and not may_take)


def free_by_institution(*, access: Access = REFERRED, at: datetime, days: int = WEEK) -> dict[int, dict[str, int]]:
    """How many places are free in the coming days, by institution and line; stale ones count nothing."""
    with connection.cursor() as cursor:
        cursor.execute(FREE_BY_LINE, {**free.values(access, at=at), "until": at + timedelta(days=days)})
        found: dict[int, dict[str, int]] = {}
        for institution, line, count in cursor.fetchall():
            found.setdefault(institution, {})[line] = count
        return found


def _cells(departments: list[int], first: date, days: int, at: datetime) -> dict[tuple[int, date], list[Cell]]:
    from_at = datetime(first.year, first.month, first.day, tzinfo=ZONE)
    with connection.cursor() as cursor:
        span = {"from": from_at, "until": from_at + timedelta(days=days)}
        cursor.execute(COUNTS, {"departments": departments, "at": at, **span})
        found: dict[tuple[int, date], list[Cell]] = {}
        for department, day, *counts in sorted(cursor.fetchall()):
            found.setdefault((department, day), []).append(Cell(*counts))
        return found


def _waiting(departments: list[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT department_id, count(*) FROM booking_waitingentry"
            " WHERE state IN ('waiting', 'offered') AND department_id = ANY(%s) GROUP BY 1",
            [departments],
        )
        return dict(cursor.fetchall())
