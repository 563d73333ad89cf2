"""What a hospital's system says of its own clinics, and the board of how full they are."""

from collections.abc import Sequence
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from fenji.api.callers import Caller, caller_of
from fenji.api.shapes import blocks as shapes
from fenji.api.shapes.common import WRITE, Day, Done, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.booking import blocks, boards, reconciling
from fenji.apps.booking.sessions import Rebooking
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.registry.models import Department, Institution

router = Router(tags=["hospitals' blocks"])


@router.post(
    "/institutions/{code}/blocks",
    response=answers(201, shapes.BlockShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Hand over clinics and examination times",
)
def hand_over(request: HttpRequest, code: str, given: shapes.BlockIn) -> HttpResponse:
    """All or none; the platform alone books them until they are handed back. The same again changes nothing."""
    caller = caller_of(request)

    def perform() -> shapes.BlockShown:
        forms = [blocks.SessionForm(**one.dict()) for one in given.sessions]
        block = blocks.hand_over(_house(caller, code), given.source_code, forms, by=caller.user, at=caller.at)
        return shapes.BlockShown(
            id=block.pk, source_code=block.source_code, handed_over_at=block.handed_over_at,
            handed_back_at=block.handed_back_at, sessions=block.sessions.count(),
        )  # fmt: skip

    return once(request, given, perform, status=201)


@router.post(
    "/institutions/{code}/blocks/{block_code}/hand-back",
    response=answers(200, shapes.HandedBackShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Take back what is not booked",
)
def hand_back(request: HttpRequest, code: str, block_code: str, given: shapes.HandBackIn) -> HttpResponse:
    """What somebody has stays booked and is listed."""
    caller = caller_of(request)

    def perform() -> shapes.HandedBackShown:
        house = _house(caller, code)
        back = blocks.hand_back(house, block_code, given.session_codes, by=caller.user, at=caller.at)
        kept = [
            shapes.KeptShown(
                booking_id=one.pk, session_code=one.session.source_code, number=one.place.number,
                starts_at=one.place.starts_at,
            )
            for one in back.kept
        ]  # fmt: skip
        return shapes.HandedBackShown(places=back.places, kept=kept)

    return once(request, given, perform)


@router.post(
    "/institutions/{code}/stops",
    response=answers(200, shapes.StoppedShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="A clinic is not held",
)
def stop(request: HttpRequest, code: str, given: shapes.StopIn) -> HttpResponse:
    """停诊: everybody affected is moved or told. Twice, late or shuffled it has one effect."""
    caller = caller_of(request)

    def perform() -> shapes.StoppedShown:
        house = _house(caller, code)
        return _stopped(blocks.stop(house, **given.dict(), by=caller.user, at=caller.at))

    return once(request, given, perform)


@router.post(
    "/institutions/{code}/absences",
    response=answers(200, shapes.StoppedShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="A physician is away, or a machine out of order",
)
def stop_many(request: HttpRequest, code: str, given: shapes.StopManyIn) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.StoppedShown:
        house, span = _house(caller, code), (given.from_at, given.until_at, given.reason)
        if (given.physician_id is None) == (not given.equipment):
            raise Invalid(fields={"physician_id": _("请写明医生或设备，二者选一。")})
        if given.physician_id is not None:
            done = blocks.stop_physician(house, given.physician_id, *span, by=caller.user, at=caller.at)
        else:
            done = blocks.stop_equipment(house, given.equipment, *span, by=caller.user, at=caller.at)
        return _stopped(done)

    return once(request, given, perform)


@router.post(
    "/institutions/{code}/alive",
    response=answers(200, Done, WRITE),
    openapi_extra=REPEATABLE,
    summary="No news, still connected",
)
def alive(request: HttpRequest, code: str) -> HttpResponse:
    """Silent for longer than the rulebook allows, nothing of a hospital's is promised any more."""
    caller = caller_of(request)

    def perform() -> Done:
        blocks.still_here(_house(caller, code), by=caller.user, at=caller.at)
        return Done()

    return once(request, None, perform)


@router.post(
    "/institutions/{code}/own-lists",
    response=answers(201, shapes.ReconciledShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Compare with the hospital's own list",
)
def reconcile(request: HttpRequest, code: str, given: shapes.OwnListIn) -> HttpResponse:
    """Every difference is answered and written down; no booking is touched."""
    caller = caller_of(request)

    def perform() -> shapes.ReconciledShown:
        listed = [reconciling.ListedPlace(**one.dict()) for one in given.places]
        done = reconciling.reconcile(_house(caller, code), given.day, listed, by=caller.user, at=caller.at)
        found = [shapes.difference_shown(one) for one in done.differences.order_by("pk")]
        return shapes.ReconciledShown(id=done.pk, day=done.day, rows=done.rows, differences=found)

    return once(request, given, perform, status=201)


@router.get("/institutions/{code}/capacity", response=answers(200, shapes.BoardShown), summary="How full it is")
def capacity(
    request: HttpRequest, code: str, on: Annotated[Day, Query()], days: Annotated[int, Query(ge=1, le=31)] = 7
) -> shapes.BoardShown:
    """Places of every department by day and line; a silent hospital shows nothing free."""
    caller = caller_of(request)
    house = _house(caller, code)
    if not caller.posts:
        raise NotFound
    departments = Department.objects.filter(institution_id=house, sessions__isnull=False).distinct()
    rows = boards.capacity_board(departments.values_list("pk", flat=True), on, days=days, at=caller.at)
    return shapes.BoardShown(items=[shapes.row_shown(row) for row in rows])


def _house(caller: Caller, code: str) -> int:
    found = Institution.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return found


def _stopped(done: Sequence[Rebooking]) -> shapes.StoppedShown:
    moved = sum(one.new is not None for one in done)
    return shapes.StoppedShown(bookings=len(done), moved=moved, cancelled=len(done) - moved)
