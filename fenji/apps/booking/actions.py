"""Hold, confirm, move, cancel: each in one transaction, which may be the caller's (a referral's move with its place).

`by` is the acting account or None for the clock; `at` the transaction's time, taken from `common.clock` after the
caller's locks. Who may act is in `policies`, for pages and API alike; what serves a referral is judged by the
referral's own table of moves. Such a booking tells its referral by the job `referrals.appointment_changed`, unless the
caller is the referral's own action (`tell_referral=False`). A place given back goes to the waiting list first.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import offering, placing, policies, queries, standing
from fenji.apps.booking.access import access_for, access_to
from fenji.apps.booking.announce import tell
from fenji.apps.booking.claim import confirm_place, extend_place
from fenji.apps.booking.errors import HoldExpired, HoldExtended
from fenji.apps.booking.models import Booking, BookingState, Place
from fenji.apps.booking.policies import Access, Wanted
from fenji.apps.common.errors import Invalid

PAPER_KEPT = timedelta(days=3)  # what was written on paper is entered by then


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

    With `referral_id` reserved places are open, else only public and released ones (`access` says otherwise). Times
    of examinations are ordered, see `examinations`. `requested_at` is when care was asked for, from which the wait is
    counted; `at` unless given.
    Raises SlotTaken with the next free places, PlacePast, ClinicClosed, HandedBack, NotCertain, PlaceReserved,
    NotThatKind, AlreadyBooked, Busy; NotFound or Forbidden for who may not book for this resident.
    """
    return made(
        resident_id, until=until, by=by, at=at, place_id=place_id, wanted=wanted, referral_id=referral_id,
        requested_at=requested_at, access=access,
    )  # fmt: skip


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
    return made(
        resident_id, until=None, by=by, at=at, place_id=place_id, wanted=wanted, referral_id=referral_id,
        requested_at=requested_at, access=access,
    )  # fmt: skip


def made(
    resident_id: UUID, *, until: datetime | None, by: User | None, at: datetime, place_id: int | None = None,
    wanted: Wanted | None = None, referral_id: UUID | None = None, requested_at: datetime | None = None,
    access: Access | None = None, along: placing.Along = lambda _booking: (),
) -> Booking:  # fmt: skip
    """`hold` or `book` within the caller's transaction, all of which an error must undo: no savepoint is set.

    `along` gives further rows to be written with the booking, or raises what forbids it (see `placing.take`).
    """
    if until is not None and until <= at:
        raise Invalid(fields={"until": _("占号的期限须晚于现在。")})
    standing.check_can_book(by, resident_id, referral_id=referral_id, at=at)
    verb = "booking.hold" if until else "booking.book"
    return placing.take(
        Booking(resident_id=resident_id, referral_id=referral_id, requested_at=requested_at or at),
        access=access or access_to(place_id, referral_id, at=at, by=by, resident_id=resident_id),
        at=at, by=by, until=until, place_id=place_id, wanted=wanted,
        along=lambda booking: [placing.event(verb, booking, by=by, at=at), *along(booking)],
    )  # fmt: skip


@transaction.atomic
def enter_from_paper(resident_id: UUID, place_id: int, *, written_at: datetime, by: User, at: datetime) -> Booking:
    """Enter what was booked on the printed list while the network was down, with its true time.

    Judged as it stood at `written_at`: the place may have begun since. Raises as `hold` does; SlotTaken when somebody
    else got it meanwhile, Invalid for a time to come or longer ago than `PAPER_KEPT`.
    """
    if not at - PAPER_KEPT <= written_at <= at:
        raise Invalid(fields={"written_at": _("登记时间须在过去三天之内。")})
    place = Place.objects.filter(pk=place_id).first()
    if place is not None:
        standing.check_can_keep(by, place.institution_id, at=at)
    return placing.take(
        Booking(resident_id=resident_id, requested_at=written_at, entered_at=at),
        access=access_for(None, at=written_at, by=by, resident_id=resident_id),
        at=written_at, by=by, place_id=place_id,
        along=lambda booking: [placing.event("booking.enter_from_paper", booking, by=by, at=at)],
    )  # fmt: skip


