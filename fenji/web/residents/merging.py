"""The desk for duplicate registrations: pairs that may be one person, side by side; merge, or take a merge back."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.residents import actions, duplicates, identity, queries, relations
from fenji.apps.residents.listing import record_listing
from fenji.apps.residents.models import Resident
from fenji.apps.residents.policies import MERGING_ROLES, Purpose
from fenji.web.posting import once, show_faults
from fenji.web.residents.forms import ReasonForm
from fenji.web.residents.guard import for_staff
from fenji.web.roles import PostRequest, requires_role


@dataclass(frozen=True)
class Side:
    """One of two rows compared, with numbers masked."""

    resident: Resident
    id_words: str
    phone_words: str


@for_staff
def desk(request: PostRequest) -> HttpResponse:
    at, text = clock.now(), request.GET.get("page", "1")
    page = int(text) if text.isdigit() and len(text) < 4 else 1
    pairs, has_next = duplicates.duplicate_candidates(request.user, at, page)
    rows = [(pair, relations.relation_for(request.user, pair.other.pk, at) is not None) for pair in pairs]
    named = [pair.other.pk for pair, both in rows if both]
    record_listing("duplicates", [*(pair.resident.pk for pair in pairs), *named], by=request.user, at=at, page=page)
    shown = {
        "rows": rows,
        "page": page,
        "has_next": has_next,
        "can_merge": request.post.role in MERGING_ROLES,
        "at": at,
    }
    return render(request, "residents/duplicates.html", shown)


@requires_role(*MERGING_ROLES)
def merge(request: PostRequest, kept_id: UUID, merged_id: UUID) -> HttpResponse:
    """Both rows side by side; the first is the one that stays, a link turns them round."""
    at = clock.now()
    kept, merged = (
        relations.access_resident(request.user, one, at=at, purpose=Purpose.MERGE) for one in (kept_id, merged_id)
    )
    form = ReasonForm(request.POST or None)

    def perform() -> str:
        actions.merge(kept_id=kept.pk, merged_id=merged.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("已合并；如有误，可在居民页面撤销。"))
        return reverse("resident", args=[kept.pk])

    if request.method == "POST" and form.is_valid():
        try:
            return once(request, perform)
        except Invalid as fault:
            show_faults(form, fault)
    shown = {"kept": _side(kept), "merged": _side(merged), "form": form, "at": at}
    return render(request, "residents/merge.html", shown, status=422 if form.errors else 200)


@requires_role(*MERGING_ROLES)
def unmerge(request: PostRequest, merge_id: int) -> HttpResponse:
    made, at = queries.merge_numbered(merge_id), clock.now()
    resident = relations.access_resident(request.user, made.merged_id, at=at, purpose=Purpose.MERGE)
    form = ReasonForm(request.POST or None)

    def perform() -> str:
        actions.unmerge(made.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("合并已撤销。"))
        return reverse("resident", args=[made.merged_id])

    if request.method == "POST" and form.is_valid():
        try:
            return once(request, perform)
        except Invalid as fault:
            show_faults(form, fault)
    shown = {"made": made, "resident": resident, "form": form, "at": at}
    return render(request, "residents/unmerge.html", shown, status=422 if form.errors else 200)


def _side(resident: Resident) -> Side:
    return Side(
        resident,
        identity.mask_id(identity.id_number(resident)),
        identity.mask_phone(identity.phone_number(resident)),
    )
