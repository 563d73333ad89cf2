"""The office's waiting list: who waits for which department, in order, and why somebody was served before another."""

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fenji.apps.booking import fairness
from fenji.apps.booking.fairness import Served
from fenji.apps.booking.models import Offer, WaitingEntry
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import NotFound
from fenji.apps.registry.models import Department
from fenji.kernel.roles import Role
from fenji.web.posting import number_of
from fenji.web.presenters.names import full_name
from fenji.web.roles import PostRequest, requires_role
from fenji.web.waiting.words import Mark, entry_mark, offer_mark, wanted_words

TOLD_FOR = timedelta(days=14)  # how far back offers are explained
MOST = 200
Row = tuple[WaitingEntry, str, Mark, Offer | None]


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def waiting_list(request: PostRequest) -> HttpResponse:
    """One department's list in its order, then every offer of the last two weeks with whom it went past and why."""
    at, house = clock.now(), request.post.institution_id
    departments = fairness.departments_with_lists(house)
    chosen = _chosen(request, departments)
    rows = _rows(chosen, at) if chosen else []
    told = list(reversed(fairness.served(chosen.pk, at - TOLD_FOR, at + timedelta(seconds=1)))) if chosen else []
    if rows or told:
        _record(request, chosen, rows, told, at)
    shown = {
        "at": at, "chosen": chosen, "rows": rows, "told": [(one, offer_mark(one.offer, at)) for one in told[:MOST]],
        "departments": [(one.pk, _counted(one)) for one in departments],
    }  # fmt: skip
    return render(request, "waiting/list.html", shown)


def _chosen(request: PostRequest, departments: list[Department]) -> Department | None:
    """The department asked for, also one whose list is empty now; else the one with the longest list."""
    wanted = number_of(request.GET.get("department"))
    if wanted is None:
        return departments[0] if departments else None
    found = Department.objects.filter(pk=wanted, institution_id=request.post.institution_id).first()
    if found is None:
        raise NotFound(_("本机构没有这个科室的门诊。"))
    return found


def _rows(chosen: Department, at: datetime) -> list[Row]:
    found = []
    for entry in fairness.waiting_list(chosen.pk)[:MOST]:
        offer = fairness.open_offer(entry) if entry.state == "offered" else None
        found.append((entry, wanted_words(entry, at), entry_mark(entry, at, offer), offer))
    return found


def _counted(one: Department) -> str:
    waits: int = one.waiting  # type: ignore[attr-defined]  # annotated by the query
    return _("%(name)s（%(count)d 人）") % {"name": full_name(one), "count": waits}


def _record(
    request: PostRequest, chosen: Department | None, rows: list[Row], told: list[Served], at: datetime
) -> None:  # fmt: skip
    """Whose names were read."""
    people = {str(entry.resident_id) for entry, *_rest in rows} | {str(one.offer.entry.resident_id) for one in told}
    people |= {str(entry.resident_id) for one in told for entry, _why in one.passed}
    audit.record(
        "resident.list", chosen, by=request.user, at=at, institution_id=request.post.institution_id,
        details={"residents": sorted(people), "waiting": True},
    )  # fmt: skip
