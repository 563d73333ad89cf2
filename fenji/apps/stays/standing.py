"""Whether somebody may act upon a house's wards: the posts held there, for the policies to judge; the clock may all."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.booking.policies import KEEPERS
from fenji.apps.registry.posts import roles_at
from fenji.apps.stays import policies, rules
from fenji.kernel.roles import Office, Role


def check_holds(by: User | None, institution_id: int, roles: Collection[Role], *, at: datetime) -> None:
    """Raise NotFound unless `by` holds one of these posts at the house."""
    if by is not None:
        policies.check_holds(roles_at(by, institution_id, rules.day_of(at)), roles)


def check_can_arrange(by: User | None, institution_id: int, *, referral_id: UUID | None, at: datetime) -> None:
    """Raise NotFound likewise. A referral's own table of moves has judged what is done for it."""
    if referral_id is None:
        check_holds(by, institution_id, policies.ARRANGERS, at=at)


def check_can_keep(by: User | None, institution_id: int, *, at: datetime) -> None:
    """Raise NotFound unless `by` keeps the house's beds, or imports them for the whole city."""
    if by is None or by.office != Office.SYSTEM:
        check_holds(by, institution_id, KEEPERS, at=at)
