"""Waiting for a place: of a referral, as urgent as it is; of who has none, under the city's rule of first contact."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import waiting
from fenji.apps.booking.fairness import waits_in
from fenji.apps.booking.models import Booking, Place, WaitingEntry
from fenji.apps.booking.policies import Wanted
from fenji.apps.common import clock, rows
from fenji.apps.common.errors import NotFound
from fenji.apps.common.locks import patience
from fenji.apps.referrals import first_contact, queries
from fenji.apps.referrals.actions.effects.places import HORIZON, live_booking, uses_places, wanted_by
from fenji.apps.referrals.errors import FirstContactRequired, MoveNotPossible
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.parties import check_one_of
from fenji.apps.registry.models import Department
from fenji.apps.residents.queries import resolve
from fenji.kernel.referral import BY_ACTION, Party, State, Urgency

# Sent, and without an appointment: from here a place is taken, or kept until the receiver has answered.
WAITS = frozenset({State.SENT, State.AWAITING_INFORMATION, *BY_ACTION["schedule"].start})
MAY = frozenset({Party.SENDER, Party.OFFICE, Party.RESIDENT})


def wait_for_place(referral_id: UUID, *, by: User) -> WaitingEntry:
    """Wait, as urgent as the referral is; a place that is free already is offered at once.

    Raises ReferralNotFound, NotYourMove, MoveNotPossible.
    """
    with patience():
        referral = queries.lock(referral_id)
        at = clock.now()
        check_one_of(MAY, by, referral, at)
        wanted = wanted_by(referral, at)
        if wanted is None or not can_wait(referral, at):
            raise MoveNotPossible(_("这份转诊单已有预约或已在候补，或还不知道由哪个科室接诊。"))
        return waiting.enter(
            referral.resident_id, wanted, urgency=referral.urgency, referral_id=referral.pk, by=by, at=at
        )


def can_wait(referral: Referral, at: datetime) -> bool:
    """Whether it needs a place of a known department, has none, and nobody waits there for the patient already."""
    needs = uses_places(referral) and State(referral.state) in WAITS and live_booking(referral, at) is None
    wanted = wanted_by(referral, at) if needs else None
    return wanted is not None and not waits_in(referral.resident_id, wanted.department_ids[0])


@patience()
def wait_for_clinic(resident_id: UUID, *, department_id: int, by: User, at: datetime) -> WaitingEntry:
    """Wait for a place of a department without a referral; nobody waits for what may not be booked either.

    Raises FirstContactRequired, NotFound, and as `booking.waiting.enter`.
    """
    unit = Department.objects.select_related("institution").filter(pk=department_id).first()
    if unit is None:
        raise NotFound
    judgement = first_contact.judge_booking(resolve(resident_id), Place(department=unit), Urgency.ROUTINE, at)
    if judgement.is_binding:
        raise FirstContactRequired(judgement.reason.text)
    return waiting.enter(resident_id, Wanted((unit.pk,), at, at + HORIZON), by=by, at=at)


@patience()
def accept_offer(offer_id: UUID, *, by: User, at: datetime) -> Booking:
    """Take the place offered; with neither referral nor order it is judged as any direct booking. Raises OfferOver."""
    made = waiting.accept(offer_id, by=by, at=at)
    if made.referral_id is None and made.exam_order_id is None:
        place = Place.objects.select_related("department__institution").get(pk=made.place_id)
        judgement = first_contact.judge_booking(resolve(made.resident_id), place, Urgency.ROUTINE, at)
        rows.insert(first_contact.judged(judgement, made, at=at))
    return made
