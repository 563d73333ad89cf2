"""Reading places and bookings: what is free, how long people wait, who comes today."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from django.db import connection
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from fenji.apps.booking import free
from fenji.apps.booking.models import Booking, BookingState, ExamItem, ExamOrder, Place, Schedule, Session
from fenji.apps.booking.policies import ZONE, Access
from fenji.apps.common.errors import NotFound
from fenji.apps.common.rows import Rows

DAY = timedelta(days=1)
PLACES = Rows(Place, "department", "department__institution")
PLACES_IN_CLINICS = Rows(Place, "session", "session__physician")


def lock(booking_id: UUID) -> Booking:
    """The booking, locked until the end of the transaction, with its place. Raises NotFound."""
    found = Booking.objects.select_for_update(of=("self",), no_key=True).select_related("place")
    booking = found.filter(pk=booking_id).first()
    if booking is None:
        raise NotFound
    return booking


def place_with_id(place_id: int) -> Place | None:
    """The place as it is, not locked, with department and institution; None when there is none."""
    return PLACES.first("WHERE this.id = %(id)s", {"id": place_id})


def booking_with_id(booking_id: UUID) -> Booking:
    """The booking as it is, not locked, with place and institution. Raises NotFound."""
    found = Booking.objects.select_related("place", "department__institution").filter(pk=booking_id).first()
    if found is None:
        raise NotFound
    return found


def is_item_of(exam_item_id: int | None, department_id: int) -> bool:
    """Whether the examination named is one of the department's; none is always right."""
    return exam_item_id is None or ExamItem.objects.filter(pk=exam_item_id, department_id=department_id).exists()


def exam_item_with_id(item_id: int) -> ExamItem:
    """What is examined; raises NotFound."""
    found = ExamItem.objects.select_related("institution").filter(pk=item_id).first()
    if found is None:
        raise NotFound
    return found


def exam_items_of(institution_code: str, day: date) -> QuerySet[ExamItem]:
    """What an institution examines on a day."""
    offered = ExamItem.objects.filter(institution__code=institution_code)
    return offered.filter(Q(valid_until=None) | Q(valid_until__gt=day)).order_by("department", "code")


def weekly_times(exam_item_id: int, day: date) -> QuerySet[Schedule]:
    """The weekly times of an examination that hold on a day or later."""
    found = Schedule.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), exam_item_id=exam_item_id)
    return found.order_by("weekday", "starts")


def exam_orders_of(resident_id: UUID) -> QuerySet[ExamOrder]:
    """A resident's examinations, latest order first."""
    return ExamOrder.objects.filter(resident_id=resident_id).select_related("item").order_by("-ordered_at")


def next_free(department_ids: Iterable[int], *, access: Access, at: datetime) -> dict[int, datetime]:
    """When each department's next free place begins; departments without one are missing. One query for all."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT wanted.id, soonest.starts_at FROM unnest(%(departments)s::bigint[]) AS wanted (id)
            CROSS JOIN LATERAL (
                SELECT starts_at FROM booking_place WHERE department_id = wanted.id AND {free.where()}
                ORDER BY starts_at LIMIT 1
            ) AS soonest""",  # noqa: S608 (constants only)
            {"departments": list(department_ids), **free.values(access, at=at)},
        )
        return dict(cursor.fetchall())


def free_places(
    department_ids: Iterable[int], from_at: datetime, until_at: datetime, *, access: Access, at: datetime,
    limit: int | None = None, exam_item_id: int | None = None,
) -> list[Place]:  # fmt: skip
    """Free places that begin in [from_at, until_at), soonest first, each with its session.

    Of clinics; with `exam_item_id` the times of that examination.
    """
    return PLACES_IN_CLINICS.select(
        f"""WHERE this.id IN (
            SELECT id FROM booking_place
            WHERE department_id = ANY(%(departments)s) AND starts_at >= %(from)s AND starts_at < %(until)s
                AND {free.where(exam_item_id)}
            ORDER BY starts_at, session_id, number LIMIT %(limit)s
        ) ORDER BY this.starts_at, this.session_id, this.number""",  # noqa: S608 (constants only)
        {
            "departments": list(department_ids), "from": from_at, "until": until_at, "limit": limit,
            **free.values(access, at=at, exam_item_id=exam_item_id),
        },
    )  # fmt: skip


