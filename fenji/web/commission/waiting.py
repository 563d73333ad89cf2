"""The green channel (E5): at each department, how long referred patients wait and how long everyone else does."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.booking.waits import WINDOW
from fenji.apps.common import clock
from fenji.apps.indicators.waits import DepartmentWait, waits_by_department
from fenji.kernel.roles import Role
from fenji.web.commission.selection import selection_from
from fenji.web.roles import PostRequest, requires_role


@require_GET
@requires_role(Role.COMMISSION)
def waiting(request: PostRequest) -> HttpResponse:
    """Where being referred helps least stands first."""
    at = clock.now()
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=at)
    found = waits_by_department(chosen.scope)
    longest = max((days for one in found for days in (one.wait.referred_days, one.wait.other_days) if days), default=1)
    words = {
        "at": at,
        "chosen": chosen,
        "days": WINDOW.days,
        "rows": [
            (one, _length(one.wait.referred_days, longest), _length(one.wait.other_days, longest)) for one in found
        ],
        "not_sooner": sum(is_not_sooner(one) for one in found),
    }
    return render(request, "commission/waiting.html", words)


def is_not_sooner(one: DepartmentWait) -> bool:
    return one.sooner_days is not None and one.sooner_days <= 0


def _length(days: float | None, longest: float) -> int:
    """Permille of the longest wait."""
    return round(1000 * (days or 0) / longest) if longest else 0
