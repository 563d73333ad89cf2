"""What happens because time passed: reminders climb the ladder, missed appointments are marked.

Deadlines are swept from the rows themselves, so that nothing depends on a job that might be lost.
"""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from fenji.apps.booking import actions as booking_actions
from fenji.apps.booking.models import Booking, BookingState
from fenji.apps.booking.policies import LIVING
from fenji.apps.common.locks import patience
from fenji.apps.common.masking import masked
from fenji.apps.referrals import announcements, queries, rules
from fenji.apps.referrals.actions.effects.places import live_booking
from fenji.apps.referrals.actions.moving import by_clock
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import BY_ACTION, STATES, State

BATCH = 200
# What a booking became, and the referral's move that follows.
FOLLOWED = {"cancelled": "cancel_appointment", "arrived": "arrive", "no_show": "mark_no_show"}
# Not yet answered, or perhaps to be cancelled: a place is the referral's, and is used once that is settled.
KEEPS_PLACE = frozenset({State.SENT, State.AWAITING_INFORMATION, State.CANCELLATION_REQUESTED})
log = structlog.get_logger("fenji.referrals")


def escalate_overdue(*, at: datetime, limit: int = BATCH) -> int:
    """Deal with all open referrals whose next rung is due, `limit` read at a time; returns how many.

    Rows another worker holds are left to it. One that cannot be dealt with is logged and stops no other.
    """
    due = Referral.objects.filter(escalate_at__lte=at, closed_at__isnull=True).order_by("escalate_at", "pk")
    done, seen = 0, set[UUID]()
    while batch := list(due.exclude(pk__in=seen).values_list("pk", flat=True)[:limit]):
        seen.update(batch)
        done += sum(_escalated(referral_id, at) for referral_id in batch)
    return done


@transaction.atomic
def follow_booking(referral_id: UUID, booking_id: UUID, *, change: str, at: datetime) -> None:
    """A booking changed without its referral asking: it moved, ended, the patient came or did not, a hold ran out, an
    offer of the waiting list was accepted.

    Runs as a job, perhaps twice, perhaps late: what no longer fits the referral's present booking is left alone. A hold
    that ran out changes nothing here: the receiver takes the next free place when it accepts.
    """
    referral, booking = queries.lock(referral_id), Booking.objects.select_related("session").get(pk=booking_id)
    if change == "moved" and booking.replaces_id == referral.booking_id and booking.state in LIVING:
        _follow_move(referral, booking, at)
    elif change in {"booked", "moved"} and booking.pk != referral.booking_id and booking.state == BookingState.BOOKED:
        _follow_offer(referral, booking, at)
    elif change in FOLLOWED and booking.pk == referral.booking_id and booking.state == change:
        action = FOLLOWED[change]
        if State(referral.state) in BY_ACTION[action].start:
            why = ("clinic_closed" if booking.session.closed_at else "hospital") if change == "cancelled" else ""
            by_clock(referral, action, at=at, note=masked(booking.ended_reason), reason=why)


def _follow_move(referral: Referral, booking: Booking, at: datetime) -> None:
    referral.booking, referral.department_id = booking, booking.place.department_id
    if State(referral.state) is State.SCHEDULED:
        why = booking.replaces.ended_reason if booking.replaces else ""
        by_clock(referral, "reschedule", at=at, note=masked(why))
    else:  # the hold of one not yet answered, or of one whose cancellation is asked for: it stays the referral's
        referral.save(update_fields=["booking", "department"])


def _follow_offer(referral: Referral, booking: Booking, at: datetime) -> None:
    """The place offered was taken: it is the referral's appointment, or goes back where none is wanted any more.

    So too a place moved twice before anybody told the referral of the first time.
    """
    state = State(referral.state)
    is_wanted = booking.session.institution_id == referral.receiver_id and live_booking(referral, at) is None
    if not is_wanted or state not in {*BY_ACTION["schedule"].start, *KEEPS_PLACE, State.SCHEDULED}:
        booking_actions.cancel(booking.pk, "转诊已另有安排", by=None, at=at, tell_referral=False)
        return
    if state is State.SCHEDULED:
        _follow_move(referral, booking, at)
        return
    referral.booking, referral.department_id, referral.offered_places = booking, booking.department_id, []
    if state in KEEPS_PLACE:
        referral.save(update_fields=["booking", "department", "offered_places"])
    else:
        by_clock(referral, "schedule", at=at)


def _escalated(referral_id: UUID, at: datetime) -> int:
    """1 when it was dealt with. Whatever is wrong with one referral must not keep the others from their people."""
    try:
        with patience():
            return _escalate(referral_id, at)
    except Exception as error:
        log.exception("a referral could not be swept", referral=str(referral_id), kind=type(error).__name__)
        return 0


def _escalate(referral_id: UUID, at: datetime) -> int:
    """One referral, parents locked first, unless another worker has it or it has moved meanwhile."""
    referral = queries.lock_if_free(referral_id)
    if referral is None or referral.closed_at or referral.escalate_at is None or referral.escalate_at > at:
        return 0
    if State(referral.state) is State.SCHEDULED:
        by_clock(referral, "mark_no_show", at=at)
        return 1
    by_clock(referral, "escalate", at=at)
    ladder = STATES[State(referral.state)].escalate
    announcements.tell_rung(referral, ladder[min(referral.escalation, len(ladder) - 1)], at=at)
    referral.escalation += 1
    referral.escalate_at = rules.next_rung_at(referral, at)
    referral.save(update_fields=["escalation", "escalate_at"])
    return 1
