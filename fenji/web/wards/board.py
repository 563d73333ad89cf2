"""The ward board: each bed today and in the coming week, and how old what we know is."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.common import clock
from fenji.apps.residents.listing import record_listing
from fenji.apps.stays import board as beds
from fenji.apps.stays import going_down, movements, queries, readings
from fenji.apps.stays.policies import OBSERVERS, WARD_STAFF
from fenji.apps.stays.rules import day_of
from fenji.kernel.stays import StayState
from fenji.kernel.tiers import PRIMARY_KINDS
from fenji.web.posting import once
from fenji.web.roles import PostRequest, requires_role
from fenji.web.wards.own import wards_for

DAYS = 7


@require_GET
@requires_role(*WARD_STAFF)
def board(request: PostRequest) -> HttpResponse:
    """One ward of the own house; the own department's unless another is chosen. Whose names stand there is recorded."""
    at, wards = clock.now(), wards_for(request.post)
    chosen = next((one for one in wards if str(one.pk) == request.GET.get("ward")), wards[0] if wards else None)
    rows = beds.rows_of(chosen, days=DAYS, at=at) if chosen else []
    record_listing(
        "ward-board", [stay.resident_id for row in rows for stay in (row.now, row.next) if stay], by=request.user,
        at=at, institution_id=request.post.institution_id,
    )  # fmt: skip
    sent = going_down.sent_down(request.post.institution_id, [row.now.episode for row in rows if row.now])
    words = {
        "at": at, "today": day_of(at), "wards": [(one.pk, one.name) for one in wards], "chosen": chosen,
        "feed": queries.feed_of(request.post.institution_id),
        "now": beds.wards_now([chosen], at=at)[0] if chosen else None,
        "rows": [(row, _grounds(request, row, at), sent.get(row.now.episode) if row.now else None) for row in rows],
        "goes_down": _goes_down(request),
        "proposals": going_down.waiting_in([chosen.pk]).count() if chosen else 0,
    }  # fmt: skip
    return render(request, "wards/board.html", words)


def _goes_down(request: PostRequest) -> bool:
    """Whether patients of this house are asked about going down: a hospital's, not a township's."""
    return request.post.institution.kind not in PRIMARY_KINDS and request.post.role in OBSERVERS


def _grounds(request: PostRequest, row: beds.BedRow, at: datetime) -> readings.Grounds | None:
    """On what grounds whoever lies there could go down, where the ward is asked."""
    if row.now is None or row.now.state != StayState.OCCUPIED or not row.now.resident_id or not _goes_down(request):
        return None
    return readings.grounds_of(row.now, at=at)


@require_POST
@requires_role(*WARD_STAFF)
def checked(request: PostRequest) -> HttpResponse:
    """The ward has looked round: what the board shows is so. Beds may be promised again."""

    def perform() -> str:
        movements.hear_from(request.post.institution_id, by_messages=False, by=request.user, at=clock.now())
        messages.success(request, _("已核对。平台可以继续承诺床位。"))
        return f"{reverse('wards')}?ward={request.POST.get('ward', '')[:18]}"

    return once(request, perform)
