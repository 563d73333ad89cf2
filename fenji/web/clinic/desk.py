"""The physician's lists: arrived and waiting, in care, expected; then those sent down who are to be looked after."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fenji.apps.common import clock
from fenji.apps.referrals import actions, queries
from fenji.apps.referrals.listing import record_listing
from fenji.apps.referrals.models import FollowUp
from fenji.apps.referrals.rules import day_of
from fenji.kernel.referral import State
from fenji.kernel.roles import Role
from fenji.web.posting import once
from fenji.web.roles import PostRequest, requires_role

MOST, DAYS_AHEAD = 60, 7


@require_GET
@requires_role(Role.PHYSICIAN)
def patients(request: PostRequest) -> HttpResponse:
    """Who waits for this physician's department now, who is in care, who is expected in the next days."""
    at, post = clock.now(), request.post
    ours = queries.within_reach([post], "receiver")
    received = (
        queries.referrals_received_by(post.institution_id).filter(ours, closed_at__isnull=True).order_by("due_at")
    )
    start = timezone.make_aware(datetime.combine(day_of(at), time()))
    expected = queries.expected_on(post.institution_id, start, start + timedelta(days=DAYS_AHEAD)).filter(ours)
    lists = {
        "arrived": received.filter(state=State.ARRIVED)[:MOST], "in_care": received.filter(state=State.IN_CARE)[:MOST],
        "down": received.filter(state=State.RETURNED)[:MOST], "expected": expected[:MOST],
    }  # fmt: skip
    record_listing("patients", *lists.values(), by=request.user, posts=[post], at=at)
    return render(request, "clinic/patients.html", {"at": at, **lists})


@require_GET
@requires_role(Role.PHYSICIAN)
def guidance(request: PostRequest) -> HttpResponse:
    """Patients sent down whom the upper doctor looks after from time to time."""
    at = clock.now()
    due = queries.follow_ups_due([request.post]).filter(kind=FollowUp.Kind.GUIDANCE)[:MOST]
    record_listing("guidance", due, by=request.user, posts=[request.post], at=at)
    return render(request, "clinic/guidance.html", {"at": at, "today": day_of(at), "tasks": due})


@require_http_methods(["GET", "POST"])
@requires_role(Role.PHYSICIAN)
def guide(request: PostRequest, follow_up_id: int) -> HttpResponse:
    """Write the guidance; the community reads it on the referral's page."""
    task = queries.access_follow_up(request.user, follow_up_id, at=clock.now())
    if request.method == "GET":
        return render(request, "clinic/guide.html", {"task": task, "at": clock.now()})

    def perform() -> str:
        actions.complete_follow_up(task.pk, result=request.POST.get("result", ""), by=request.user)
        messages.success(request, _("指导意见已记录，基层在转诊单上可以看到。"))
        return reverse("clinic_guidance")

    return once(request, perform)
