"""Whom to telephone: residents without a mobile, notices that did not arrive, complaints that wait for an answer."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.apps.notices import actions as notices
from fenji.apps.notices import queries
from fenji.apps.referrals import actions
from fenji.apps.referrals.listing import record_listing
from fenji.apps.referrals.models import Complaint
from fenji.apps.referrals.queries import access_referral
from fenji.apps.registry.posts import desks_of
from fenji.apps.residents import listing as residents
from fenji.kernel.roles import PRIMARY, Role
from fenji.web.posting import once
from fenji.web.referral_office.call_rows import Call, call_rows
from fenji.web.roles import PostRequest, requires_role

CALLERS = (Role.REFERRAL_OFFICE, *PRIMARY)
MOST = 100


@require_GET
@requires_role(*CALLERS)
def calls(request: PostRequest) -> HttpResponse:
    """The call list, oldest first, and what could not be delivered."""
    at, post = clock.now(), request.post
    listed = queries.call_list(desks_of(post))[:MOST]
    late = queries.undelivered(at=at, institution_ids=[post.institution_id])
    waiting = call_rows(listed, request.user, at)
    undelivered = call_rows(late.exclude(pk__in=[call.notice.pk for call in waiting])[:MOST], request.user, at)
    _record(request, [*waiting, *undelivered], at)
    return render(request, "referral_office/calls.html", {"at": at, "waiting": waiting, "undelivered": undelivered})


@require_POST
@requires_role(*CALLERS)
def called(request: PostRequest, notice_id: int) -> HttpResponse:
    """Somebody telephoned: reached or not."""
    if not queries.call_list(desks_of(request.post)).filter(pk=notice_id).exists():
        raise NotFound
    reached = request.POST.get("reached") == "yes"

    def perform() -> str:
        notices.mark_called(
            notice_id, reached=reached, note=request.POST.get("note", ""), by=request.user, at=clock.now()
        )
        messages.success(request, _("已记录。") if reached else _("已记录未接通，仍留在名单上。"))
        return reverse("office_calls")

    return once(request, perform)


@require_http_methods(["GET", "POST"])
@requires_role(*CALLERS)
def answer(request: PostRequest, complaint_id: int) -> HttpResponse:
    """Answer a resident's complaint."""
    complaint = Complaint.objects.select_related("referral").filter(pk=complaint_id).first()
    if complaint is None:
        raise NotFound
    access_referral(request.user, complaint.referral_id, at=clock.now())
    if request.method == "GET":
        return render(request, "referral_office/answer.html", {"complaint": complaint, "at": clock.now()})

    def perform() -> str:
        actions.answer_complaint(complaint_id, answer=request.POST.get("answer", ""), by=request.user)
        messages.success(request, _("答复已发给居民。"))
        return reverse("referral", args=[complaint.referral_id])

    return once(request, perform)


def _record(request: PostRequest, calls: list[Call], at: datetime) -> None:
    """Whose names stood there: by the referral one takes part in, or by the house's relation to the resident."""
    referrals = [call.referral for call in calls if call.referral]
    record_listing("calls", referrals, by=request.user, posts=[request.post], at=at)
    others = [call.resident.pk for call in calls if call.resident and not call.referral]
    residents.record_listing("calls", others, by=request.user, at=at, institution_id=request.post.institution_id)
