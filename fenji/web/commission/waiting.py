"""The green channel (E5): at each department, how long referred, contracted and other patients wait."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_GET

from fenji.apps.booking.delays import Measured, PatientGroup
from fenji.apps.booking.waits import WINDOW
from fenji.apps.common import clock
from fenji.apps.indicators.waits import DepartmentWait, waits_by_department
from fenji.kernel.roles import Role
from fenji.web.commission.selection import selection_from
from fenji.web.presenters.waits import GROUPS
from fenji.web.roles import PostRequest, requires_role


@dataclass(frozen=True)
class Bar:
    """One group at one department; the bar's length in permille of the longest wait."""

    kind: str
    name: str | Promise
    measured: Measured | None
    length: int


@require_GET
@requires_role(Role.COMMISSION)
def waiting(request: PostRequest) -> HttpResponse:
    """Where being referred helps least stands first."""
    at = clock.now()
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=at)
    found = waits_by_department(chosen.scope)
    longest = max((measured.days for one in found for measured in one.waits.values()), default=1)
    words = {
        "at": at,
        "chosen": chosen,
        "days": WINDOW.days,
        "groups": list(GROUPS.values()),
        "rows": [(one, _bars(one, longest)) for one in found],
        "not_sooner": sum(is_not_sooner(one) for one in found),
    }
    return render(request, "commission/waiting.html", words)


def is_not_sooner(one: DepartmentWait) -> bool:
    return one.sooner_days is not None and one.sooner_days <= 0


def _bars(one: DepartmentWait, longest: float) -> list[Bar]:
    return [_bar(group, one.waits.get(group), longest) for group in GROUPS]


def _bar(group: PatientGroup, measured: Measured | None, longest: float) -> Bar:
    length = round(1000 * measured.days / longest) if measured and longest > 0 else 0
    return Bar(group.value, GROUPS[group], measured, max(0, length))
