"""Stays on beds, theatres and equipment: their states, whom a bed fits, and what a patient's movements add up to.

Movements arrive late, twice and out of order. `course` is a function of the set of them, so the order of arrival cannot
matter: whoever has told the same things has the same patient in the same bed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ResourceKind(StrEnum):
    BED = "bed"
    THEATRE = "theatre"
    RECOVERY = "recovery"
    EQUIPMENT = "equipment"


class StayState(StrEnum):
    HELD = "held"
    RESERVED = "reserved"
    OCCUPIED = "occupied"
    CLEANING = "cleaning"
    BLOCKED = "blocked"
    LEFT = "left"  # was occupied
    DONE = "done"  # was cleaning, blocked or an appointment with a machine
    CANCELLED = "cancelled"
    EXPIRED = "expired"


S = StayState
NEXT: dict[StayState, frozenset[StayState]] = {
    S.HELD: frozenset({S.RESERVED, S.OCCUPIED, S.CANCELLED, S.EXPIRED}),
    S.RESERVED: frozenset({S.OCCUPIED, S.CANCELLED, S.DONE}),
    S.OCCUPIED: frozenset({S.LEFT}),
    S.CLEANING: frozenset({S.DONE}),
    S.BLOCKED: frozenset({S.DONE}),
    **{state: frozenset() for state in (S.LEFT, S.DONE, S.CANCELLED, S.EXPIRED)},
}
LIVING = (S.HELD, S.RESERVED, S.OCCUPIED, S.CLEANING, S.BLOCKED)  # these keep everybody else out
PLANNED = (S.HELD, S.RESERVED)  # these give way to what has happened


class Event(StrEnum):
    """What a ward tells: of a patient (with an episode), of a bed, or of an earlier message."""

    ADMIT = "admit"
    TRANSFER = "transfer"
    DISCHARGE = "discharge"
    EXPECT = "expect"
    CLEAN = "clean"
    BLOCK = "block"
    UNBLOCK = "unblock"
    CANCEL = "cancel"


OF_PATIENT = (Event.ADMIT, Event.TRANSFER, Event.DISCHARGE, Event.EXPECT)
OF_BED = (Event.CLEAN, Event.BLOCK, Event.UNBLOCK)
BED_NEEDED = (Event.ADMIT, Event.TRANSFER, *OF_BED)
_RANK = {event: rank for rank, event in enumerate(Event)}  # of two things at the same instant


@dataclass(frozen=True)
class Told:
    """One message. `until_at` is the expected discharge or the end of a block; `cancels` names another message."""

    message_id: str
    event: Event
    at: datetime
    bed: int | None = None
    until_at: datetime | None = None
    cancels: str = ""


@dataclass(frozen=True)
class Lie:
    """A patient in one bed from `from_at` until `until_at`; None: still there."""

    bed: int
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class Course:
    """All that the messages of one episode say. `ignored` are the ids of those that came after the discharge."""

    lies: tuple[Lie, ...]
    expected_at: datetime | None
    ignored: tuple[str, ...] = ()


def course(messages: Iterable[Told]) -> Course:
    """Where one patient lay when: a function of the set of messages, whatever the order they came in."""
    lies: list[Lie] = []
    expected_at, is_gone, ignored = None, False, []
    for told in _in_force(messages):
        if is_gone:
            ignored.append(told.message_id)
        elif told.event is Event.EXPECT:
            expected_at = told.until_at
        elif told.event is Event.DISCHARGE:
            is_gone = bool(lies)
            _leave(lies, told.at)
        elif told.bed is not None and not (lies and lies[-1].bed == told.bed):
            _leave(lies, told.at)
            lies.append(Lie(told.bed, told.at, None))
            expected_at = told.until_at or expected_at
    return Course(tuple(lies), expected_at, tuple(ignored))


def closures(messages: Iterable[Told]) -> tuple[Lie, ...]:
    """When one bed was out of use: from each block to its own end or the next unblocking, whichever is sooner."""
    found: list[Lie] = []
    for told in _in_force(messages):
        is_shut = bool(found) and (found[-1].until_at is None or found[-1].until_at > told.at)
        if told.event is Event.BLOCK and told.bed is not None:
            if is_shut:
                _leave(found, told.at)
            found.append(Lie(told.bed, told.at, told.until_at))
        elif told.event is Event.UNBLOCK and is_shut:
            _leave(found, told.at)
    return tuple(one for one in found if one.until_at is None or one.until_at > one.from_at)


def cleaned_by(left_at: datetime, messages: Iterable[Told], *, takes: timedelta) -> datetime:
    """When a bed left at `left_at` is clean: as told, at the latest after what cleaning takes."""
    told = [one.at for one in _in_force(messages) if one.event is Event.CLEAN and one.at >= left_at]
    return min([left_at + takes, *told])


def misfit(*, bed_sex: int, bed_isolates: bool, sex: int, needs_isolation: bool) -> str:
    """Why a person does not belong into a bed: "sex", "isolation", "isolation_bed"; empty when it fits.

    Sexes after GB/T 2261.1; 0 of a bed means both. Somebody whose sex is not known goes where both are.
    """
    if bed_sex and sex != bed_sex:
        return "sex"
    if needs_isolation and not bed_isolates:
        return "isolation"
    return "isolation_bed" if bed_isolates and not needs_isolation else ""


def days_in(admitted_at: datetime, at: datetime) -> int:
    """Days in hospital as the suggested stay counts them: begun days of 24 hours, the first is 1."""
    return max(1, -(-(at - admitted_at) // timedelta(days=1)))


def _in_force(messages: Iterable[Told]) -> list[Told]:
    """In the order in which it happened, without what was taken back, each message once."""
    each = {told.message_id: told for told in messages}
    void = {told.cancels for told in each.values() if told.event is Event.CANCEL}
    kept = [told for told in each.values() if told.message_id not in void and told.event is not Event.CANCEL]
    return sorted(kept, key=lambda told: (told.at, _RANK[told.event], told.message_id))


def _leave(lies: list[Lie], at: datetime) -> None:
    if lies and (lies[-1].until_at is None or lies[-1].until_at > at):
        lies[-1] = Lie(lies[-1].bed, lies[-1].from_at, at)
