"""Who could go down: put to the ward, answered there; the community sees who may come."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fenji.apps.common import clock, rulebooks
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.referrals.actions.going_down import accept_proposal
from fenji.apps.residents.listing import record_listing
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident, relation_for
from fenji.apps.stays import going_down, readings
from fenji.apps.stays.models import Proposal
from fenji.apps.stays.policies import DECIDERS, HOSPITAL, OBSERVERS
from fenji.apps.stays.rules import day_of
from fenji.kernel.reasons import Clause
from fenji.kernel.roles import PRIMARY
from fenji.kernel.tiers import PRIMARY_KINDS
from fenji.web.clinic.down import BOXES, DownForm, form_page, slip_of
from fenji.web.posting import once, show_faults
from fenji.web.presenters.names import full_name
from fenji.web.roles import PostRequest, requires_role
from fenji.web.wards.own import typed_diagnosis, wards_for
from fenji.web.wards.readings import judged, title_of

MOST = 60


@require_GET
@requires_role(*HOSPITAL, *PRIMARY)
def proposals(request: PostRequest) -> HttpResponse:
    """What the house's wards have to answer, with the reasons to choose from; below, who may come to this house."""
    at = clock.now()
    wards = [ward.pk for ward in wards_for(request.post)]
    rows = [_row(one, at) for one in going_down.waiting_in(wards)[:MOST]]
    coming = [_coming(request, one, at) for one in going_down.coming_to(request.post.institution_id)[:MOST]]
    named = [row["proposal"].resident_id for row in (*rows, *coming) if row.get("may_see", True)]
    record_listing("going-down", named, by=request.user, at=at, institution_id=request.post.institution_id)
    words = {
        "at": at, "rows": rows, "coming": coming, "reasons": list(going_down.REASONS.items()),
        "may_answer": request.post.role in DECIDERS, "may_observe": request.post.role in OBSERVERS,
        "suggested": _basis(at),
        "is_hospital": request.post.institution.kind not in PRIMARY_KINDS,
    }  # fmt: skip
    return render(request, "wards/going_down.html", words)


@require_http_methods(["GET", "POST"])
@requires_role(*DECIDERS)
def accept(request: PostRequest, proposal_id: UUID) -> HttpResponse:
    """The form of sending down; sent, or kept as a draft, the proposal counts as accepted."""
    at, proposal = clock.now(), _own(request, proposal_id)
    resident = access_resident(request.user, proposal.resident_id, at=at, purpose=Purpose.REFERRAL)
    written = {"diagnosis": typed_diagnosis(proposal.stay.diagnosis_code)}
    form = DownForm(request.POST if request.method == "POST" else None, initial=written)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _accept(request, proposal, form))
        except Invalid as invalid:
            show_faults(form, invalid, BOXES)
    return form_page(request, form, resident, at, house=proposal.community.code if proposal.community else "")


@require_POST
@requires_role(*DECIDERS)
def decline(request: PostRequest, proposal_id: UUID) -> HttpResponse:
    """Not yet, and why."""
    proposal = _own(request, proposal_id)

    def perform() -> str:
        going_down.decline(
            proposal.pk, request.POST.get("reason", ""), request.POST.get("note", ""), by=request.user, at=clock.now()
        )  # fmt: skip
        messages.success(request, _("已记录，过后会再问。"))
        return reverse("going_down")

    return once(request, perform)


def _own(request: PostRequest, proposal_id: UUID) -> Proposal:
    found = Proposal.objects.select_related("community", "ward", "stay").filter(
        pk=proposal_id, institution_id=request.post.institution_id
    )
    proposal = found.first()
    if proposal is None:
        raise NotFound
    return proposal


def _accept(request: PostRequest, proposal: Proposal, form: DownForm) -> str:
    made = accept_proposal(
        proposal.pk, slip_of(request, form), by=request.user, institution_id=request.post.institution_id,
        send=request.POST.get("step") != "draft",
    )  # fmt: skip
    words = {"receiver": full_name(made.receiver), "number": made.number}
    messages.success(request, _("已同意下转%(receiver)s。转诊号 %(number)s。") % words)
    return reverse("referral", args=[made.pk])


def _row(proposal: Proposal, at: datetime) -> dict[str, Any]:
    """A proposal with what its patient's readings say now."""
    grounds = readings.grounds_of(proposal.stay, at=at)
    return {"proposal": proposal, "grounds": grounds, "judged": judged(grounds)}


def _coming(request: PostRequest, proposal: Proposal, at: datetime) -> dict[str, Any]:
    """Who may come here and why; by name for who has the patient in care already."""
    criterion = rulebooks.current().catalogue(day_of(at)).by_code.get(proposal.criterion)
    return {
        "proposal": proposal, "may_see": relation_for(request.user, proposal.resident_id, at) is not None,
        "title": title_of(criterion) if criterion else "",
    }  # fmt: skip


def _basis(at: datetime) -> Clause | None:
    """What the suggested days rest on, to be said on the page; None where the city has none."""
    rulebook = rulebooks.current()
    try:
        return rulebook.clause_of(rulebook.value("stays.suggested", on=day_of(at)))
    except LookupError:
        return None
