"""What the resident waits for: offers to answer first, the place in the list, and leaving it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.booking import fairness, waiting
from fenji.apps.booking.models import Offer, WaitingEntry
from fenji.apps.common.errors import NotFound
from fenji.apps.referrals import actions
from fenji.apps.residents.queries import family_of_ids
from fenji.web.posting import once
from fenji.web.resident.person import ResidentRequest, for_resident
from fenji.web.waiting.one import answered
from fenji.web.waiting.words import Standing, standing_of

MOST_PAST = 20


@require_GET
@for_resident
def own(request: ResidentRequest) -> HttpResponse:
    entries = [one for pk in family_of_ids(request.resident.pk) for one in fairness.entries_of(pk)]
    stands = [standing_of(one, request.at) for one in entries if one.ended_at is None]
    past = [standing_of(one, request.at) for one in entries if one.ended_at is not None]
    shown = {
        "going": sorted(stands, key=lambda one: one.offer is None), "past": past[:MOST_PAST], "at": request.at,
        "resident": request.resident, "is_self": request.is_self,
    }  # fmt: skip
    return render(request, "waiting/own.html", shown)


@require_POST
@for_resident
def answer(request: ResidentRequest, offer_id: UUID, reply: str) -> HttpResponse:
    offer = Offer.objects.filter(pk=offer_id).select_related("entry").first()
    if offer is None:
        raise NotFound
    _check_own(request, offer.entry)
    back = "my_appointments" if reply == "accept" else "my_waiting"
    return once(request, lambda: answered(request, offer_id, reply, reverse(back)))


@require_POST
@for_resident
def leave(request: ResidentRequest, entry_id: UUID) -> HttpResponse:
    entry = WaitingEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    _check_own(request, entry)

    def perform() -> str:
        waiting.withdraw(entry_id, by=request.user, at=request.at)
        messages.success(request, _("已退出候补。"))
        return reverse("my_waiting")

    return once(request, perform)


@require_POST
@for_resident
def enter(request: ResidentRequest, department_id: int) -> HttpResponse:
    """From a department's calendar: nothing suits, so wait for a public place of it."""

    def perform() -> str:
        actions.wait_for_clinic(request.resident.pk, department_id=department_id, by=request.user, at=request.at)
        messages.success(request, _("已登记候补，有空号时通知您。"))
        return reverse("my_waiting")

    return once(request, perform)


def offers_to_answer(request: ResidentRequest) -> list[Standing]:
    """For the first screen: places kept for the person and not yet answered."""
    found = [one for pk in family_of_ids(request.resident.pk) for one in fairness.entries_of(pk).filter(ended_at=None)]
    return [one for one in (standing_of(entry, request.at) for entry in found) if one.offer]


def _check_own(request: ResidentRequest, entry: WaitingEntry) -> None:
    if entry.resident_id not in family_of_ids(request.resident.pk):
        raise NotFound
