"""The waiting list: going on it, answering an offer, and who was served before whom."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from fenji.api.callers import caller_of
from fenji.api.shapes import booking
from fenji.api.shapes import examinations as shapes
from fenji.api.shapes.common import WRITE, Moment, RowId, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.booking import fairness, queries, waiting
from fenji.apps.booking.models import WaitingEntry
from fenji.apps.booking.policies import Wanted
from fenji.apps.common.errors import NotFound
from fenji.apps.registry.models import Department
from fenji.apps.residents import relations
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.queries import resolve

router = Router(tags=["waiting list"])


@router.post(
    "/waiting-entries",
    response=answers(201, shapes.EntryShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Wait for a place",
)
def enter(request: HttpRequest, given: shapes.WaitIn) -> HttpResponse:
    """Served by urgency, then by time; a place that is free already is offered at once."""
    caller = caller_of(request)

    def perform() -> shapes.EntryShown:
        wanted = Wanted(
            (given.department_id,), given.from_at or caller.at, given.until_at, given.line, given.physician_id
        )
        entry = waiting.enter(
            resolve(given.resident_id).pk, wanted, urgency=given.urgency, by=caller.user, at=caller.at
        )
        return _shown(entry)

    return once(request, given, perform, status=201)


@router.get(
    "/residents/{resident_id}/waiting-entries", response=answers(200, shapes.EntriesShown), summary="A resident's waits"
)
def entries(request: HttpRequest, resident_id: UUID) -> shapes.EntriesShown:
    caller = caller_of(request)
    resident = relations.access_resident(caller.user, resident_id, at=caller.at, purpose=Purpose.CARE)
    return shapes.EntriesShown(items=[_shown(one) for one in fairness.entries_of(resident.pk)[:100]])


@router.post(
    "/waiting-entries/{entry_id}/withdraw",
    response=answers(200, shapes.EntryShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Leave the list",
)
def withdraw(request: HttpRequest, entry_id: UUID, given: shapes.WithdrawIn) -> HttpResponse:
    caller = caller_of(request)
    return once(request, given, lambda: _shown(waiting.withdraw(entry_id, given.reason, by=caller.user, at=caller.at)))


@router.post(
    "/offers/{offer_id}/accept",
    response=answers(200, booking.BookingShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Take the place offered",
)
def accept(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> booking.BookingShown:
        made = waiting.accept(offer_id, by=caller.user, at=caller.at)
        return booking.booking_shown(queries.booking_with_id(made.pk))

    return once(request, None, perform)


@router.post(
    "/offers/{offer_id}/decline",
    response=answers(200, shapes.EntryShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Not this place",
)
def decline(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """It goes to the next in order; the entry keeps its place in the list."""
    caller = caller_of(request)
    return once(request, None, lambda: _shown(waiting.decline(offer_id, by=caller.user, at=caller.at)))


@router.get("/departments/{department_id}/waiting-list", response=answers(200, shapes.EntriesShown), summary="In order")
def in_order(request: HttpRequest, department_id: RowId) -> shapes.EntriesShown:
    """Who waits, in the order in which they will be served; for the institution's own people."""
    _check_keeps(request, department_id)
    found = fairness.waiting_list(department_id)[:500]
    return shapes.EntriesShown(items=[shapes.entry_shown(one, before) for before, one in enumerate(found)])


@router.get(
    "/departments/{department_id}/offers", response=answers(200, shapes.ServedListShown), summary="Who before whom"
)
def served(
    request: HttpRequest,
    department_id: RowId,
    from_at: Annotated[Moment, Query()],
    until_at: Annotated[Moment, Query()],
) -> shapes.ServedListShown:
    """Every offer of a span, with everyone it went past and why."""
    _check_keeps(request, department_id)
    rows = [
        shapes.ServedShown(
            offer=shapes.offer_shown(one.offer), entry_id=one.offer.entry_id,
            passed=[shapes.PassedShown(entry_id=entry.pk, reason=str(why)) for entry, why in one.passed],
        )
        for one in fairness.served(department_id, from_at, until_at)
    ]  # fmt: skip
    return shapes.ServedListShown(items=rows)


def _shown(entry: WaitingEntry) -> shapes.EntryShown:
    return shapes.entry_shown(entry, fairness.position_of(entry) if entry.state == "waiting" else None)


def _check_keeps(request: HttpRequest, department_id: int) -> None:
    department = Department.objects.filter(pk=department_id).first()
    if department is None:
        raise NotFound
    caller_of(request).check_works_at(department.institution_id)
