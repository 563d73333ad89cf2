"""The hospital's clinics: how full each is, closing one (停诊) and what became of who was booked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fenji.apps.booking import queries, sessions
from fenji.apps.booking.models import Session
from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department
from fenji.kernel.roles import Role
from fenji.web.days import WEEK, day_asked, week_from
from fenji.web.posting import once
from fenji.web.presenters.names import full_name
from fenji.web.roles import PostRequest, requires_role


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def slots(request: PostRequest) -> HttpResponse:
    """One department's clinics for a week from the chosen day."""
    at = clock.now()
    ours = Department.objects.filter(institution=request.post.institution_id, schedules__isnull=False)
    departments = ours.distinct().order_by("pk")
    chosen = _chosen(request.GET.get("department", ""), list(departments))
    first = day_asked(request.GET.get("from", ""), day_of(at))
    week = [(day, list(queries.sessions_of(chosen.pk, day, at=at))) for day in week_from(first)] if chosen else []
    words = {
        "at": at, "departments": [(one.pk, full_name(one)) for one in departments], "chosen": chosen, "week": week,
        "first": first,
        "before": first - WEEK, "after": first + WEEK,
    }  # fmt: skip
    return render(request, "referral_office/slots.html", words)


@require_http_methods(["GET", "POST"])
@requires_role(Role.REFERRAL_OFFICE)
def close(request: PostRequest, session_id: int) -> HttpResponse:
    """Close a clinic: everyone booked is moved, and who finds no place is listed."""
    session = _own(request, session_id)
    if request.method == "GET":
        return render(request, "referral_office/close.html", {"session": session, "at": clock.now()})
    reason = request.POST.get("reason", "")

    def perform() -> str:
        moved = sessions.close_session(session.pk, reason, by=request.user, at=clock.now())
        stranded = sum(one.new is None for one in moved)
        messages.success(request, _("已停诊。改约 %(moved)d 人。") % {"moved": len(moved) - stranded})
        if stranded:
            messages.warning(request, _("有 %(count)d 人暂无号源，已列入“待安排”。") % {"count": stranded})
        return f"{reverse('office_slots')}?department={session.department_id}"

    return once(request, perform)


@require_POST
@requires_role(Role.REFERRAL_OFFICE)
def reopen(request: PostRequest, session_id: int) -> HttpResponse:
    """The clinic is held after all."""
    session = _own(request, session_id)

    def perform() -> str:
        sessions.reopen_session(session.pk, by=request.user, at=clock.now())
        messages.success(request, _("已恢复出诊；已改约的病人不变。"))
        return f"{reverse('office_slots')}?department={session.department_id}"

    return once(request, perform)


def _own(request: PostRequest, session_id: int) -> Session:
    session = Session.objects.select_related("department", "physician").filter(pk=session_id).first()
    if session is None or session.institution_id != request.post.institution_id:
        raise NotFound
    return session


def _chosen(text: str, departments: list[Department]) -> Department | None:
    return next((one for one in departments if str(one.pk) == text), departments[0] if departments else None)
