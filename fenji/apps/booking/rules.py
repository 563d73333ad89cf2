"""What the city's rulebook says about places. Where it is silent nothing is let in early, offered or called stale."""

from datetime import date, datetime, timedelta

from fenji.apps.booking.policies import ZONE
from fenji.apps.common import rulebooks
from fenji.kernel.deadlines import deadline_at
from fenji.kernel.referral import Urgency
from fenji.kernel.release import Ladder, ladder
from fenji.kernel.reserve import Bounds
from fenji.kernel.working_time import WorkingCalendar
from fenji.rulebook.calendar import is_working_day
from fenji.rulebook.rulebook import Rulebook

SHUT = Ladder({})
LADDERS = {"referral": "clinic", "expert": "expert"}  # pool to the ladder that opens it


def day_of(at: datetime) -> date:
    """The day in China on which a decision is made."""
    return at.astimezone(ZONE).date()


def ladders(*, at: datetime) -> dict[str, Ladder]:
    """For each reserved pool how it opens; shut where the rulebook does not say."""
    try:
        rulebook = rulebooks.current()
        return {
            pool: ladder(rulebook.value(f"booking.release.{code}", on=day_of(at)).value)
            for pool, code in LADDERS.items()
        }
    except LookupError:
        return dict.fromkeys(LADDERS, SHUT)


def bounds(rulebook: Rulebook, line: str, on: date) -> Bounds:
    """Between which shares a line's reserve is sized."""
    return Bounds(**rulebook.value(f"booking.reserve_bounds.{line}", on=on).value)


def reserve_weeks(rulebook: Rulebook, on: date) -> int:
    return int(rulebook.value("booking.reserve_weeks", on=on).value)


def hold_until(at: datetime) -> datetime:
    """Until when a place is held for who asked without a referral."""
    rulebook = rulebooks.current()
    return deadline_at(at, rulebook.hold(Urgency.ROUTINE, day_of(at)), _calendar(rulebook, at))


def answer_by(urgency: str, starts_at: datetime, *, at: datetime) -> datetime:
    """Until when an offered place must be answered: the rulebook's time, and before the place is too near."""
    rulebook = rulebooks.current()
    due = deadline_at(at, rulebook.span("booking.answer", urgency, day_of(at)), _calendar(rulebook, at))
    return min(due, starts_at - offer_ahead(at=at))


def offer_ahead(*, at: datetime) -> timedelta:
    """Places that begin sooner are not offered."""
    return timedelta(hours=int(rulebooks.current().value("booking.offer_ahead_hours", on=day_of(at)).value))


def silences(*, at: datetime) -> int:
    """After so many unanswered offers one leaves the list."""
    return int(rulebooks.current().value("booking.silences", on=day_of(at)).value)


def stale_after(*, at: datetime) -> timedelta:
    """A hospital silent for so long is no longer promised for."""
    return timedelta(hours=int(rulebooks.current().value("booking.stale_hours", on=day_of(at)).value))


def _calendar(rulebook: Rulebook, at: datetime) -> WorkingCalendar:
    return WorkingCalendar(rulebook.working_hours(day_of(at)), is_working_day)
