"""A clinic that is not held (停诊): everybody affected gets the next place of the same line, if there is one.

Who was to be examined gets the next time of the same examination.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import offering, placing, standing
from fenji.apps.booking.access import access_for
from fenji.apps.booking.errors import AlreadyBooked, HandedBack, PlacePast, SlotTaken
from fenji.apps.booking.letters import tell_rebooked
from fenji.apps.booking.models import Booking, OfferState, Place, Session
from fenji.apps.booking.policies import LIVING, Wanted, state_at
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.free_text import fault_in

FAR = timedelta(days=366)  # as far as places are made
REASON_LENGTH = 60


@dataclass(frozen=True)
class Rebooking:
    """One booking of a closed clinic: its new place, or None when nothing was free and it was cancelled."""

    booking: Booking
    new: Booking | None


@transaction.atomic
def close_session(
    session_id: int, reason: str, *, by: User | None, at: datetime, within: timedelta | None = None
) -> list[Rebooking]:
    """Close a clinic and move every living booking to the next free place of its department and line.

    Not earlier than the old time, and within `within` of it (else as far as places are made). What finds no place is
    cancelled and stands in the list with `new=None`. Residents are told here, referrals by their job. Closing twice is
    harmless. Raises Invalid for a reason that is empty or holds a number, NotFound, Busy.
    """
    reason = _clean_reason(reason)
    session = _lock(session_id)
    standing.check_can_keep(by, session.institution_id, at=at)
    bookings = _living(session)  # before the places: see common/locks.py
    session.closed_at, session.closed_reason = session.closed_at or at, reason
    session.save(update_fields=["closed_at", "closed_reason"])
    Place.objects.filter(session=session).update(is_open=False)  # waits for whoever is claiming right now …
    bookings |= _living(session)  # … and now sees what they booked
    audit.record("session.close", session, by=by, at=at, institution_id=session.institution_id, reason=reason)
    alive = [booking for booking in bookings.values() if state_at(booking, at) in LIVING]
    alive.sort(key=lambda booking: (booking.place.starts_at, booking.place.number))
    done = [_rebook(booking, session, reason, within or FAR, by=by, at=at) for booking in alive]
    for one in done:
        tell_rebooked(one.booking, one.new, at=at)
    return done


@transaction.atomic
def reopen_session(session_id: int, *, by: User | None, at: datetime) -> Session:
    """The clinic is held after all; who was moved stays moved. Raises PlacePast, NotFound."""
    session = _lock(session_id)
    standing.check_can_keep(by, session.institution_id, at=at)
    if session.handed_back_at is not None:
        raise HandedBack
    if session.ends_at <= at:
        raise PlacePast
    session.closed_at, session.closed_reason = None, ""
    session.save(update_fields=["closed_at", "closed_reason"])
    Place.objects.filter(session=session).update(is_open=True)
    audit.record("session.reopen", session, by=by, at=at, institution_id=session.institution_id)
    offering.offer_free(session.department_id, at=at)
    return session


def _clean_reason(reason: str) -> str:
    """It is told to residents and stands in the course of their referrals."""
    reason = reason.strip()[:REASON_LENGTH]
    if fault := fault_in(reason) or ("" if reason else _("请写明停诊原因，居民会看到。")):
        raise Invalid(fields={"reason": fault})
    return reason


def _lock(session_id: int) -> Session:
    session = Session.objects.select_for_update(no_key=True).filter(pk=session_id).first()
    if session is None:
        raise NotFound
    return session


def _living(session: Session) -> dict[UUID, Booking]:
    living = Booking.objects.filter(session=session, state__in=LIVING).select_related("place").order_by("pk")
    return {booking.pk: booking for booking in living.select_for_update(of=("self",), no_key=True)}


def _rebook(
    booking: Booking, session: Session, reason: str, within: timedelta, *, by: User | None, at: datetime
) -> Rebooking:
    start = max(at, booking.place.starts_at)
    wanted = Wanted(
        (session.department_id,), start, start + within, session.line, exam_item_id=session.exam_item_id,
        not_session_id=session.pk,
    )  # fmt: skip
    why = f"停诊：{reason}"
    if offering.is_offered(booking):  # not yet answered: the entry waits on in its old order
        offering.end_offer(booking, OfferState.ENDED, by=by, at=at)
        return Rebooking(placing.cancel(booking, why, by=by, at=at), None)
    access = access_for(booking.referral_id, at=at, resident_id=booking.resident_id)
    try:
        with transaction.atomic():
            return Rebooking(booking, placing.move(booking, wanted=wanted, access=access, reason=why, by=by, at=at))
    except (SlotTaken, AlreadyBooked):
        booking.refresh_from_db()
        return Rebooking(placing.cancel(booking, why, by=by, at=at), None)
