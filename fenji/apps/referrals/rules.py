"""What the city's rulebook says about a referral: who signs, how long each owner has, when the next rung is told."""

from datetime import date, datetime

from django.utils import timezone

from fenji.apps.common import rulebooks
from fenji.apps.referrals.models import Referral
from fenji.kernel.deadlines import deadline_at
from fenji.kernel.referral import STATES, Direction, State, Urgency
from fenji.kernel.working_time import WorkingCalendar
from fenji.rulebook.calendar import is_working_day
from fenji.rulebook.rulebook import Rulebook, Signature


def day_of(at: datetime) -> date:
    """The day in China on which a decision is made."""
    return timezone.localtime(at).date()


def calendar(rulebook: Rulebook, at: datetime) -> WorkingCalendar:
    return WorkingCalendar(rulebook.working_hours(day_of(at)), is_working_day)


def signature_for(referral: Referral, at: datetime) -> Signature | None:
    """Who must sign before this referral leaves its sender; None where nobody need."""
    return signature_of(referral.sender.level, Urgency(referral.urgency), at)


def signature_of(level: str, urgency: Urgency, at: datetime) -> Signature | None:
    """Who must sign what an institution of this level sends; in an emergency nobody."""
    return None if urgency is Urgency.EMERGENCY else rulebooks.current().approval(level, day_of(at))


def insurer_takes_part(referral: Referral, at: datetime) -> bool:
    """Whether the city's insurer hears of this referral; on the way down it has no part."""
    return referral.direction != Direction.DOWN and _insurer_step(at) != "none"


def needs_filing(referral: Referral, at: datetime) -> bool:
    """Whether the receiving office must record the insurer's filing (医保备案)."""
    return referral.direction != Direction.DOWN and filing_is_asked(at)


def filing_is_asked(at: datetime) -> bool:
    return _insurer_step(at) == "filing"


def _insurer_step(at: datetime) -> str:
    return str(rulebooks.current().value("referral.insurer_step", on=day_of(at)).value)


def due_at(referral: Referral, at: datetime) -> datetime:
    """When the owner of the referral's state must have acted, counted from `at`.

    An appointment is due when it has ended, and a little later; a department has the earlier of the office's own
    deadline and the rulebook's.
    """
    rulebook, state = rulebooks.current(), State(referral.state)
    since = at
    if state is State.SCHEDULED and referral.booking is not None:
        since = max(at, referral.booking.place.ends_at)
    span = rulebook.deadline(STATES[state].deadline, referral.urgency, day_of(at))
    due = deadline_at(since, span, calendar(rulebook, at))
    own = referral.department_due_at if state is State.ARRIVED else None
    return min(due, own) if own and own > at else due


def next_rung_at(referral: Referral, at: datetime) -> datetime:
    """When the rung after the one told at `at` is told."""
    rulebook = rulebooks.current()
    return deadline_at(at, rulebook.escalation(referral.urgency, day_of(at)), calendar(rulebook, at))


def hold_until(referral: Referral, at: datetime) -> datetime:
    """A place is held until the receiver must have answered and the resident could confirm."""
    rulebook = rulebooks.current()
    review = deadline_at(at, rulebook.deadline("review", referral.urgency, day_of(at)), calendar(rulebook, at))
    return deadline_at(review, rulebook.hold(referral.urgency, day_of(at)), calendar(rulebook, at))
