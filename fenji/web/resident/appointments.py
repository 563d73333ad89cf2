"""The resident's appointments: those to come, then those that were."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from fenji.apps.booking import fairness
from fenji.apps.booking import queries as booking
from fenji.apps.booking.models import Booking, BookingState
from fenji.apps.referrals.models import FirstContact
from fenji.apps.residents.queries import family_of_ids
from fenji.web.presenters.dates import moment_words
from fenji.web.resident.own_bookings import may_change
from fenji.web.resident.person import ResidentRequest, for_resident
from fenji.web.resident.standing import visit_words
from fenji.web.resident.told import referrals_told

MOST_PAST = 40
LIVING = frozenset({BookingState.HELD, BookingState.BOOKED, BookingState.ARRIVED})
# State: word, tone and icon of its mark.
LOOKS: dict[BookingState, tuple[str | Promise, str, str]] = {
    BookingState.HELD: (gettext_lazy("先留着号"), "wait", "clock"),
    BookingState.BOOKED: (gettext_lazy("已约好"), "going", "calendar-days"),
    BookingState.ARRIVED: (gettext_lazy("已就诊"), "done", "check-circle"),
    BookingState.NO_SHOW: (gettext_lazy("没有去"), "act", "user-minus"),
    BookingState.CANCELLED: (gettext_lazy("已取消"), "closed", "no-symbol"),
    BookingState.EXPIRED: (gettext_lazy("号已放回"), "closed", "arrow-uturn-left"),
}


@dataclass(frozen=True)
class Appointment:
    """One booking as it is printed."""

    booking: Booking
    when: str
    word: str
    tone: str
    icon: str
    note: str
    referral_id: UUID | None
    is_coming: bool
    may_change: bool  # made without a referral, and not begun
    first_contact: FirstContact | None


@require_GET
@for_resident
def appointments(request: ResidentRequest) -> HttpResponse:
    ids, at = family_of_ids(request.resident.pk), request.at
    told = set(referrals_told(ids).values_list("pk", flat=True))
    found = [one for pk in ids for one in booking.bookings_of(pk, at=at)]
    judged = {one.booking_id: one for one in FirstContact.objects.filter(booking__in=found)}
    rows = [_appointment(one, request, told, judged.get(one.pk)) for one in found]
    coming = sorted((row for row in rows if row.is_coming), key=lambda row: row.booking.place.starts_at)
    past = sorted((row for row in rows if not row.is_coming), key=lambda row: row.booking.place.starts_at, reverse=True)
    shown = {
        "coming": coming,
        "past": past[:MOST_PAST],
        "waits": sum(fairness.entries_of(pk).filter(ended_at=None).count() for pk in ids),
        "resident": request.resident,
        "is_self": request.is_self,
        "at": at,
    }
    return render(request, "resident/appointments.html", shown)


def _appointment(
    booking: Booking, request: ResidentRequest, told: set[UUID], judged: FirstContact | None
) -> Appointment:
    at = request.at
    state = BookingState(booking.state_now)  # type: ignore[attr-defined]  # annotated by the query
    word, tone, icon = LOOKS[state]
    return Appointment(
        booking=booking,
        when=visit_words(booking.place.starts_at, at),
        word=str(word),
        tone=tone,
        icon=icon,
        note=_note(booking, state, at),
        referral_id=booking.referral_id if booking.referral_id in told else None,
        is_coming=state in LIVING and booking.place.ends_at > at,
        may_change=may_change(booking, request),
        first_contact=judged,
    )


def _note(booking: Booking, state: BookingState, at: datetime) -> str:
    """What the mark alone does not say. Reasons that staff typed are theirs; that the clinic closed is told."""
    if state is BookingState.HELD and booking.held_until:
        return _("等医院确认，号留到 %(when)s。") % {"when": moment_words(booking.held_until, at=at)}
    if state is BookingState.CANCELLED and booking.session.closed_at:
        return _("医院停诊。")
    return ""
