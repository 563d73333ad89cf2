"""Hold, confirm, move, cancel: each in one transaction, which may be the caller's (a referral's move with its place).

`by` is the acting account or None for the clock; `at` the transaction's time, taken from `common.clock` after the
caller's locks. Order of locks: referral, booking, place (see common/locks.py).
A booking that serves a referral tells it by the job `referrals.appointment_changed`, unless the caller is the
referral's own action (`tell_referral=False`).
"""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import policies, queries
from fenji.apps.booking.announce import tell
from fenji.apps.booking.claim import claim_place, confirm_place, extend_place, release_place
from fenji.apps.booking.errors import AlreadyBooked, HoldExpired, HoldExtended
from fenji.apps.booking.models import Booking, BookingState, Place
from fenji.apps.booking.policies import Access, Wanted
from fenji.apps.booking.refusal import refuse
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid


@transaction.atomic
def hold(
    resident_id: UUID,
    *,
    until: datetime,
    by: User | None,
    at: datetime,
    place_id: int | None = None,
    wanted: Wanted | None = None,
    referral_id: UUID | None = None,
    requested_at: datetime | None = None,
    access: Access | None = None,
) -> Booking:
    """Keep one place for a resident until `until`: the place named, or the soonest of those wanted.

    With `referral_id` reserved places are open, else only public and released ones (`access` says otherwise).
    `requested_at` is when care was asked for, from which the wait is counted; `at` unless given.
    Raises SlotTaken with the next free places, PlacePast, ClinicClosed, PlaceReserved, AlreadyBooked, Busy.
    """
    if until <= at:
        raise Invalid(fields={"until": _("占号的期限须晚于现在。")})
    booking = _take(
        Booking(resident_id=resident_id, referral_id=referral_id, requested_at=requested_at or at),
        place_id, wanted, access or queries.access_for(referral_id, at=at), until, by, at,
    )  # fmt: skip
    return _note("booking.hold", booking, by=by, at=at)


@transaction.atomic
def book(
    resident_id: UUID,
    *,
    by: User | None,
    at: datetime,
    place_id: int | None = None,
    wanted: Wanted | None = None,
    referral_id: UUID | None = None,
    requested_at: datetime | None = None,
    access: Access | None = None,
) -> Booking:
    """Book at once, without a hold before it. Raises as `hold` does."""
    booking = _take(
        Booking(resident_id=resident_id, referral_id=referral_id, requested_at=requested_at or at),
        place_id, wanted, access or queries.access_for(referral_id, at=at), None, by, at,
    )  # fmt: skip
    return _note("booking.book", booking, by=by, at=at)


@transaction.atomic
def confirm(booking_id: UUID, *, by: User | None, at: datetime) -> Booking:
    """Turn a hold into a booking. Confirming twice is harmless. Raises HoldExpired, BookingEnded, Busy."""
    booking = queries.lock(booking_id)
    if booking.state == BookingState.BOOKED:
        return booking
    policies.check_can_become(booking, "booked", at=at)
    if not confirm_place(booking_id=booking.id, place_id=booking.place_id, at=at):
        raise HoldExpired
    booking.state, booking.held_until = BookingState.BOOKED, None
    booking.save(update_fields=["state", "held_until"])
    return _note("booking.confirm", booking, by=by, at=at)


@transaction.atomic
def extend_hold(booking_id: UUID, *, until: datetime, by: User | None, at: datetime) -> Booking:
    """Hold on until `until`, once. Raises HoldExtended, HoldExpired, BookingEnded, Invalid."""
    booking = queries.lock(booking_id)
    policies.check_can_become(booking, "expired", at=at)
    if booking.is_extended:
        raise HoldExtended
    if booking.held_until is None or until <= booking.held_until:
        raise Invalid(fields={"until": _("延长后的期限须晚于原来的期限。")})
    if not extend_place(booking_id=booking.id, place_id=booking.place_id, held_until=until, at=at):
        raise HoldExpired
    booking.held_until, booking.is_extended = until, True
    booking.save(update_fields=["held_until", "is_extended"])
    return _note("booking.extend_hold", booking, by=by, at=at)


@transaction.atomic
def move_to(
    booking_id: UUID,
    *,
    by: User | None,
    at: datetime,
    place_id: int | None = None,
    wanted: Wanted | None = None,
    access: Access | None = None,
    reason: str = "改约",
    tell_referral: bool = True,
) -> Booking:
    """Reschedule: the new place is taken before the old is given back; both or neither.

    Returns the new booking, held or booked as the old one was. Raises as `hold` does; then the old booking stands.
    """
    old = queries.lock(booking_id)
    policies.check_can_move(old, at=at)
    if place_id is not None and place_id == old.place_id:
        return old
    was, until = old.state, old.held_until
    new = Booking(
        resident_id=old.resident_id, referral_id=old.referral_id, requested_at=old.requested_at,
        is_extended=old.is_extended, replaces=old,
    )  # fmt: skip
    access = access or queries.access_for(old.referral_id, at=at)
    place = _claim(new, place_id, wanted, access, until if was == BookingState.HELD else None, at)
    _end(old, BookingState.CANCELLED, reason, at=at)
    booking = _insert(new, place, until if was == BookingState.HELD else None, by, at)
    if tell_referral:
        tell(booking, "moved")
    return _note("booking.move", booking, by=by, at=at, reason=reason)


