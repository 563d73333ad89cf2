"""What was escalated to this commission: telephone, and note it; then all that is overdue, and whom to call."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.apps.indicators.behind import OverdueRows, Row
from fenji.apps.indicators.present import WITH_SENDER
from fenji.apps.notices import actions, queries
from fenji.apps.notices.queries import Post
from fenji.apps.registry.models import Department
from fenji.apps.registry.posts import duty_phone
from fenji.apps.registry.snapshot import Node
from fenji.kernel.roles import Role
from fenji.web.commission.desk import ESCALATED
from fenji.web.commission.selection import selection_from
from fenji.web.posting import once
from fenji.web.roles import PostRequest, requires_role

PAGE_SIZE, RECENT = 30, 10


@dataclass(frozen=True)
class Standing:
    """An overdue referral with the institution whose turn it is, and the telephone of its office."""

    row: Row
    institution: Node
    phone: str


@require_GET
@requires_role(Role.COMMISSION)
def overdue(request: PostRequest) -> HttpResponse:
    at = clock.now()
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=at)
    page: Page[Row] = Paginator(OverdueRows(chosen.scope), PAGE_SIZE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    mine = queries.inbox(request.user.pk, _posts(request)).filter(kind=ESCALATED)
    words = {
        "at": at,
        "chosen": chosen,
        "page": page,
        "standing": _standing(list(page.object_list)),
        "waiting": mine.filter(read_at=None).order_by("made_at")[:PAGE_SIZE],
        "taken_up": mine.exclude(read_at=None).select_related("read_by").order_by("-read_at")[:RECENT],
    }
    return render(request, "commission/overdue.html", words)


@require_POST
@requires_role(Role.COMMISSION)
def telephoned(request: PostRequest, notice_id: int) -> HttpResponse:
    """Somebody of the commission telephoned about an escalation."""
    if not queries.inbox(request.user.pk, _posts(request)).filter(pk=notice_id, kind=ESCALATED).exists():
        raise NotFound

    def perform() -> str:
        actions.mark_read([notice_id], posts=_posts(request), by=request.user, at=clock.now())
        messages.success(request, _("已记录电话督办。"))
        return reverse("commission_overdue")

    return once(request, perform)


def _posts(request: PostRequest) -> list[Post]:
    return [(request.post.institution_id, request.post.department_id)]


def _standing(rows: list[Row]) -> list[Standing]:
    turns = [row.sender if row.state in WITH_SENDER or row.receiver is None else row.receiver for row in rows]
    offices = Department.objects.filter(is_office=True, institution_id__in={house.id for house in turns})
    phones = {office.institution_id: duty_phone(office) for office in offices.select_related("institution")}
    return [Standing(row, house, phones.get(house.id, "")) for row, house in zip(rows, turns, strict=True)]
