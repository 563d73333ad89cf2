"""The ward board: each bed today and in the coming week, and how old what we know is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.common import clock
from fenji.apps.stays import board as beds
from fenji.apps.stays import going_down, movements, queries
from fenji.apps.stays.rules import day_of
from fenji.web.posting import once
from fenji.web.roles import PostRequest, requires_role
from fenji.web.wards.own import STAFF, wards_for

DAYS = 7


@require_GET
@requires_role(*STAFF)
def board(request: PostRequest) -> HttpResponse:
    """One ward of the own house; the own department's unless another is chosen."""
    at, wards = clock.now(), wards_for(request.post)
    chosen = next((one for one in wards if str(one.pk) == request.GET.get("ward")), wards[0] if wards else None)
    words = {
        "at": at, "today": day_of(at), "wards": [(one.pk, one.name) for one in wards], "chosen": chosen,
        "feed": queries.feed_of(request.post.institution_id),
        "now": beds.wards_now([chosen], at=at)[0] if chosen else None,
        "rows": beds.rows_of(chosen, days=DAYS, at=at) if chosen else [],
        "proposals": going_down.waiting_in([chosen.pk]).count() if chosen else 0,
    }  # fmt: skip
    return render(request, "wards/board.html", words)


@require_POST
@requires_role(*STAFF)
def checked(request: PostRequest) -> HttpResponse:
    """The ward has looked round: what the board shows is so. Beds may be promised again."""

    def perform() -> str:
        movements.hear_from(request.post.institution_id, by_messages=False, at=clock.now())
        messages.success(request, _("已核对。平台可以继续承诺床位。"))
        return f"{reverse('wards')}?ward={request.POST.get('ward', '')[:18]}"

    return once(request, perform)
