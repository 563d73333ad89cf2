"""Bookings without a referral: made under the city's rule of first contact, moved within a clinic, given back."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions, policies, queries, standing
from fenji.apps.booking.access import access_to_pool
from fenji.apps.booking.errors import BookingEnded, PlacePast
from fenji.apps.booking.models import Booking, Place
from fenji.apps.booking.refusal import refuse_if_taken
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.free_text import clean_text
from fenji.apps.common.locks import patience
from fenji.apps.referrals import first_contact
from fenji.apps.referrals.errors import FirstContactRequired
from fenji.apps.referrals.models import FirstContact
from fenji.apps.residents.policies import OWN_FOOTING
from fenji.apps.residents.queries import resolve
from fenji.kernel.first_contact import Judgement
from fenji.kernel.referral import Urgency

REASON_LENGTH = 60


@patience()
def book(
    resident_id: UUID, *, place_id: int, by: User, at: datetime, held_until: datetime | None = None,
    urgency: Urgency = Urgency.ROUTINE, seen: Place | None = None,
) -> Booking:  # fmt: skip
    """Book a place, or hold it until `held_until`, and keep how the rule of first contact judges it.

    `seen` is the place as `booking.queries.place_with_id` gave it just now, for who has looked already. Where the rule
    binds it raises FirstContactRequired with its clause; else as `booking.actions.hold` does.
    """
    resident, place = resolve(resident_id), seen or queries.place_with_id(place_id)
    if place is None:
        raise NotFound

    def judged(booking: Booking) -> list[FirstContact]:
        booking.department = booking.place.department = place.department
        judgement = first_contact.judge_booking(resident, booking.place, urgency, at)
        if judgement.is_binding:
            raise FirstContactRequired(_ground(judgement))
        return [first_contact.judged(judgement, booking, at=at)]

    return actions.made(
        resident.pk, until=held_until, by=by, at=at, place_id=place.pk, along=judged,
        access=access_to_pool(place.pool, at=at, by=by, resident_id=resident.pk),
    )  # fmt: skip


def refuse_early(place: Place | None, resident_id: UUID, *, by: User, at: datetime) -> None:
    """Raise SlotTaken, or what else stands in the way, when somebody has the place: before anything is written."""
    if place is not None:
        refuse_if_taken(place, access_to_pool(place.pool, at=at, by=by, resident_id=resident_id), at=at)


@patience()
def move(booking_id: UUID, *, place_id: int, reason: str, by: User, at: datetime) -> Booking:
    """Take another time of the same clinic and give the old one back; a desk also of another clinic of its house.

    Raises ServesReferral, Invalid for a place elsewhere or a number in the reason, and as `booking.actions.move_to`.
    """
    reason = clean_text("reason", reason, REASON_LENGTH, required=True)
    old = _own(booking_id, by, at)
    place = Place.objects.filter(pk=place_id).first()
    if place is None or not _is_near(old, place, _is_residents(old, by, at)):
        raise Invalid(fields={"place_id": _("请在原科室的号源中选择；要看别的科室请另行预约。")})
    new = actions.move_to(old.pk, place_id=place.pk, reason=reason, by=by, at=at)
    if new.pk != old.pk:
        first_contact.carry_on(old, new)
    return new


@patience()
def cancel(booking_id: UUID, *, reason: str, by: User, at: datetime) -> Booking:
    """Give the place back. Raises ServesReferral, Invalid for a number in the reason, PlacePast, BookingEnded."""
    reason = clean_text("reason", reason, REASON_LENGTH, required=True)
    done = actions.cancel(_own(booking_id, by, at).pk, reason, by=by, at=at)
    if done.replaced_by.exists():
        raise BookingEnded  # it was moved meanwhile: the new time stands, and is not given back unseen
    return done


def _own(booking_id: UUID, by: User, at: datetime) -> Booking:
    """A booking that serves no referral and that `by` may change; a resident only until it begins."""
    found = queries.booking_with_id(booking_id)
    standing.check_own(by, found, policies.check_can_change, at=at)
    if _is_residents(found, by, at) and found.place.starts_at <= at:
        raise PlacePast
    return found


def _is_residents(booking: Booking, by: User, at: datetime) -> bool:
    return standing.standing_of(by, booking.resident_id, booking.place.institution_id, at=at).relation in OWN_FOOTING


def _is_near(old: Booking, place: Place, is_residents: bool) -> bool:
    if is_residents:
        return place.department_id == old.department_id
    return place.institution_id == old.place.institution_id


def _ground(judgement: Judgement) -> str:
    """The ground with its source and clause, in the reader's language."""
    text = judgement.reason.text_en if (get_language() or "").startswith("en") else judgement.reason.text
    rests_on = judgement.rests_on
    return f"{text}（{rests_on.source_title} {rests_on.clause}）" if rests_on else text
