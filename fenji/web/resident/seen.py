"""Who may see my data now, and who looked: the audit trail in the resident's own words."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.residents import queries
from fenji.apps.residents.models import CareRelationKind
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.queries import Look
from fenji.web.presenters.names import full_name
from fenji.web.presenters.seers import seers
from fenji.web.resident.person import ResidentRequest, for_resident

VERBS = {
    "resident.found": _("凭证件查找到您"),
    "resident.visit": _("为您开始就诊"),
    "resident.emergency_access": _("开启紧急查阅"),
    "referral.read": _("查看转诊单"),
}


@dataclass(frozen=True)
class Line:
    """One look as it is told: who (an institution; in an emergency the person too), what for, on which footing."""

    at: datetime
    who: str
    what: str | Promise
    footing: str
    reason: str
    is_emergency: bool


@for_resident
def seen(request: ResidentRequest) -> HttpResponse:
    text = request.GET.get("page", "1")
    page = int(text) if text.isdigit() and len(text) < 5 else 1
    looks, has_next = queries.who_looked(request.resident.pk, page)
    shown = {
        "resident": request.resident,
        "at": request.at,
        "seers": seers(queries.who_may_see(request.resident.pk, request.at)),
        "lines": [_line(look) for look in looks],
        "page": page,
        "has_next": has_next,
    }
    return render(request, "resident/seen.html", shown)


def _line(look: Look) -> Line:
    is_emergency = look.relation == CareRelationKind.EMERGENCY
    kinds, purposes = dict(CareRelationKind.choices), dict(Purpose.choices)
    who = full_name(look.institution) or str(_("系统"))
    return Line(
        at=look.at,
        who=f"{who} {look.who}" if is_emergency else who,
        what=VERBS.get(look.verb) or purposes.get(look.purpose, _("查阅")),
        footing=str(kinds.get(look.relation, "")),
        reason=look.reason if is_emergency else "",
        is_emergency=is_emergency,
    )
