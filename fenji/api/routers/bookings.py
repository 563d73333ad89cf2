"""Bookings outside a referral: by the resident, or by an institution in whose care the resident is."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from fenji.api.callers import Caller, caller_of
from fenji.api.shapes import booking as shapes
from fenji.api.shapes.common import WRITE, Day, RowId, answers
from fenji.api.shapes.first_contact import first_contact_shown
from fenji.api.writing import REPEATABLE, once
from fenji.apps.booking import actions, policies, queries, rules, standing
from fenji.apps.booking.models import Booking
from fenji.apps.booking.policies import RECEIVERS
from fenji.apps.common.errors import NotFound
from fenji.apps.referrals.actions import direct
from fenji.apps.referrals.models import FirstContact
from fenji.apps.registry.models import Department
from fenji.apps.residents import relations
from fenji.apps.residents.policies import Purpose

router = Router(tags=["bookings"])


@router.get("/departments/{department_id}/bookings", response=answers(200, shapes.BookingsShown), summary="Of a day")
def expected(request: HttpRequest, department_id: RowId, on: Annotated[Day, Query()]) -> shapes.BookingsShown:
    """Who is expected, here or missed on a day; for the institution's own people."""
    caller = caller_of(request)
    department = Department.objects.filter(pk=department_id).first()
    if department is None:
        raise NotFound
    caller.check_works_at(department.institution_id, RECEIVERS)
    found = queries.bookings_on(on, at=caller.at, department_ids=[department_id])
    return shapes.BookingsShown(
        items=[shapes.booking_shown(one) for one in found.select_related("department__institution")]
    )


@router.get(
    "/residents/{resident_id}/bookings", response=answers(200, shapes.BookingsShown), summary="A resident's bookings"
)
def bookings(request: HttpRequest, resident_id: UUID) -> shapes.BookingsShown:
    caller = caller_of(request)
    resident = relations.access_resident(caller.user, resident_id, at=caller.at, purpose=Purpose.CARE)
    found = queries.bookings_of(resident.pk, at=caller.at)[:200]
    return shapes.BookingsShown(items=[shapes.booking_shown(one) for one in found])


@router.post(
    "/bookings", response=answers(201, shapes.BookingMade, WRITE), openapi_extra=REPEATABLE, summary="Hold or book"
)
def book(request: HttpRequest, given: shapes.BookIn) -> HttpResponse:
    """A public place, or a reserved one after its release; 409 with other free places when somebody was faster.

    How the city's rule of first contact judges it comes with the answer; where the rule binds, 409 with its clause.
    """
    caller, place = caller_of(request), queries.place_with_id(given.place_id)

    def refuse_early() -> None:
        direct.refuse_early(place, given.resident_id, by=caller.user, at=caller.at)

    def perform() -> shapes.BookingMade:
        until = rules.hold_until(caller.at) if given.mode == "hold" else None
        made = direct.book(
            given.resident_id, place_id=given.place_id, held_until=until, urgency=given.urgency, by=caller.user,
            at=caller.at, seen=place,
        )  # fmt: skip
        return _made(made, made.first_contact)

    return once(request, given, perform, status=201, refuse_early=refuse_early)


@router.post(
    "/bookings/{booking_id}/confirm",
    response=answers(200, shapes.BookingMade, WRITE),
    openapi_extra=REPEATABLE,
    summary="Confirm a hold",
)
def confirm(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    return _act(request, None, booking_id, lambda caller: actions.confirm(booking_id, by=caller.user, at=caller.at))


@router.post(
    "/bookings/{booking_id}/extend",
    response=answers(200, shapes.BookingMade, WRITE),
    openapi_extra=REPEATABLE,
    summary="Hold on, once",
)
def extend(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """As long from now as a new hold would be; 409 when it was extended before or has run out."""

    def perform(caller: Caller) -> Booking:
        return actions.extend_hold(booking_id, until=rules.hold_until(caller.at), by=caller.user, at=caller.at)

    return _act(request, None, booking_id, perform)


@router.post(
    "/bookings/{booking_id}/move",
    response=answers(200, shapes.BookingMade, WRITE),
    openapi_extra=REPEATABLE,
    summary="Move to another place",
)
def move(request: HttpRequest, booking_id: UUID, given: shapes.MoveBookingIn) -> HttpResponse:
    """Another time of the same clinic; the new place is taken before the old is given back; both or neither."""
    caller = caller_of(request)

    def perform() -> shapes.BookingMade:
        place, reason = given.place_id, given.reason
        return _shown(direct.move(booking_id, place_id=place, reason=reason, by=caller.user, at=caller.at))

    return once(request, given, perform)


@router.post(
    "/bookings/{booking_id}/cancel",
    response=answers(200, shapes.BookingMade, WRITE),
    openapi_extra=REPEATABLE,
    summary="Give the place back",
)
def cancel(request: HttpRequest, booking_id: UUID, given: shapes.CancelBookingIn) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.BookingMade:
        return _shown(direct.cancel(booking_id, reason=given.reason, by=caller.user, at=caller.at))

    return once(request, given, perform)


@router.post(
    "/bookings/{booking_id}/arrive",
    response=answers(200, shapes.BookingMade, WRITE),
    openapi_extra=REPEATABLE,
    summary="The resident is here",
)
def arrive(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Only at the institution that receives."""

    def perform(caller: Caller) -> Booking:
        return actions.mark_arrived(booking_id, by=caller.user, at=caller.at)

    return _act(request, None, booking_id, perform, policies.check_can_receive)


def _act(
    request: HttpRequest,
    given: object,
    booking_id: UUID,
    do: Callable[[Caller], Booking],
    check: Callable[[policies.Standing], None] = policies.check_can_change,
) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.BookingMade:
        standing.check_own(caller.user, queries.booking_with_id(booking_id), check, at=caller.at)
        return _shown(do(caller))

    return once(request, given, perform)


def _shown(made: Booking) -> shapes.BookingMade:
    return _made(queries.booking_with_id(made.pk), FirstContact.objects.filter(booking=made).first())


def _made(booking: Booking, judged: FirstContact | None) -> shapes.BookingMade:
    shown = shapes.booking_shown(booking).model_dump()
    return shapes.BookingMade(**shown, first_contact=first_contact_shown(judged))