@transaction.atomic
def confirm(booking_id: UUID, *, by: User | None, at: datetime) -> Booking:
    """Turn a hold into a booking. Confirming twice is harmless. Raises HoldExpired, BookingEnded, Busy."""
    booking = queries.lock(booking_id)
    standing.check_can_change(by, booking, at=at)
    if booking.state == BookingState.BOOKED:
        return booking
    policies.check_can_become(booking, "booked", at=at)
    if not confirm_place(booking_id=booking.id, place_id=booking.place_id, at=at):
        raise HoldExpired
    booking.state, booking.held_until = BookingState.BOOKED, None
    booking.save(update_fields=["state", "held_until"])
    offering.note_confirmed(booking, by=by, at=at)
    return placing.note("booking.confirm", booking, by=by, at=at)


@transaction.atomic
def extend_hold(booking_id: UUID, *, until: datetime, by: User | None, at: datetime) -> Booking:
    """Hold on until `until`, once. Raises HoldExtended, HoldExpired, BookingEnded, Invalid."""
    booking = queries.lock(booking_id)
    standing.check_can_change(by, booking, at=at)
    policies.check_can_become(booking, "expired", at=at)
    if booking.is_extended or offering.is_offered(booking):
        raise HoldExtended
    if booking.held_until is None or until <= booking.held_until:
        raise Invalid(fields={"until": _("延长后的期限须晚于原来的期限。")})
    if not extend_place(booking_id=booking.id, place_id=booking.place_id, held_until=until, at=at):
        raise HoldExpired
    booking.held_until, booking.is_extended = until, True
    booking.save(update_fields=["held_until", "is_extended"])
    return placing.note("booking.extend_hold", booking, by=by, at=at)


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
    standing.check_can_change(by, old, at=at)
    new = placing.move(
        old, place_id=place_id, wanted=wanted, access=access, reason=reason, by=by, at=at, tell_referral=tell_referral
    )
    if new.pk != old.pk:
        offering.pass_on(old, by=by, at=at)
    return new


@transaction.atomic
def cancel(booking_id: UUID, reason: str, *, by: User | None, at: datetime, tell_referral: bool = True) -> Booking:
    """Give the place back. Cancelling twice is harmless. Raises BookingEnded, HoldExpired, Busy."""
    booking = queries.lock(booking_id)
    standing.check_can_change(by, booking, at=at)
    if booking.state == BookingState.CANCELLED:
        return booking
    done = placing.cancel(booking, reason, by=by, at=at, tell_referral=tell_referral)
    offering.pass_on(booking, by=by, at=at)
    return done


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
    Booking.objects.filter(pk__in=ids).update(state=BookingState.EXPIRED, ended_at=at, ended_reason=placing.EXPIRED)
    places = Place.objects.filter(taken_by__in=ids, pk__in=[booking.place_id for booking in lapsed])
    free = places.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
    Place.objects.filter(pk__in=list(free)).update(taken_by=None, held_until=None)
    for booking in lapsed:
        tell(booking, "expired")
    return len(lapsed)


def _mark(booking_id: UUID, state: BookingState, *, by: User | None, at: datetime, tell_referral: bool) -> Booking:
    booking = queries.lock(booking_id)
    standing.check_can_receive(by, booking, at=at)
    if booking.state == state:
        return booking
    check = policies.check_can_arrive if state == BookingState.ARRIVED else policies.check_can_miss
    check(booking, at=at)
    booking.state, booking.ended_at = state, at
    booking.save(update_fields=["state", "ended_at"])
    if tell_referral:
        tell(booking, state.value)
    return placing.note(f"booking.{state.value}", booking, by=by, at=at)
