"""What was escalated to this commission, a referral once: telephone, and note it; then all that is overdue."""

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
from fenji.apps.indicators import escalations
from fenji.apps.indicators.behind import OverdueRows, Row
from fenji.apps.notices import actions, queries
from fenji.apps.notices.queries import Post
from fenji.apps.registry.models import Department
from fenji.apps.registry.posts import duty_phone
from fenji.apps.registry.snapshot import Node
from fenji.kernel.roles import Role
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
    mine, nodes = queries.inbox(request.user.pk, _posts(request)), chosen.network.nodes
    waiting = escalations.waiting(mine, nodes, at=at, most=PAGE_SIZE)
    rows = list(page.object_list)
    phones = _phones([*(escalations.turn_of(row) for row in rows), *(one.turn for one in waiting)])
    words = {
        "at": at,
        "chosen": chosen,
        "page": page,
        "standing": [Standing(row, house, phones.get(house.id, "")) for row, house in _with_turns(rows)],
        "waiting": [(one, phones.get(one.turn.id, "")) for one in waiting],
        "waiting_count": escalations.waiting_count(mine),
        "taken_up": escalations.taken_up(mine, nodes, at=at, most=RECENT),
    }
    return render(request, "commission/overdue.html", words)


@require_POST
@requires_role(Role.COMMISSION)
def telephoned(request: PostRequest, notice_id: int) -> HttpResponse:
    """Somebody of the commission telephoned about a referral: all its escalations so far are taken up."""
    mine = queries.inbox(request.user.pk, _posts(request))
    if not mine.filter(pk=notice_id, kind=escalations.KIND).exists():
        raise NotFound

    def perform() -> str:
        ids = escalations.unread_with(mine, notice_id)
        actions.mark_read(ids, posts=_posts(request), by=request.user, at=clock.now())
        messages.success(request, _("已记录电话督办。"))
        return reverse("commission_overdue")

    return once(request, perform)


def _posts(request: PostRequest) -> list[Post]:
    return [(request.post.institution_id, request.post.department_id)]


def _with_turns(rows: list[Row]) -> list[tuple[Row, Node]]:
    return [(row, escalations.turn_of(row)) for row in rows]


def _phones(houses: list[Node]) -> dict[int, str]:
    """The telephone of each house's office, by the house's id."""
    offices = Department.objects.filter(is_office=True, institution_id__in={house.id for house in houses})
    return {office.institution_id: duty_phone(office) for office in offices.select_related("institution")}
