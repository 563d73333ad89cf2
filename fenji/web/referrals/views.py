"""Pages of one referral: the referral itself, and a form for each move one may make."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fenji.apps.booking.errors import SlotTaken
from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.referrals import actions, papers, policies, queries, rules
from fenji.apps.referrals.actions.effects.places import uses_places
from fenji.apps.referrals.choosing import Answer, choose, question_of
from fenji.apps.referrals.errors import PlaceStillFree
from fenji.apps.referrals.models import Attachment, Referral
from fenji.kernel.referral import BY_ACTION, CHOOSING, Direction, Move, Party, State, Urgency
from fenji.web.examinations.words import booked_with
from fenji.web.posting import once, show_faults, version_of
from fenji.web.presenters.dates import moment_words
from fenji.web.referrals.forms import MoveForm, form_for
from fenji.web.referrals.presenter import ReferralPage, proposals
from fenji.web.referrals.where import Where, asks_where, wanted_house
from fenji.web.roles import PersonRequest, requires_login

DIRECT = frozenset(
    {
        "approve",
        "acknowledge",
        "arrive",
        "start_care",
        "confirm_cancellation",
        "mark_no_show",
        "take_on",
        "send",
        "ask_approval",
    }
)

RESIDENTS_OWN = frozenset({Party.RESIDENT})  # their page tells it in their words, without what staff wrote each other


@require_GET
@requires_login
def show(request: PersonRequest, referral_id: UUID) -> HttpResponse:
    """One referral: what it is, where it stands, what happened, what this person may do now."""
    at = clock.now()
    referral, parties = queries.access_referral(request.user, referral_id, at=at)
    if parties == RESIDENTS_OWN:
        return redirect("my_referral", referral_id)
    page = ReferralPage(referral, _moves(referral, parties, at), parties, at, request.user)
    direct = DIRECT if uses_places(referral) else DIRECT | {"accept"}  # nothing to choose: accepted in one click
    words = {
        "page": page, "referral": referral, "at": at, "direct": direct, "examinations": booked_with(referral, at)
    }  # fmt: skip
    return render(request, "referrals/show.html", words)


@require_http_methods(["GET", "POST"])
@requires_login
def move(request: PersonRequest, referral_id: UUID, action: str) -> HttpResponse:
    """The form of one move; a move that asks nothing is made by POST straight from the referral's page."""
    if action not in BY_ACTION or not BY_ACTION[action].start:
        raise NotFound
    at = clock.now()
    referral, parties = queries.access_referral(request.user, referral_id, at=at)
    if parties == RESIDENTS_OWN:
        return redirect("my_referral", referral_id)
    if action == "edit":
        sheet = "clinic_down_edit" if referral.direction == Direction.DOWN else "refer_edit"
        return redirect(sheet, referral_id)  # written on the same sheet as it was begun
    row, party = policies.check_move(referral, action, parties, approval_required=_needs_signature(referral, at))
    form = form_for(referral, row, party, at, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _perform(request, referral, form))
        except (Invalid, PlaceStillFree, SlotTaken) as fault:  # what was written stays on the page
            show_faults(form, fault, {"choice_code": "reason"})
    template = "referrals/_where.html" if asks_where(request) else "referrals/move.html"
    words = _move_page(request, referral, form, at)
    return render(request, template, words, status=422 if form.errors else 200)


@require_POST
@requires_login
def attach(request: PersonRequest, referral_id: UUID) -> HttpResponse:
    """Add a photographed paper; what is wrong with it is said on the referral's page."""

    def perform() -> str:
        file = request.FILES.get("paper")
        if file is None:
            raise Invalid(_("请先选择一张照片。"))
        content = file.read(papers.MOST_BYTES + 1)
        actions.attach(referral_id, name=file.name or "", content=content, by=request.user)
        messages.success(request, _("已添加资料。"))
        return reverse("referral", args=[referral_id])

    try:
        return once(request, perform)
    except (Invalid, papers.PaperRefused) as fault:
        messages.error(request, f"{fault.message}{fault.remedy}")
        return redirect("referral", referral_id)


@require_POST
@requires_login
def hold_longer(request: PersonRequest, referral_id: UUID) -> HttpResponse:
    """Who waits for the other side keeps the place held on, once."""

    def perform() -> str:
        held = actions.hold_longer(referral_id, by=request.user)
        until = moment_words(held.held_until, at=clock.now()) if held.held_until else ""
        messages.success(request, _("占号已延长到%(until)s。") % {"until": until})
        return reverse("referral", args=[referral_id])

    return once(request, perform)


@require_POST
@requires_login
def filing(request: PersonRequest, referral_id: UUID) -> HttpResponse:
    """The office notes the insurer's filing."""

    def perform() -> str:
        actions.record_filing(referral_id, number=request.POST.get("number", ""), by=request.user)
        messages.success(request, _("已登记医保备案号。"))
        return reverse("referral", args=[referral_id])

    return once(request, perform)


# The browser's own style, around a picture shown alone; the decorator's type knows no path arguments.
@csp_update({"style-src": ["'unsafe-inline'"]})  # type: ignore[arg-type]
@require_GET
@requires_login
def paper(request: PersonRequest, referral_id: UUID, paper_id: UUID) -> HttpResponse:
    """One photographed paper, for who may see the referral."""
    at = clock.now()
    referral, _parties = queries.access_referral(request.user, referral_id, at=at)
    found = Attachment.objects.filter(pk=paper_id, referral=referral).first()
    if found is None:
        raise NotFound
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    response["Content-Disposition"] = "inline"
    return response


def _moves(referral: Referral, parties: frozenset[Party], at: Any) -> list[Move]:
    return policies.possible_moves(referral, parties, approval_required=_needs_signature(referral, at))


def _needs_signature(referral: Referral, at: Any) -> bool:
    return rules.signature_for(referral, at) is not None


def _perform(request: PersonRequest, referral: Referral, form: MoveForm) -> str:
    moved = actions.perform(referral.pk, form.move.action, form.given(), by=request.user, version=version_of(request))
    messages.success(request, _done_words(form.move, moved))
    return (
        str(request.POST.get("next") or reverse("referral", args=[moved.pk]))
        if _is_local(request)
        else reverse("referral", args=[moved.pk])
    )


def _is_local(request: HttpRequest) -> bool:
    address = request.POST.get("next", "")
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)


def _done_words(row: Move, moved: Referral) -> str:
    if row.action == "accept" and uses_places(moved) and State(moved.state) is State.ACCEPTED:
        return _("已接收。目前没有空余号源，请尽快安排就诊时间。")
    return _("已完成：%(what)s。转诊号 %(number)s。") % {"what": pgettext("move", row.name), "number": moved.number}


def _move_page(request: HttpRequest, referral: Referral, form: MoveForm, at: Any) -> dict[str, Any]:
    where = None
    if form.proposes:
        why = form["reason"] if form.move.action in CHOOSING else None
        where = Where(proposals(_answer(referral, form.move, at), at), wanted_house(request), why)
    return {
        "referral": referral,
        "move": form.move,
        "form": form,
        "at": at,
        "places": form.places,
        "where": where,
        "is_offer": form.move.action == "offer",
    }


def _answer(referral: Referral, row: Move, at: Any) -> Answer:
    """Where next: seen from who sends it there, without who refused it or has it now."""
    receiver = referral.receiver
    if row.action == "reroute" or receiver is None:
        return choose(question_of(referral, at))
    question = question_of(referral, at, sender=receiver)
    if row.action == "return_down":
        question = replace(question, direction=Direction.DOWN, urgency=Urgency.ROUTINE, specialty="")
    return choose(question)
