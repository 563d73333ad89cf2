"""What somebody is to a resident and to an institution's clinics, for the policies to judge; the clock may all."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.booking import policies, rules
from fenji.apps.booking.models import Booking
from fenji.apps.booking.policies import Standing
from fenji.apps.registry.posts import roles_at
from fenji.apps.residents import relations
from fenji.kernel.roles import Office


def standing_of(by: User, resident_id: UUID, institution_id: int, *, at: datetime) -> Standing:
    """The closest care relation with the resident, and the roles held at the institution."""
    relation = relations.relation_for(by, resident_id, at)
    return Standing(relation.kind if relation else "", roles_at(by, institution_id, rules.day_of(at)))


def check_can_book(by: User | None, resident_id: UUID, *, referral_id: UUID | None = None, at: datetime) -> None:
    """Raise NotFound or Forbidden. A referral's own table of moves has judged what is done for it."""
    if by is None or referral_id is not None:
        return
    relation = relations.relation_for(by, resident_id, at)
    policies.check_can_book(Standing(relation.kind if relation else ""))


def check_can_judge(by: User | None, resident_id: UUID, *, at: datetime) -> None:
    """How urgent it is staff judge. Raise Forbidden for the resident and the family: nobody puts himself ahead."""
    if by is None:
        return
    relation = relations.relation_for(by, resident_id, at)
    policies.check_can_judge(Standing(relation.kind if relation else ""))


def check_can_change(by: User | None, booking: Booking, *, at: datetime) -> None:
    """Raise NotFound or Forbidden, likewise."""
    if by is None or booking.referral_id is not None:
        return
    policies.check_can_change(standing_of(by, booking.resident_id, booking.place.institution_id, at=at))


def check_can_receive(by: User | None, booking: Booking, *, at: datetime) -> None:
    """Raise NotFound or Forbidden, likewise."""
    if by is None or booking.referral_id is not None:
        return
    policies.check_can_receive(standing_of(by, booking.resident_id, booking.place.institution_id, at=at))


def check_own(by: User, booking: Booking, check: Callable[[Standing], None], *, at: datetime) -> None:
    """For pages and API, before an act on a booking: first who it is, then that the booking serves no referral."""
    check(standing_of(by, booking.resident_id, booking.place.institution_id, at=at))
    policies.check_not_of_referral(booking)


def check_can_keep(by: User | None, institution_id: int, *, at: datetime) -> None:
    """Raise NotFound unless `by` keeps the institution's clinics, or imports them for the whole city."""
    if by is not None and by.office != Office.SYSTEM:
        policies.check_can_keep(roles_at(by, institution_id, rules.day_of(at)))
