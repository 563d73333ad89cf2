"""Lists of examinations: what can be ordered and how soon, what a house ordered, what a house examines on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from fenji.apps.booking import fairness, free, queries, waits
from fenji.apps.booking.models import Booking, BookingState, ExamItem, ExamOrder, WaitingEntry
from fenji.apps.booking.policies import REFERRED

NEXT_TIMES = f"""SELECT wanted.id, soonest.starts_at
FROM unnest(%(items)s::bigint[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT starts_at FROM booking_place WHERE exam_item_id = wanted.id AND {free.FREE} ORDER BY starts_at LIMIT 1
) AS soonest"""  # noqa: S608 (constants only)
WAITED = """SELECT place.exam_item_id, percentile_cont(0.5) WITHIN GROUP (
    ORDER BY (extract(epoch FROM place.starts_at - booking.requested_at) / 86400.0)::float)
FROM booking_booking AS booking JOIN booking_place AS place ON place.id = booking.place_id
WHERE place.exam_item_id = ANY(%(items)s) AND booking.made_at > %(since)s AND booking.made_at <= %(at)s
    AND booking.state IN ('booked', 'arrived', 'no_show')
GROUP BY 1"""


@dataclass(frozen=True)
class Offered:
    """An examination of one institution: its next free time, and the median wait of the last 30 days in days."""

    item: ExamItem
    next_at: datetime | None
    wait_days: float | None


def offered(word: str, day: date, *, at: datetime) -> list[Offered]:
    """What can be ordered whose name, code or institution holds the word; by name, then by the soonest free time."""
    valid = ExamItem.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), institution__valid_until=None)
    named = Q(name__icontains=word) | Q(code__iexact=word) | Q(institution__name__icontains=word)
    rows = soonest_first(with_waits(valid.filter(named).select_related("institution", "department"), at), at)
    return sorted(rows, key=lambda row: row.item.name)


def items_of(institution_id: int, *, at: datetime) -> list[Offered]:
    """Everything a house examines or has examined, by department and name."""
    found = ExamItem.objects.filter(institution_id=institution_id).select_related("institution", "department")
    return with_waits(found.order_by("department__code", "name", "pk"), at)


def ordered_from(institution_id: int) -> QuerySet[ExamOrder]:
    """What a house ordered, latest first, ready for `standing`."""
    return with_times(ExamOrder.objects.filter(ordered_from_id=institution_id)).order_by("-ordered_at", "pk")


def unread(institution_id: int) -> QuerySet[ExamOrder]:
    """Results that came back and nobody of the house has read: critical ones first, then the oldest."""
    found = ExamOrder.objects.filter(ordered_from_id=institution_id, reported_at__isnull=False, read_at=None)
    return with_times(found).order_by("-is_critical", "reported_at")


def of_residents(resident_ids: Iterable[object]) -> QuerySet[ExamOrder]:
    """A resident's examinations (give every merged row's id), latest order first."""
    return with_times(ExamOrder.objects.filter(resident_id__in=list(resident_ids))).order_by("-ordered_at", "pk")


def expected_on(institution_id: int, day: date, *, at: datetime) -> list[Booking]:
    """Who is to be examined in a house on a day, by time."""
    found = queries.bookings_on(day, at=at, institution_id=institution_id).filter(exam_order__isnull=False)
    return list(found.select_related("exam_order__item", "exam_order__ordered_from", "exam_order__ordered_by"))


def awaiting_result(institution_id: int, before: datetime) -> QuerySet[ExamOrder]:
    """Who was examined in a house before a time and has no result yet, the oldest first."""
    examined = Booking.objects.filter(
        state=BookingState.ARRIVED, exam_order__isnull=False, place__institution_id=institution_id,
        place__starts_at__lt=before,
    )  # fmt: skip
    found = ExamOrder.objects.filter(pk__in=examined.values("exam_order_id"), reported_at=None, cancelled_at=None)
    return with_times(found).order_by("ordered_at", "pk")


@dataclass(frozen=True)
class Standing:
    """Where an order stands: a code, its latest booking, its place in the waiting list."""

    order: ExamOrder
    code: str  # cancelled, read, reported, arrived, booked, waiting, missed, without_time
    booking: Booking | None
    entry: WaitingEntry | None


CODES = {
    BookingState.ARRIVED: "arrived", BookingState.BOOKED: "booked", BookingState.HELD: "booked",
    BookingState.NO_SHOW: "missed",
}  # fmt: skip


def standing(order: ExamOrder, *, at: datetime) -> Standing:
    """Of an order as the lists above give it."""
    bookings = sorted(order.bookings.all(), key=lambda one: (one.made_at, one.pk))
    living = [one for one in bookings if one.state in CODES and not _lapsed(one, at)]
    booking = living[-1] if living else None
    entry = next((one for one in order.waiting.all() if one.state in fairness.LIVING), None)
    return Standing(order, _code(order, booking, entry), booking, entry)


def soonest_first(rows: Iterable[Offered], at: datetime) -> list[Offered]:
    """By the next free time, those without one last."""
    return sorted(rows, key=lambda row: (row.next_at is None, row.next_at or at, row.item.pk))


def with_waits(found: QuerySet[ExamItem], at: datetime) -> list[Offered]:
    """Each with its next free time and how long people waited."""
    items = list(found)
    soonest, waited = next_times(items, at=at), _by_item(WAITED, items, at)
    return [Offered(one, soonest.get(one.pk), _rounded(waited.get(one.pk))) for one in items]


def next_times(items: Iterable[ExamItem], *, at: datetime) -> dict[int, datetime]:
    """The next free time of each, by its id; those without one are left out."""
    return _by_item(NEXT_TIMES, list(items), at)


def _code(order: ExamOrder, booking: Booking | None, entry: WaitingEntry | None) -> str:
    if order.cancelled_at:
        return "cancelled"
    if order.reported_at:
        return "read" if order.read_at else "reported"
    if entry is not None:
        return "waiting"
    return CODES[BookingState(booking.state)] if booking else "without_time"


def _lapsed(booking: Booking, at: datetime) -> bool:
    return booking.state == BookingState.HELD and booking.held_until is not None and booking.held_until <= at


def with_times(found: QuerySet[ExamOrder]) -> QuerySet[ExamOrder]:
    """With names, bookings and waiting entries, as `standing` reads them."""
    times = Prefetch("bookings", Booking.objects.select_related("place"))
    named = found.select_related("item__institution", "item__department", "resident", "ordered_by", "ordered_from")
    return named.prefetch_related(times, "waiting")


def _by_item(statement: str, items: list[ExamItem], at: datetime) -> dict[int, Any]:
    with connection.cursor() as cursor:
        values = {**free.values(REFERRED, at=at), "items": [one.pk for one in items], "since": at - waits.WINDOW}
        cursor.execute(statement, values)
        return dict(cursor.fetchall())


def _rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 1)