@transaction.atomic
def cancel(booking_id: UUID, reason: str, *, by: User | None, at: datetime, tell_referral: bool = True) -> Booking:
    """Give the place back. Cancelling twice is harmless. Raises BookingEnded, HoldExpired, Busy."""
    booking = queries.lock(booking_id)
    if booking.state == BookingState.CANCELLED:
        return booking
    policies.check_can_become(booking, "cancelled", at=at)
    _end(booking, BookingState.CANCELLED, reason, at=at)
    if tell_referral:
        tell(booking, "cancelled")
    return _note("booking.cancel", booking, by=by, at=at, reason=reason)


@transaction.atomic
def mark_arrived(booking_id: UUID, *, by: User | None, at: datetime, tell_referral: bool = True) -> Booking:
    """The resident is here; also after a no-show was noted too early. Raises NotYetDue before the day, BookingEnded."""
    return _mark(booking_id, BookingState.ARRIVED, by=by, at=at, tell_referral=tell_referral)


@transaction.atomic
def mark_no_show(booking_id: UUID, *, by: User | None, at: datetime, tell_referral: bool = True) -> Booking:
    """The resident did not come. Raises NotYetDue before the time, BookingEnded."""
    return _mark(booking_id, BookingState.NO_SHOW, by=by, at=at, tell_referral=tell_referral)


@transaction.atomic
def expire_holds(*, at: datetime, limit: int = 500) -> int:
    """Write down which holds ran out, clear their places, tell their referrals; returns how many.

    Only tidying: an overdue hold is free for everyone from its last second, whether or not this ran.
    """
    lapsed = list(queries.lapsed_holds(at=at)[:limit])
    ids = [booking.id for booking in lapsed]
    Booking.objects.filter(pk__in=ids).update(state=BookingState.EXPIRED, ended_at=at, ended_reason="占号过期")
    places = Place.objects.filter(taken_by__in=ids, pk__in=[booking.place_id for booking in lapsed])
    free = places.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
    Place.objects.filter(pk__in=list(free)).update(taken_by=None, held_until=None)
    for booking in lapsed:
        tell(booking, "expired")
    return len(lapsed)


def _mark(booking_id: UUID, state: BookingState, *, by: User | None, at: datetime, tell_referral: bool) -> Booking:
    booking = queries.lock(booking_id)
    if booking.state == state:
        return booking
    check = policies.check_can_arrive if state == BookingState.ARRIVED else policies.check_can_miss
    check(booking, at=at)
    booking.state, booking.ended_at = state, at
    booking.save(update_fields=["state", "ended_at"])
    if tell_referral:
        tell(booking, state.value)
    return _note(f"booking.{state.value}", booking, by=by, at=at)


def _take(
    booking: Booking, place_id: int | None, wanted: Wanted | None, access: Access, until: datetime | None,
    by: User | None, at: datetime,
) -> Booking:  # fmt: skip
    return _insert(booking, _claim(booking, place_id, wanted, access, until, at), until, by, at)


def _claim(
    booking: Booking, place_id: int | None, wanted: Wanted | None, access: Access, until: datetime | None, at: datetime
) -> Place:
    booking.id = uuid4()
    place = claim_place(
        booking_id=booking.id, access=access, at=at, place_id=place_id, wanted=wanted, held_until=until
    )  # fmt: skip
    return place or refuse(place_id, wanted, access, at=at)


def _insert(booking: Booking, place: Place, until: datetime | None, by: User | None, at: datetime) -> Booking:
    """Write the booking of a place just claimed. The constraints speak last."""
    booking.place, booking.session_id, booking.department_id = place, place.session_id, place.department_id
    booking.state = BookingState.HELD if until else BookingState.BOOKED
    booking.held_until, booking.made_by, booking.made_at = until, by, at
    own_lapsed = Booking.objects.filter(
        session_id=place.session_id, resident_id=booking.resident_id, state=BookingState.HELD, held_until__lte=at
    )  # a hold that ran out must not stand in its owner's way
    own_lapsed.update(state=BookingState.EXPIRED, ended_at=at, ended_reason="占号过期")
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
    except IntegrityError as error:
        if "resident_once_a_session" in str(error):
            raise AlreadyBooked from None
        raise
    return booking


def _end(booking: Booking, state: BookingState, reason: str, *, at: datetime) -> None:
    release_place(booking_id=booking.id, place_id=booking.place_id, at=at)
    booking.state, booking.ended_at, booking.ended_reason, booking.held_until = state, at, reason[:80], None
    booking.save(update_fields=["state", "ended_at", "ended_reason", "held_until"])


def _note(verb: str, booking: Booking, *, by: User | None, at: datetime, reason: str = "") -> Booking:
    audit.record(
        verb, booking, by=by, at=at, resident_id=booking.resident_id, institution_id=booking.place.institution_id,
        reason=reason, details={"place": booking.place_id, "referral": str(booking.referral_id or "")},
    )  # fmt: skip
    return booking
