"""Who may take which place when, and how a booking moves from state to state.

held ──confirm──► booked ──mark_arrived──► arrived
 │ └─(time)─► expired │ ├──mark_no_show──► no_show ──(came after all)──► arrived
 └──cancel──► cancelled ◄┘
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fenji.apps.booking.errors import BookingEnded, HoldExpired, NotYetDue

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


@dataclass(frozen=True)
class Access:
    """Pools a person may take from, preferred first; each opens so long before the place begins (None: at once).

    Release ladders are longer lists of this kind; nothing is written when a place is released.
    """

    opens: Mapping[str, timedelta | None]

    @property
    def pools(self) -> list[str]:
        return list(self.opens)

    def limits(self, at: datetime) -> list[datetime | None]:
        """For each pool the time before which a place must begin to be open at `at`; None for no limit."""
        return [None if span is None else at + span for span in self.opens.values()]

    def allows(self, pool: str, starts_at: datetime, *, at: datetime) -> bool:
        if pool not in self.opens:
            return False
        span = self.opens[pool]
        return span is None or starts_at < at + span


REFERRED = Access({"referral": None, "public": None})


def public_access(release_hours: int) -> Access:
    """Everyone else: public places, and what referrals left unused `release_hours` before it begins."""
    return Access({"public": None, "referral": timedelta(hours=release_hours)})


@dataclass(frozen=True)
class Wanted:
    """Any free place of these departments that begins in [from_at, until_at); narrowed by line and physician."""

    department_ids: tuple[int, ...]
    from_at: datetime
    until_at: datetime
    line: str = ""
    physician_id: int | None = None
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
