"""One move along the table: lock, check the thing, check the person, act, record, announce; one transaction."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Stale, VersionMissing
from fenji.apps.common.locks import patience
from fenji.apps.referrals import announcements, policies, queries, rules
from fenji.apps.referrals.errors import ReferralNotFound
from fenji.apps.referrals.given import Given, clean_note
from fenji.apps.referrals.models import Referral, Step
from fenji.apps.referrals.parties import parties_of
from fenji.kernel.referral import BY_ACTION, STATES, Move, Party, State

SYSTEM = Party.CLOCK


@dataclass
class Act:
    """One move under way: on what, by whom, as which party, when, with what. Effects may add `details` to the step."""

    referral: Referral
    move: Move
    given: Given
    by: User | None  # None: the clock
    party: Party
    at: datetime
    details: dict[str, Any] = field(default_factory=dict)


def perform(referral_id: UUID, action: str, given: Given | None = None, *, by: User, version: int | None) -> Referral:
    """Make one move of the table on a referral read at `version`.

    Raises ReferralNotFound (absent or not the person's), VersionMissing, Stale, MoveNotPossible, NotYourMove,
    FieldsMissing, Busy, and what the move itself may meet (SlotTaken, PlaceStillFree, Invalid).
    """
    given = given or Given()
    with patience():
        referral = queries.lock(referral_id)
        at = clock.now()
        parties = parties_of(by, referral, at)
        if not parties:
            raise ReferralNotFound
        _check_version(referral, version)
        required = rules.signature_for(referral, at) is not None
        move, party = policies.check_move(referral, action, parties, approval_required=required)
        policies.check_given(move, given.names(), given.reason)
        advance(Act(referral, move, given, by, party, at))
    return referral


def advance(act: Act) -> None:
    """Carry out a checked move on a locked referral: effect, new state, step, audit, notices, linked referrals."""
    from fenji.apps.referrals.actions.effects import EFFECTS  # effects make follow-on moves through this function

    referral, before = act.referral, State(act.referral.state) if act.move.start else None
    is_late = referral.due_at is not None and referral.due_at <= act.at
    if effect := EFFECTS.get(act.move.action):
        effect(act)
    to = act.move.to or State(referral.state)
    _enter(referral, to, act, is_move=act.move.to is not None)
    step = _record(act, before, to, is_late=is_late)
    is_booked = bool(act.details.get("booked"))  # accepted or kept with a place: the appointment follows at once
    if not is_booked:
        announcements.announce(referral, act.move, step=step, at=act.at)
    _settle(act)
    if is_booked:
        advance(Act(referral, BY_ACTION["schedule"], Given(), act.by, act.party, act.at))


def by_clock(referral: Referral, action: str, *, at: datetime, note: str = "", reason: str = "") -> None:
    """A move the system makes on a locked referral, because time passed or a linked referral moved."""
    advance(Act(referral, BY_ACTION[action], Given(note=note, reason=reason), None, SYSTEM, at))


def _check_version(referral: Referral, version: int | None) -> None:
    if version is None:
        raise VersionMissing
    if version != referral.version:
        raise Stale


def _enter(referral: Referral, to: State, act: Act, *, is_move: bool) -> None:
    """State, stamps and deadline; a move that leaves the state alone leaves its deadline too, unless it restarts."""
    at = act.at
    if referral._state.adding is False:
        referral.version += 1
    referral.state = to.value
    if is_move:
        referral.state_since = at
        _stamp(referral, to, at)
    if not STATES[to].is_open:
        referral.closed_at, referral.due_at, referral.escalate_at = at, None, None
    elif is_move or act.move.restarts:
        referral.due_at = rules.due_at(referral, at)
        referral.escalation, referral.escalate_at = 0, referral.due_at
    referral.save()


def _stamp(referral: Referral, to: State, at: datetime) -> None:
    if to is State.SENT and referral.sent_at is None:
        referral.sent_at = at
    if to in {State.ACCEPTED, State.REFUSED, State.ARRIVED} and referral.answered_at is None:
        referral.answered_at = at
    if to is State.ARRIVED:
        referral.arrived_at = at
    if to in {State.REPLIED, State.RETURNED}:
        referral.replied_at = at


def _record(act: Act, before: State | None, to: State, *, is_late: bool) -> Step:
    referral, move = act.referral, act.move
    step = Step.objects.create(
        referral=referral,
        version=referral.version,
        action=move.action,
        from_state=before.value if before else "",
        to_state=to.value,
        party=act.party.value,
        by=act.by,
        by_name=act.by.name if act.by else "系统",
        institution_id=_institution_id(act),
        at=act.at,
        is_late=is_late,
        reason=act.given.reason[:40],
        note=clean_note(act.given.note),
        details=act.details,
    )
    audit.record(
        f"referral.{move.action}",
        referral,
        by=act.by,
        at=act.at,
        resident_id=referral.resident_id,
        institution_id=step.institution_id,
        relation=f"referral:{act.party.value}",
        details={"version": referral.version, "from": step.from_state, "to": step.to_state},
    )
    return step


def _institution_id(act: Act) -> int | None:
    if act.party in {Party.SENDER, Party.APPROVER}:
        return act.referral.sender_id
    return act.referral.receiver_id if act.party in {Party.OFFICE, Party.DEPARTMENT} else None


def _settle(act: Act) -> None:
    """A parent that waits for this referral moves when it does."""
    referral, parent = act.referral, act.referral.parent
    if parent is None or State(parent.state) not in {State.HANDING_ON, State.RETURNED}:
        return
    state = State(referral.state)
    is_waiting = State(parent.state) is State.HANDING_ON
    taken = (
        {State.ACCEPTED, State.SCHEDULED, State.ARRIVED, State.REFERRED_ONWARD}
        if is_waiting
        else {State.ARRIVED, State.COMPLETED, State.REFERRED_ONWARD}
    )
    if state in taken:
        by_clock(parent, "next_accepted" if is_waiting else "plan_received", at=act.at, note=str(referral.receiver))
    elif state is State.CANCELLED:
        by_clock(
            parent, "take_back" if is_waiting else "resume_care", at=act.at, note=act.given.note or act.given.reason
        )
