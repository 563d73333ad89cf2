"""One entry of the list for staff: where it stands and why; answering and leaving for a resident who cannot."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.booking import fairness, policies, waiting
from fenji.apps.booking.models import Offer, WaitingEntry
from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.apps.referrals import actions
from fenji.apps.registry.posts import roles_at
from fenji.web.posting import once
from fenji.web.presenters.dates import local, moment_words
from fenji.web.roles import PersonRequest, PostRequest, requires_role
from fenji.web.waiting.words import Mark, offer_mark, standing_of


@require_GET
@requires_role()
def entry(request: PostRequest, entry_id: UUID) -> HttpResponse:
    """Where it stands, the offers made, and who is served before with the reason; names only for who keeps the list."""
    at = clock.now()
    found = fairness.access_entry(request.user, entry_id, at=at)
    roles = roles_at(request.user, found.department.institution_id, local(at).date())
    keeps = policies.can_keep(roles)
    stands = standing_of(found, at)
    shown = {
        "at": at, "one": stands, "entry": found, "keeps": keeps, "offers": _offers(found, at),
        "ahead": fairness.ahead_of(found) if stands.ahead else [],
    }  # fmt: skip
    return render(request, "waiting/entry.html", shown)


@require_POST
@requires_role()
def answer(request: PostRequest, offer_id: UUID, reply: str) -> HttpResponse:
    """Accept or decline for a resident who was telephoned or came."""
    return once(request, lambda: answered(request, offer_id, reply, reverse("waiting_entry", args=[_entry(offer_id)])))


@require_POST
@requires_role()
def leave(request: PostRequest, entry_id: UUID) -> HttpResponse:
    def perform() -> str:
        waiting.withdraw(entry_id, by=request.user, at=clock.now())
        messages.success(request, _("已退出候补，留着的号让给下一位。"))
        return reverse("waiting_entry", args=[entry_id])

    return once(request, perform)


@require_POST
@requires_role()
def enter(request: PostRequest, referral_id: UUID) -> HttpResponse:
    """From the referral's page: nothing is free, so the patient waits for the next place."""

    def perform() -> str:
        made = actions.wait_for_place(referral_id, by=request.user)
        messages.success(request, _("已登记候补。有空号时按次序通知，请留意答复时限。"))
        return reverse("waiting_entry", args=[made.pk])

    return once(request, perform)


def answered(request: PersonRequest, offer_id: UUID, reply: str, back: str) -> str:
    """Make the answer, say what follows, and go back; shared with the resident's own page."""
    at = clock.now()
    if reply == "accept":
        made = actions.accept_offer(offer_id, by=request.user, at=at)
        messages.success(request, _("已约好：%(when)s。") % {"when": moment_words(made.place.starts_at, at=at)})
    elif reply == "decline":
        waiting.decline(offer_id, by=request.user, at=at)
        messages.success(request, _("已谢绝这个号，候补次序不变，下次有号再通知。"))
    else:
        raise NotFound
    return back


def _offers(found: WaitingEntry, at: datetime) -> list[tuple[Offer, Mark]]:
    """Every offer made to it, the latest first."""
    offers = found.offers.select_related("place__session", "answered_by").order_by("-made_at")
    return [(offer, offer_mark(offer, at)) for offer in offers]


def _entry(offer_id: UUID) -> UUID:
    found = Offer.objects.filter(pk=offer_id).values_list("entry_id", flat=True).first()
    if found is None:
        raise NotFound
    return found