def free_places_by_day(
    department_id: int, from_at: datetime, until_at: datetime, *, access: Access, at: datetime
) -> dict[date, list[Place]]:
    """The free places of one department under their day (Asia/Shanghai)."""
    places = free_places([department_id], from_at, until_at, access=access, at=at)
    return {day: list(some) for day, some in groupby(places, key=lambda p: p.starts_at.astimezone(ZONE).date())}


def sessions_of(department_id: int, day: date, *, at: datetime) -> QuerySet[Session]:
    """The department's sessions of a day, each with `places_free`, `places_held`, `places_booked`, `places_all`."""
    holding = Q(places__held_until__gt=at)
    untaken = Q(places__taken_by__isnull=True) | Q(places__held_until__lte=at)
    return (
        Session.objects.filter(department_id=department_id, **within("starts_at", day))
        .select_related("physician")
        .annotate(
            places_all=Count("places"),
            places_free=Count("places", filter=untaken & Q(places__is_open=True, places__starts_at__gt=at)),
            places_held=Count("places", filter=holding),
            places_booked=Count("places", filter=Q(places__taken_by__isnull=False, places__held_until__isnull=True)),
        )
        .order_by("starts_at", "id")
    )


def bookings_on(
    day: date, *, at: datetime, department_ids: Iterable[int] | None = None, institution_id: int | None = None
) -> QuerySet[Booking]:
    """Who is expected, here or missed on a day, in order of time, without lapsed holds."""
    found = Booking.objects.filter(**within("session__starts_at", day))
    if department_ids is not None:
        found = found.filter(session__department_id__in=list(department_ids))
    if institution_id is not None:
        found = found.filter(session__institution_id=institution_id)
    living = Q(state__in=[BookingState.BOOKED, BookingState.ARRIVED, BookingState.NO_SHOW])
    return (
        found.filter(living | Q(state=BookingState.HELD, held_until__gt=at))
        .select_related("place", "session__physician", "department", "resident")
        .order_by("place__starts_at", "place__number", "id")
    )


def bookings_of(resident_id: UUID, *, at: datetime) -> QuerySet[Booking]:
    """A resident's bookings, latest appointment first; `state_now` counts an overdue hold as expired."""
    overdue = When(state=BookingState.HELD, held_until__lte=at, then=Value(BookingState.EXPIRED.value))
    return (
        Booking.objects.filter(resident_id=resident_id)
        .annotate(state_now=Case(overdue, default=F("state"), output_field=CharField()))
        .select_related("place", "session__physician", "department__institution")
        .order_by("-place__starts_at", "-made_at")
    )


def lapsed_holds(*, at: datetime) -> QuerySet[Booking]:
    """Holds that ran out and are still written as held; locked ones are passed over. Locks what it returns."""
    overdue = Booking.objects.filter(state=BookingState.HELD, held_until__lte=at).order_by("held_until")
    return overdue.select_for_update(skip_locked=True, no_key=True)


def unattended(*, at: datetime) -> list[UUID]:
    """Bookings without a referral whose session ended before `at` and nobody noted an arrival."""
    missed = Booking.objects.filter(
        state=BookingState.BOOKED, referral_id=None, session__ends_at__lt=at, session__starts_at__gt=at - 3 * DAY
    )  # three days back, so that a night without a worker is made up for
    return list(missed.values_list("pk", flat=True))


def within(field: str, day: date) -> dict[str, datetime]:
    """The filter for what lies in a day of China, half-open."""
    start = datetime.combine(day, time(), ZONE)
    return {f"{field}__gte": start, f"{field}__lt": start + DAY}
