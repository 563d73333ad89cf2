"""Taking, moving and giving back a place, as every act of booking does it. Who may is judged by the acts above.

Each function belongs into the caller's transaction. Order of locks: referral, booking, waiting entry, place.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Model, Q

from fenji.apps.accounts.models import User
from fenji.apps.booking import policies
from fenji.apps.booking.access import access_to
from fenji.apps.booking.announce import tell
from fenji.apps.booking.claim import claim_place, release_place
from fenji.apps.booking.errors import AlreadyBooked
from fenji.apps.booking.models import Booking, BookingState, Place
from fenji.apps.booking.policies import REFERRED, Access, Wanted
from fenji.apps.booking.refusal import refuse
from fenji.apps.common import audit, rows
from fenji.apps.common.models import AuditEvent

EXPIRED = "占号过期"
Along = Callable[[Booking], Sequence[Model]]


def take(
    booking: Booking, *, access: Access, at: datetime, by: User | None, until: datetime | None = None,
    place_id: int | None = None, wanted: Wanted | None = None, along: Along = lambda _booking: (),
) -> Booking:  # fmt: skip
    """Claim the place for a booking not yet written, and write it: on hold until `until`, else for good.

    `along` gives what else is written by the same statement, first the `event` of the act; it may raise what forbids
    the booking.
    """
    place = claim(booking, access=access, at=at, until=until, place_id=place_id, wanted=wanted)
    return insert(booking, place, until, by, at, along=along)


def claim(
    booking: Booking, *, access: Access, at: datetime, until: datetime | None, place_id: int | None,
    wanted: Wanted | None,
) -> Place:  # fmt: skip
    """The place, taken; its booking is yet to be written. Raises what stands in the way."""
    booking.id = uuid4()
    item = booking.exam_order.item_id if booking.exam_order else None
    place = claim_place(
        booking_id=booking.id, access=access, at=at, place_id=place_id, wanted=wanted, exam_item_id=item,
        held_until=until,
    )  # fmt: skip
    return place or refuse(place_id, wanted, access, at=at, exam_item_id=item)


def insert(
    booking: Booking, place: Place, until: datetime | None, by: User | None, at: datetime, *, along: Along
) -> Booking:
    """Write the booking of a place just claimed, and what goes `along`. The constraints speak last."""
    booking.place, booking.session_id, booking.department_id = place, place.session_id, place.department_id
    booking.state = BookingState.HELD if until else BookingState.BOOKED
    booking.held_until, booking.made_by, booking.made_at = until, by, at
    is_written = rows.insert(booking, *along(booking), if_nothing_conflicts=True) or _saved(booking)
    if not is_written and not (_own_lapsed_ended(booking, at) and _saved(booking)):
        raise AlreadyBooked
    return booking


def _saved(booking: Booking) -> bool:
    """False when the resident has a living booking in the session, or the examination a time."""
    try:
        with transaction.atomic():
            booking.save(force_insert=True)
    except IntegrityError as error:
        if "resident_once_a_session" in str(error) or "examination_ordered_once" in str(error):
            return False
        raise
    return True


def _own_lapsed_ended(booking: Booking, at: datetime) -> int:
    """A hold that ran out must not stand in its owner's way."""
    own = Q(session_id=booking.session_id, resident_id=booking.resident_id)
    if booking.exam_order_id is not None:
        own |= Q(exam_order_id=booking.exam_order_id)
    lapsed = Booking.objects.filter(own, state=BookingState.HELD, held_until__lte=at)
    return lapsed.update(state=BookingState.EXPIRED, ended_at=at, ended_reason=EXPIRED)


def move(
    old: Booking, *, by: User | None, at: datetime, place_id: int | None = None, wanted: Wanted | None = None,
    access: Access | None = None, reason: str, tell_referral: bool = True,
) -> Booking:  # fmt: skip
    """Reschedule a locked booking: the new place is taken before the old is given back; both or neither."""
    policies.check_can_move(old, at=at)
    if place_id is not None and place_id == old.place_id:
        return old
    until = old.held_until if old.state == BookingState.HELD else None
    new = Booking(
        resident_id=old.resident_id, referral_id=old.referral_id, exam_order=old.exam_order,
        requested_at=old.requested_at, is_extended=old.is_extended, replaces=old,
    )  # fmt: skip
    opened = access or access_to(place_id, old.referral_id, at=at, by=by, resident_id=old.resident_id)
    if old.exam_order is not None:
        opened = REFERRED
    place = claim(new, access=opened, at=at, until=until, place_id=place_id, wanted=wanted)
    end(old, BookingState.CANCELLED, reason, at=at)
    booking = insert(
        new, place, until, by, at, along=lambda made: [event("booking.move", made, by=by, at=at, reason=reason)]
    )
    if tell_referral:
        tell(booking, "moved")
    return booking


def cancel(booking: Booking, reason: str, *, by: User | None, at: datetime, tell_referral: bool = True) -> Booking:
    """Give a locked booking's place back."""
    policies.check_can_become(booking, "cancelled", at=at)
    end(booking, BookingState.CANCELLED, reason, at=at)
    if tell_referral:
        tell(booking, "cancelled")
    return note("booking.cancel", booking, by=by, at=at, reason=reason)


def end(booking: Booking, state: BookingState, reason: str, *, at: datetime) -> None:
    release_place(booking_id=booking.id, place_id=booking.place_id, at=at)
    booking.state, booking.ended_at, booking.ended_reason, booking.held_until = state, at, reason[:80], None
    booking.save(update_fields=["state", "ended_at", "ended_reason", "held_until"])


def note(verb: str, booking: Booking, *, by: User | None, at: datetime, reason: str = "") -> Booking:
    """Write the audit event of an act on a booking."""
    rows.insert(event(verb, booking, by=by, at=at, reason=reason))
    return booking


def event(verb: str, booking: Booking, *, by: User | None, at: datetime, reason: str = "") -> AuditEvent:
    """The same not yet written, for who makes the booking and writes it along."""
    return audit.event(
        verb, booking, by=by, at=at, resident_id=booking.resident_id, institution_id=booking.place.institution_id,
        reason=reason, details={"place": booking.place_id, "referral": str(booking.referral_id or "")},
    )  # fmt: skip
