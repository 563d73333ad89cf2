"""Who may take which place when, who may act on a booking, and how it moves from state to state.

held ──confirm──► booked ──mark_arrived──► arrived
 │ └─(time)─► expired │ ├──mark_no_show──► no_show ──(came after all)──► arrived
 └──cancel──► cancelled ◄┘
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from fenji.apps.booking.errors import BookingEnded, HoldExpired, NotYetDue, ServesReferral
from fenji.apps.common.errors import Forbidden, NotFound
from fenji.apps.residents.policies import OWN_FOOTING
from fenji.kernel.release import NEVER, Opening, is_open
from fenji.kernel.roles import CLINICAL, Role

if TYPE_CHECKING:
    from fenji.apps.booking.models import Booking

ZONE = ZoneInfo("Asia/Shanghai")

NEXT: dict[str, frozenset[str]] = {
    "held": frozenset({"booked", "cancelled", "expired"}),
    "booked": frozenset({"arrived", "no_show", "cancelled"}),
    "no_show": frozenset({"arrived"}),
    "arrived": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
}
LIVING = ("held", "booked")  # before the visit: these can be moved and cancelled

# Who keeps an institution's clinics and receives its patients.
KEEPERS = frozenset({Role.REFERRAL_OFFICE, Role.PRIMARY_HEAD, Role.PROGRAM})
RECEIVERS = KEEPERS | CLINICAL
ORDERERS = CLINICAL - {Role.NURSE}
READS_ONLY = "emergency"  # the relation of who broke the glass


@dataclass(frozen=True)
class Standing:
    """What somebody is to a booking: the care relation with the resident, and the posts at the place's institution."""

    relation: str = ""  # "" for none; else a kind of care relation, "self" or "proxy"
    roles: frozenset[Role] = frozenset()

    @property
    def has_in_care(self) -> bool:
        return bool(self.relation) and self.relation != READS_ONLY


def can_book(standing: Standing) -> bool:
    """The resident, the family, whoever has the resident in care."""
    return standing.has_in_care


def check_can_book(standing: Standing) -> None:
    """Raise NotFound for a stranger, Forbidden for who may only read."""
    if can_book(standing):
        return
    if standing.relation:
        raise Forbidden(_("紧急查阅只能阅读，不能代为预约。"))
    raise NotFound


def check_can_judge(standing: Standing) -> None:
    """Raise Forbidden for the resident and the family: their own word does not put them ahead of others."""
    if standing.relation in OWN_FOOTING:
        raise Forbidden(_("紧急程度由医生判断，请按常规登记，或请医生代为登记。"))


def can_change(standing: Standing) -> bool:
    """Confirm, move, cancel: who may book, and the desk that receives."""
    return can_book(standing) or bool(standing.roles & KEEPERS)


def check_can_change(standing: Standing) -> None:
    if not can_change(standing):
        check_can_book(standing)


def can_receive(standing: Standing) -> bool:
    """Note who came and who did not: the institution that receives."""
    return bool(standing.roles & RECEIVERS)


def check_can_receive(standing: Standing) -> None:
    if can_receive(standing):
        return
    if standing.relation:
        raise Forbidden(_("到诊由接诊机构登记。"))
    raise NotFound


def can_keep(roles: frozenset[Role]) -> bool:
    """Patterns, closing, blocks, lists: the institution whose clinics they are."""
    return bool(roles & KEEPERS)


def check_can_keep(roles: frozenset[Role]) -> None:
    """Raise NotFound unless `can_keep`: absent and another's look the same."""
    if not can_keep(roles):
        raise NotFound


def check_not_of_referral(booking: "Booking") -> None:
    """A referral's booking moves with its referral, so that both always agree."""
    if booking.referral_id is not None:
        raise ServesReferral


@dataclass(frozen=True)
class Access:
    """Pools a person may take from, preferred first; each opens so long before the place begins (None: at once).

    At the institutions `partners` (those of the own consortium) `partner_opens` holds instead. Nothing is written when
    a place is released.
    """

    opens: Mapping[str, Opening]
    partners: frozenset[int] = frozenset()
    partner_opens: Mapping[str, Opening] = field(default_factory=dict)

    @property
    def pools(self) -> list[str]:
        return list(self.opens)

    def limits(self, at: datetime) -> list[datetime | None]:
        """For each pool when a place must begin at the latest to be open at `at`; None for no limit."""
        return [None if span is None else at + span for span in self.opens.values()]

    def partner_limits(self, at: datetime) -> list[datetime | None]:
        """The same at partners, in the same order; nothing more where a pool is not named."""
        spans = [self.partner_opens.get(pool, NEVER) for pool in self.opens]
        return [None if span is None else at + span for span in spans]

    def allows(self, pool: str, starts_at: datetime, *, at: datetime, institution_id: int | None = None) -> bool:
        if pool not in self.opens:
            return False
        is_partner = institution_id in self.partners
        return is_open(self.opens[pool], starts_at, at=at) or (
            is_partner and is_open(self.partner_opens.get(pool, NEVER), starts_at, at=at)
        )


EVERYBODYS = Access({"public": None})
REFERRED = Access({"referral": None, "expert": None, "public": None})


@dataclass(frozen=True)
class Wanted:
    """Any free place of these departments that begins in [from_at, until_at); narrowed by line and physician.

    Clinics, unless `exam_item_id` names what is to be examined.
    """

    department_ids: tuple[int, ...]
    from_at: datetime
    until_at: datetime
    line: str = ""
    physician_id: int | None = None
    exam_item_id: int | None = None
    not_session_id: int | None = field(default=None, kw_only=True)


def state_at(booking: "Booking", at: datetime) -> str:
    """The state that counts: a hold past its end is expired, whether or not anybody wrote it down yet."""
    if booking.state == "held" and booking.held_until is not None and booking.held_until <= at:
        return "expired"
    return booking.state


def check_can_become(booking: "Booking", state: str, *, at: datetime) -> None:
    """Raise unless the table allows the move, judged at `at`."""
    current = state_at(booking, at)
    if current == "expired":
        raise HoldExpired
    if state not in NEXT[current]:
        raise BookingEnded


def check_can_move(booking: "Booking", *, at: datetime) -> None:
    """Only a living booking is moved to another place."""
    check_can_become(booking, "cancelled", at=at)


def check_can_arrive(booking: "Booking", *, at: datetime) -> None:
    """From the first minute of the day of the place on."""
    check_can_become(booking, "arrived", at=at)
    if at.astimezone(ZONE).date() < booking.place.starts_at.astimezone(ZONE).date():
        raise NotYetDue


def check_can_miss(booking: "Booking", *, at: datetime) -> None:
    """Nobody has missed what has not begun."""
    check_can_become(booking, "no_show", at=at)
    if at < booking.place.starts_at:
        raise NotYetDue
