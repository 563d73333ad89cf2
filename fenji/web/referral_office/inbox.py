"""The inbox: what waits for this office, by deadline; what the hospital sent itself."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.referrals import queries, rules
from fenji.apps.referrals.listing import record_listing
from fenji.apps.referrals.models import Complaint, Referral
from fenji.kernel.referral import State
from fenji.kernel.roles import Role
from fenji.web.referrals.presenter import with_onward
from fenji.web.roles import PostRequest, requires_role

PAGE_SIZE = 40


@dataclass(frozen=True)
class Tray:
    """A tab of the inbox: which states lie in it."""

    code: str
    name: str | Promise
    states: tuple[State, ...]


TRAYS = (
    Tray("new", _("待接收"), (State.SENT,)),
    Tray(
        "book",
        _("待安排"),
        (State.ACCEPTED, State.APPOINTMENT_CANCELLED, State.CANCELLATION_REQUESTED, State.HANDING_ON),
    ),
    Tray("asked", _("等对方补充"), (State.AWAITING_INFORMATION,)),
    Tray("coming", _("已预约"), (State.SCHEDULED, State.NO_SHOW)),
    Tray("here", _("在院"), (State.ARRIVED, State.IN_CARE, State.RETURNED, State.REPLIED)),
)


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def inbox(request: PostRequest) -> HttpResponse:
    """Referrals to this hospital, what is overdue first."""
    at, house = clock.now(), request.post.institution_id
    tray = next((one for one in TRAYS if one.code == request.GET.get("tray")), TRAYS[0])
    found = queries.referrals_received_by(house).filter(closed_at__isnull=True)
    rows = found.filter(state__in=tray.states).order_by("due_at")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    not_filed = queries.not_filed(house)[:10] if rules.filing_is_asked(at) else Referral.objects.none()
    record_listing(
        f"inbox:{tray.code}", page.object_list, not_filed, by=request.user, posts=[request.post], at=at,
        page=page.number,
    )  # fmt: skip
    complaints = Complaint.objects.filter(referral__receiver_id=house, answered_at__isnull=True).select_related(
        "referral"
    )
    words = {
        "at": at,
        "page": page,
        "tray": tray,
        "trays": _counted(found, at),
        "not_filed": not_filed,
        "complaints": complaints.order_by("made_at")[:10],
    }
    return render(request, "referral_office/inbox.html", words)


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def sent(request: PostRequest) -> HttpResponse:
    """What this hospital sent: down to the community, on to other hospitals; what is open by deadline."""
    found = queries.referrals_sent_from(request.post.institution_id)
    show = "all" if request.GET.get("show") == "all" else "open"
    if show == "open":
        found = found.filter(queries.still_under_way()).order_by("due_at")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list, at = with_onward(page.object_list), clock.now()
    record_listing(
        f"sent:{show}", page.object_list, by=request.user, posts=[request.post], at=at, page=page.number
    )  # fmt: skip
    return render(request, "referral_office/sent.html", {"at": at, "page": page, "show": show})


def _counted(found: QuerySet[Referral], at: datetime) -> list[tuple[Tray, int, int]]:
    """Each tray with how many lie in it and how many are late, in one query."""
    late = Q(due_at__lte=at)
    wanted = {f"{tray.code}_all": Count("pk", filter=Q(state__in=tray.states)) for tray in TRAYS}
    wanted |= {f"{tray.code}_late": Count("pk", filter=Q(state__in=tray.states) & late) for tray in TRAYS}
    counts = found.order_by().aggregate(**wanted)
    return [(tray, counts[f"{tray.code}_all"], counts[f"{tray.code}_late"]) for tray in TRAYS]
