"""What happens because time passed: reminders climb the ladder, missed appointments are marked.

Deadlines are swept from the rows themselves, so that nothing depends on a job that might be lost.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from fenji.apps.booking.models import Booking
from fenji.apps.referrals import announcements, queries, rules
from fenji.apps.referrals.actions.moving import by_clock
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import STATES, State

BATCH = 200


def escalate_overdue(*, at: datetime, limit: int = BATCH) -> int:
    """Deal with open referrals whose next rung is due; returns how many. Rows another worker holds are left to it."""
    due = Referral.objects.filter(escalate_at__lte=at, closed_at__isnull=True).order_by("escalate_at")
    done = 0
    for referral_id in list(due.values_list("pk", flat=True)[:limit]):
        done += _escalate(referral_id, at)
    return done


@transaction.atomic
def follow_booking(referral_id: UUID, booking_id: UUID, *, change: str, at: datetime) -> None:
    """A booking changed without its referral asking: the clinic closed and it moved or ended, or a hold ran out.

    Runs as a job, perhaps twice, perhaps late: what no longer fits the referral's present booking is left alone. A hold
    that ran out changes nothing here: the receiver takes the next free place when it accepts.
    """
    referral, booking = queries.lock(referral_id), Booking.objects.get(pk=booking_id)
    state = State(referral.state)
    if change == "moved" and state is State.SCHEDULED and booking.replaces_id == referral.booking_id:
        referral.booking, referral.department_id = booking, booking.place.department_id
        by_clock(referral, "reschedule", at=at, note=booking.replaces.ended_reason if booking.replaces else "")
    elif change == "cancelled" and state is State.SCHEDULED and booking.pk == referral.booking_id:
        by_clock(referral, "cancel_appointment", at=at, note=booking.ended_reason, reason="clinic_closed")


@transaction.atomic
def _escalate(referral_id: UUID, at: datetime) -> int:
    """One referral, unless another worker has it or it has moved meanwhile."""
    if not _is_ours(referral_id, at):
        return 0
    referral = queries.lock(referral_id)
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


def _is_ours(referral_id: UUID, at: datetime) -> bool:
    """Whether the row is still due and nobody else holds it; then it is locked by us."""
    due = Referral.objects.select_for_update(skip_locked=True).filter(pk=referral_id, escalate_at__lte=at)
    return bool(due.values_list("pk", flat=True).first())
