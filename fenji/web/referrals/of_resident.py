"""A resident's referrals on the resident's page at work: those the person takes part in; of others only how many."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.parties import Acting
from fenji.apps.referrals.queries import referrals_of
from fenji.apps.residents.queries import family_of_ids

MOST = 20


@dataclass(frozen=True)
class OfResident:
    """`rows` newest first; `others` were between institutions the person does not act for."""

    rows: list[Referral]
    others: int


def of_resident(user: User, resident_id: UUID, at: datetime) -> OfResident:
    """The latest referrals of a resident, as far as the person is a party to them."""
    latest = list(referrals_of(family_of_ids(resident_id)).select_related("resident")[:MOST])
    acting = Acting.now(user, at)
    rows = [referral for referral in latest if acting.parties(referral)]
    return OfResident(rows, len(latest) - len(rows))
