"""Appointments a resident made without a referral: another time of the same clinic, or given back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fenji.apps.booking import queries
from fenji.apps.booking.access import access_for
from fenji.apps.booking.errors import SlotTaken
from fenji.apps.booking.models import Booking, Place
from fenji.apps.booking.policies import LIVING, REFERRED, state_at
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.referrals.actions import direct
from fenji.apps.referrals.actions.effects.places import HORIZON
from fenji.apps.residents.queries import family_of_ids
from fenji.web.posting import number_of, once
from fenji.web.resident.person import ResidentRequest, for_resident
from fenji.web.resident.standing import visit_words

MOST_PLACES = 60


def may_change(booking: Booking, request: ResidentRequest) -> bool:
    """Whether the resident may still move it or give it back; a referral's is moved with the referral."""
    is_living = state_at(booking, request.at) in LIVING
    return booking.referral_id is None and is_living and booking.place.starts_at > request.at


@require_http_methods(["GET", "POST"])
@for_resident
def cancel(request: ResidentRequest, booking_id: UUID) -> HttpResponse:
    found = _own(request, booking_id)

    def perform() -> str:
        direct.cancel(found.pk, reason=_("居民取消"), by=request.user, at=request.at)
        messages.success(request, _("预约已取消，号已让出。"))
        return reverse("my_appointments")

    if request.method == "POST":
        return once(request, perform)
    return _page(request, found, {})


@require_http_methods(["GET", "POST"])
@for_resident
def move(request: ResidentRequest, booking_id: UUID) -> HttpResponse:
    found, fault = _own(request, booking_id), ""
    if request.method == "POST":
        try:
            return once(request, lambda: _move(request, found))
        except (Invalid, SlotTaken) as refused:
            fields = refused.fields.values() if isinstance(refused, Invalid) else ()
            fault = " ".join([*fields] or [f"{refused.message}{refused.remedy}"])
    shown = {"places": _places(request, found), "fault": fault, "is_move": True}
    return _page(request, found, shown, status=422 if fault else 200)


def _move(request: ResidentRequest, found: Booking) -> str:
    place = number_of(request.POST.get("place"))
    if place is None:
        raise Invalid(fields={"place": _("请先点一个时间。")})
    direct.move(found.pk, place_id=place, reason=_("居民改约"), by=request.user, at=request.at)
    messages.success(request, _("时间换好了，请按新的时间就诊。"))
    return reverse("my_appointments")


def _own(request: ResidentRequest, booking_id: UUID) -> Booking:
    """A booking of the person shown that may still be changed; NotFound for every other."""
    found = queries.booking_with_id(booking_id)
    if found.resident_id not in family_of_ids(request.resident.pk) or not may_change(found, request):
        raise NotFound
    return found


def _places(request: ResidentRequest, found: Booking) -> list[Place]:
    """Of the same clinic, or times of the same examination, which was ordered and so opens reserved ones too."""
    access = access_for(None, at=request.at, by=request.user, resident_id=found.resident_id)
    return queries.free_places(
        [found.department_id], request.at, request.at + HORIZON, access=REFERRED if found.exam_order_id else access,
        at=request.at, limit=MOST_PLACES, exam_item_id=found.place.exam_item_id,
    )  # fmt: skip


def _page(request: ResidentRequest, found: Booking, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    words = {
        "booking": found, "when": visit_words(found.place.starts_at, request.at), "at": request.at,
        "resident": request.resident, "is_self": request.is_self,
    }  # fmt: skip
    return render(request, "resident/own_booking.html", words | shown, status=status)
