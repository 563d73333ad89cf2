"""The place held for a referral until its receiver has answered: holding it longer, once."""

from datetime import datetime
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions as booking
from fenji.apps.booking.errors import HoldExpired
from fenji.apps.booking.models import Booking, BookingState
from fenji.apps.common import clock
from fenji.apps.common.locks import patience
from fenji.apps.referrals import queries, rules
from fenji.apps.referrals.actions.effects.places import live_booking
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.parties import check_one_of
from fenji.kernel.referral import Party

MAY = frozenset({Party.SENDER, Party.OFFICE})


@patience()
def hold_longer(referral_id: UUID, *, by: User) -> Booking:
    """Hold on as long from now as for a referral sent now; once. By who sent it or the receiving office.

    Raises ReferralNotFound, NotYourMove, HoldExtended, HoldExpired, BookingEnded; Invalid where that is not longer.
    """
    referral = queries.lock(referral_id)
    at = clock.now()
    check_one_of(MAY, by, referral, at)
    held = live_booking(referral, at)
    if held is None:
        raise HoldExpired
    return booking.extend_hold(held.pk, until=rules.hold_until(referral, at), by=by, at=at)


def may_hold_longer(referral: Referral, held: Booking, at: datetime) -> bool:
    """Whether it is held, was not extended yet, and would be held longer."""
    until = held.held_until
    if held.state != BookingState.HELD or held.is_extended or until is None:
        return False
    return rules.hold_until(referral, at) > until
