"""Odd bills as cases: found, answered, decided, recovered, appealed. The table of steps is in `policies`."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound, Stale
from fenji.apps.common.free_text import fault_in
from fenji.apps.payments.actions.posting import post
from fenji.apps.payments.models import Case, CaseStep, Claim, PostingKind
from fenji.apps.payments.policies import CASE_MOVES, check_case_move
from fenji.apps.payments.supervising import Finding, findings

DAYS_TO_ANSWER = CASE_MOVES["answer"].days or 10


def look_for_cases(since: date, until: date) -> list[Case]:
    """Open a case for every finding that has none; run as often as one likes. Returns the new ones."""
    at = clock.now()
    return [case for found in findings(since, until) if (case := _open(found, at)) is not None]


def move_case(
    case_id: UUID, move: str, *, party: str, text: str, version: int, by: User, amount_cents: int | None = None
) -> Case:
    """One step of a case. `uphold` names the amount to be recovered; `recover` and `grant` post it.

    Raises Stale when somebody moved it first, WrongCaseStep when the table does not allow the step.
    """
    if fault := fault_in(text) if text.strip() else _("请写明情况或理由。"):
        raise Invalid(fields={"text": fault})
    with transaction.atomic():
        at = clock.now()
        case = Case.objects.select_for_update().filter(pk=case_id).first()
        if case is None:
            raise NotFound
        if case.version != version:
            raise Stale
        rule = check_case_move(case, move, party)
        if move == "uphold":
            case.amount_cents = _amount(case, amount_cents)
        if move in {"recover", "grant"}:
            _post_recovery(case, move, by=by, at=at)
        return _advance(case, move, rule.to_state, rule.days, text, by=by, at=at)


def _open(found: Finding, at: datetime) -> Case | None:
    with transaction.atomic():
        case, is_new = Case.objects.get_or_create(
            key=found.key,
            defaults={
                "rule": found.rule, "institution_id": found.claims[-1].institution_id, "state": "flagged",
                "due_at": at + timedelta(days=DAYS_TO_ANSWER), "found_at": at, "details": found.details,
            },
        )  # fmt: skip
        if not is_new:
            return None
        case.claims.set(found.claims)
        CaseStep.objects.create(case=case, version=1, move="flag", to_state="flagged", by_name="系统", at=at)
        return case


def _advance(case: Case, move: str, to_state: str, days: int | None, text: str, *, by: User, at: datetime) -> Case:
    case.state, case.version = to_state, case.version + 1
    case.due_at = at + timedelta(days=days) if days else None
    case.save()
    CaseStep.objects.create(
        case=case, version=case.version, move=move, to_state=to_state, by=by, by_name=by.name, at=at, text=text[:1000]
    )
    audit.record(f"case.{move}", case, by=by, at=at, institution_id=case.institution_id)
    return case


def _amount(case: Case, cents: int | None) -> int:
    most = sum(claim.fund_cents for claim in case.claims.all())
    if cents is None or not 0 < cents <= most:
        yuan = f"{most // 100}.{most % 100:02d}"
        raise Invalid(fields={"amount": _("追回金额须大于零，不超过所涉单据的基金支付 %(yuan)s 元。") % {"yuan": yuan}})
    return cents


def _post_recovery(case: Case, move: str, *, by: User, at: datetime) -> None:
    """The institution owes it, or gets it back; the patient's share does not change."""
    claim: Claim = case.claims.order_by("-ended_at")[0]
    sign = -1 if move == "recover" else 1
    kind = PostingKind.RECOVERY if move == "recover" else PostingKind.RETURN
    nothing = dict.fromkeys(("catastrophic_cents", "assistance_cents", "care_cents", "self_cents"), 0)
    post(claim, kind, {"fund_cents": sign * case.amount_cents, **nothing}, cause=case.pk, by=by, at=at)
