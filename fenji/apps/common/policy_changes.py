"""Changing a rule: one officer drafts a new dated value, another approves it, and on its day it is in force.

Insurer and commission of the whole city may; nobody approves what he drafted. An approval makes a new version from the
one that is current, one after the other, and only if it is the one that was looked at.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fenji.apps.common import audit, clock, rulebooks
from fenji.apps.common.errors import DomainError, Forbidden, Invalid, NotFound, Stale
from fenji.apps.common.models import PolicyChange
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Tier
from fenji.rulebook.decisions import Decision, decide, faults_of
from fenji.rulebook.rulebook import Rulebook

State = PolicyChange.State
OFFICERS = frozenset({Role.INSURER, Role.COMMISSION})
WHY_AT_MOST = 400  # characters
MISSING = _("请写明理由。")


class AlreadyDecided(DomainError):
    """A second decision on one draft."""

    code = "already_decided"
    message = _("这份草案已有决定。")
    remedy = _("请刷新后查看；如需再改，另起草一份。")


class OwnDraft(Forbidden):
    code = "own_draft"
    message = _("自己起草的，不能由自己决定。")
    remedy = _("请另一位医保经办或卫生健康局的工作人员办理。")


class DayHasPassed(DomainError):
    """A rule does not change for days that are gone: they were lived and paid by the old one."""

    code = "day_has_passed"
    message = _("生效日期不在今天之后。")
    remedy = _("请撤回，改日期后重新起草。")


@dataclass(frozen=True)
class Officer:
    """The person and the post acted from."""

    user: Any
    role: Role
    tier: Tier
    institution_id: int


@dataclass(frozen=True)
class Draft:
    """What a draft says. `ground` is a document's title, or an assumption's reason; `why` the reason for the change."""

    key: str
    value: Any
    valid_from: date
    valid_until: date | None
    ground: str
    clause: str
    status: Basis
    why: str


def may_change(role: Role, tier: Tier) -> bool:
    return role in OFFICERS and tier is Tier.CITY


def draft(proposal: Draft, *, by: Officer) -> PolicyChange:
    """Lay a change before the others. Raises Forbidden, or Invalid with the fields that are wrong."""
    _check_officer(by)
    at = clock.now()
    if faults := _faults_of(proposal, at):
        raise Invalid(fields=faults)
    change = PolicyChange.objects.create(
        city=settings.POLICY,
        key=proposal.key,
        value=proposal.value,
        from_on=proposal.valid_from,
        until_on=proposal.valid_until,
        ground=proposal.ground.strip(),
        clause=proposal.clause.strip(),
        status=proposal.status,
        why=proposal.why.strip(),
        drafted_by_id=by.user.pk,
        drafted_by_name=by.user.name,
        drafted_at=at,
    )
    _record("policy.draft", change, by, at)
    return change


def approve(change_id: int, *, by: Officer, seen: str, note: str = "") -> PolicyChange:
    """Put a draft into a new version. `seen` is the hash of the version that was looked at.

    Raises Stale when another version is current by now, AlreadyDecided, OwnDraft, DayHasPassed, Forbidden.
    """
    _check_officer(by)
    with rulebooks.alone(settings.POLICY):
        change, at = _waiting(change_id, by=by, own=False), clock.now()
        if change.from_on <= _today(at):
            raise DayHasPassed
        before = rulebooks.current()
        if before.hash != seen:
            raise Stale
        made = rulebooks.make_current(after(change, before), at=at)
        change.version = made.hash
        return _decide(change, State.APPROVED, "policy.approve", by, at, note)


def refuse(change_id: int, *, by: Officer, note: str) -> PolicyChange:
    """Raises as `approve`; Invalid without a reason."""
    _check_officer(by)
    if not note.strip():
        raise Invalid(fields={"note": MISSING})
    with rulebooks.alone(settings.POLICY):
        return _decide(_waiting(change_id, by=by, own=False), State.REFUSED, "policy.refuse", by, clock.now(), note)


def withdraw(change_id: int, *, by: Officer) -> PolicyChange:
    """The one who drafted takes it back while nobody has decided."""
    _check_officer(by)
    with rulebooks.alone(settings.POLICY):
        return _decide(_waiting(change_id, by=by, own=True), State.WITHDRAWN, "policy.withdraw", by, clock.now(), "")


def change_named(change_id: int) -> PolicyChange:
    """Raises NotFound."""
    found = PolicyChange.objects.filter(pk=change_id, city=settings.POLICY).first()
    if found is None:
        raise NotFound
    return found


def changes() -> list[PolicyChange]:
    """All of this city: what waits first, then the latest."""
    found = PolicyChange.objects.filter(city=settings.POLICY).order_by("-drafted_at", "-pk")
    return sorted(found, key=lambda change: change.state != State.WAITING)


def changes_of(key: str) -> list[PolicyChange]:
    """What was ever drafted for a rule, latest first."""
    return list(PolicyChange.objects.filter(city=settings.POLICY, key=key).order_by("-drafted_at", "-pk"))


def after(change: PolicyChange, before: Rulebook) -> Rulebook:
    """The rulebook as it would be with a change approved."""
    return decide(before, [rulebooks.decision_of(change)])


def _waiting(change_id: int, *, by: Officer, own: bool) -> PolicyChange:
    """The draft, locked; by its drafter (`own`) or by anybody else, while it waits."""
    change = PolicyChange.objects.select_for_update().filter(pk=change_id, city=settings.POLICY).first()
    if change is None:
        raise NotFound
    if change.state != State.WAITING:
        raise AlreadyDecided
    is_own = change.drafted_by_id == by.user.pk
    if is_own and not own:
        raise OwnDraft
    if own and not is_own:
        raise Forbidden
    return change


def _decide(change: PolicyChange, state: str, verb: str, by: Officer, at: datetime, note: str) -> PolicyChange:
    change.state, change.note = state, note.strip()[:WHY_AT_MOST]
    change.decided_by_id, change.decided_by_name, change.decided_at = by.user.pk, by.user.name, at
    change.save()
    _record(verb, change, by, at)
    return change


def _check_officer(by: Officer) -> None:
    if not may_change(by.role, by.tier):
        raise Forbidden


def _faults_of(proposal: Draft, at: datetime) -> dict[str, Any]:
    decision = Decision(
        "", proposal.key, proposal.value, proposal.valid_from, proposal.valid_until, proposal.ground,
        proposal.clause, proposal.status,
    )  # fmt: skip
    faults: dict[str, Any] = dict(faults_of(decision))
    if proposal.valid_from <= _today(at):
        faults["valid_from"] = _("应为今天以后的日期。")
    if not proposal.why.strip():
        faults["why"] = MISSING
    return faults


def _record(verb: str, change: PolicyChange, by: Officer, at: datetime) -> None:
    details = {"key": change.key, "from": change.from_on.isoformat(), "version": change.version}
    audit.record(
        verb, change, by=by.user, at=at, institution_id=by.institution_id, reason=change.note or change.why,
        details=details,
    )  # fmt: skip


def _today(at: datetime) -> date:
    return timezone.localtime(at, timezone.get_default_timezone()).date()
