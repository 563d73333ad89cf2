"""Schedules, sessions, free places: kept by the institution whose clinics they are."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from fenji.api.callers import caller_of
from fenji.api.shapes import booking as shapes
from fenji.api.shapes.common import WRITE, Day, Moment, RowId, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.booking import patterns, queries, sessions
from fenji.apps.booking.access import access_for
from fenji.apps.booking.models import Schedule, Session
from fenji.apps.booking.policies import REFERRED
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.registry.models import Department
from fenji.apps.registry.posts import people_at

router = Router(tags=["clinics"])
MOST_PLACES = 200


@router.get("/departments/{department_id}/places", response=answers(200, shapes.PlacesShown), summary="Free places")
def places(
    request: HttpRequest,
    department_id: RowId,
    from_at: Annotated[Moment, Query()],
    until_at: Annotated[Moment, Query()],
) -> shapes.PlacesShown:
    """The soonest 200 that begin in the half-open span; staff see those kept for referrals, others the public ones."""
    caller = caller_of(request)
    access = REFERRED if caller.posts else access_for(None, at=caller.at)
    if not Department.objects.filter(pk=department_id).exists():
        raise NotFound
    found = queries.free_places([department_id], from_at, until_at, access=access, at=caller.at, limit=MOST_PLACES)
    return shapes.PlacesShown(items=[shapes.place_shown(one) for one in found])


@router.get(
    "/departments/{department_id}/sessions", response=answers(200, shapes.SessionsShown), summary="Clinics of a day"
)
def day_sessions(request: HttpRequest, department_id: RowId, on: Annotated[Day, Query()]) -> shapes.SessionsShown:
    caller = caller_of(request)
    if not Department.objects.filter(pk=department_id).exists():
        raise NotFound
    found = queries.sessions_of(department_id, on, at=caller.at)
    return shapes.SessionsShown(items=[shapes.session_shown(one) for one in found])


@router.post(
    "/schedules",
    response=answers(201, shapes.ScheduleShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Set a weekly clinic",
)
def set_schedule(request: HttpRequest, given: shapes.ScheduleIn) -> HttpResponse:
    """Places come four weeks ahead. The source is the institution's code, so that codes of two hospitals never meet."""
    caller = caller_of(request)

    def perform() -> shapes.ScheduleShown:
        department = Department.objects.select_related("institution").filter(pk=given.department_id).first()
        if department is None:
            raise NotFound
        caller.check_works_at(department.institution_id)
        _check_physician(given.physician_id, department.institution_id, request)
        source = department.institution.code if given.source_code else ""
        form = patterns.ScheduleForm(**given.dict(), source_system=source)
        return shapes.schedule_shown(patterns.set_schedule(form, by=caller.user, at=caller.at))

    return once(request, given, perform, status=201)


@router.post(
    "/schedules/{schedule_id}/end",
    response=answers(200, shapes.ClosedShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="End a weekly clinic",
)
def end_schedule(request: HttpRequest, schedule_id: RowId, given: shapes.EndScheduleIn) -> HttpResponse:
    """From `on` the clinic is not held; everybody who was booked is moved or told."""
    caller = caller_of(request)

    def perform() -> shapes.ClosedShown:
        schedule = Schedule.objects.select_related("department").filter(pk=schedule_id).first()
        if schedule is None:
            raise NotFound
        caller.check_works_at(schedule.department.institution_id)
        return _closed(schedule_id, patterns.end_schedule(schedule_id, given.on, by=caller.user, at=caller.at))

    return once(request, given, perform)


@router.post(
    "/sessions/{session_id}/close",
    response=answers(200, shapes.ClosedShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Close a clinic",
)
def close(request: HttpRequest, session_id: RowId, given: shapes.CloseIn) -> HttpResponse:
    """停诊: everybody affected gets the next place of the same line, if there is one."""
    caller = caller_of(request)

    def perform() -> shapes.ClosedShown:
        _check_keeps(request, session_id)
        return _closed(session_id, sessions.close_session(session_id, given.reason, by=caller.user, at=caller.at))

    return once(request, given, perform)


@router.post(
    "/sessions/{session_id}/reopen",
    response=answers(200, shapes.SessionShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Reopen a clinic",
)
def reopen(request: HttpRequest, session_id: RowId) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.SessionShown:
        _check_keeps(request, session_id)
        return shapes.session_shown(sessions.reopen_session(session_id, by=caller.user, at=caller.at))

    return once(request, None, perform)


def _check_keeps(request: HttpRequest, session_id: int) -> None:
    session = Session.objects.filter(pk=session_id).first()
    if session is None:
        raise NotFound
    caller_of(request).check_works_at(session.institution_id)


def _check_physician(physician_id: int | None, institution_id: int, request: HttpRequest) -> None:
    day = timezone.localdate(caller_of(request).at)
    if physician_id is not None and not people_at(institution_id, day).filter(pk=physician_id).exists():
        raise Invalid(fields={"physician_id": _("该机构没有这位在任人员。")})


def _closed(number: int, moved: list[sessions.Rebooking]) -> shapes.ClosedShown:
    found = sum(one.new is not None for one in moved)
    return shapes.ClosedShown(session_id=number, bookings=len(moved), moved=found, cancelled=len(moved) - found)
