"""Settle a bill, correct it, reverse it. Each holds the person's insurance and locks the year first (see `posting`)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock, rulebooks
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.locks import patience
from fenji.apps.payments.actions.posting import hold_insurance, lock_year, settle_anew, take_back
from fenji.apps.payments.assessing import Assessed, assess
from fenji.apps.payments.errors import AlreadySettled
from fenji.apps.payments.given import Bill
from fenji.apps.payments.models import Claim, ClaimLine, ClaimState, Mode, PersonYear
from fenji.apps.payments.policies import check_open

HOUR = timedelta(hours=1)


def settle(given: Bill, *, by: User) -> Claim:
    """Settle a bill and post it. The same bill of the same hospital again is the same claim.

    Raises AlreadySettled when the number came with another content, and what `assessing.assess` raises.
    """
    with patience():
        at = clock.now()
        given.check(at=at)
        hold_insurance(given.resident_id)
        assessed = assess(given)
        year = lock_year_of(assessed, given)
        if known := known_claim(given, Mode.OFFICIAL):
            return known
        claim = claim_from(given, assessed, year, Mode.OFFICIAL, by, at)
        return _settle(claim, assessed, by=by, at=at)


def correct(claim_id: UUID, given: Bill, *, reason: str, by: User) -> Claim:
    """Put another bill in the place of one that was wrong; the year is settled anew. Raises ClaimClosed."""
    with patience():
        at = clock.now()
        given.check(at=at)
        hold_insurance(given.resident_id)
        assessed = assess(given)
        old, years = _lock_claim(claim_id, _year_of(assessed, given))
        if old.resident_id != assessed.resident.pk:
            raise Invalid(fields={"resident": "更正单须属于同一参保人；人错了请冲销后重新结算。"})
        _close(old, ClaimState.REPLACED, reason, by=by, at=at)
        claim = claim_from(given, assessed, years[-1], Mode.OFFICIAL, by, at)
        claim.replaces, claim.reason = old, reason[:200]
        if years[0].pk != years[-1].pk:
            settle_anew(years[0], cause=claim.pk, by=by, at=at)
        return _settle(claim, assessed, by=by, at=at)


def reverse(claim_id: UUID, *, reason: str, by: User) -> Claim:
    """Take a bill back; what later bills of the year gain or lose is posted or waits for a decision."""
    with patience():
        at = clock.now()
        claim, years = _lock_claim(claim_id)
        _close(claim, ClaimState.REVERSED, reason, by=by, at=at)
        settle_anew(years[0], cause=claim.pk, by=by, at=at)
        return claim


def lock_year_of(assessed: Assessed, given: Bill) -> PersonYear:
    return lock_year(*_year_of(assessed, given))


def _year_of(assessed: Assessed, given: Bill) -> tuple[UUID, int, str]:
    year = timezone.localdate(given.ended_at).year
    return assessed.resident.pk, year, assessed.insured.scheme.name.lower()


def _lock_claim(claim_id: UUID, other: tuple[UUID, int, str] | None = None) -> tuple[Claim, list[PersonYear]]:
    """The claim under the locks of its year and, for a correction, of the year it moves to; years in one order."""
    rows = Claim.objects.select_related("person_year").filter(pk=claim_id, mode=Mode.OFFICIAL)
    if (whose := rows.values_list("resident_id", flat=True).first()) is None:
        raise NotFound
    hold_insurance(whose)
    found = rows.get()
    own = (found.resident_id, found.person_year.year, found.person_year.scheme)
    locked = {key: lock_year(*key) for key in sorted({own, other or own}, key=str)}
    claim = Claim.objects.select_for_update().get(pk=claim_id)
    check_open(claim)
    return claim, [locked[own], locked[other or own]]


def known_claim(given: Bill, mode: str) -> Claim | None:
    if not given.source_code:
        return None
    rows = Claim.objects.filter(mode=mode, source_system=given.source_system, source_code=given.source_code)
    known = rows.filter(state=ClaimState.SETTLED).first()
    if known is not None and known.content_hash != given.content_hash:
        raise AlreadySettled
    return known


def claim_from(given: Bill, assessed: Assessed, year: PersonYear, mode: str, by: User, at: datetime) -> Claim:
    """A row not saved yet: what it stands at comes with the year."""
    resolution = assessed.came.resolution
    return Claim(
        mode=mode,
        person_year=year,
        resident=assessed.resident,
        institution=assessed.institution,
        department_code=given.department_code,
        setting=given.setting.name.lower(),
        diagnosis_code=given.diagnosis_code,
        admitted_at=given.admitted_at,
        ended_at=given.ended_at,
        referral_state=resolution.state,
        rests_on=resolution.fact.id if resolution.fact else "",
        late_by_hours=-(-resolution.late_by // HOUR),
        chain=assessed.came.chain,
        bill=assessed.bill._asdict(),
        rulebook_version=rulebooks.current().hash,
        source_system=given.source_system,
        source_code=given.source_code,
        content_hash=given.content_hash,
        submitted_at=at,
        submitted_by=by,
    )


def _settle(claim: Claim, assessed: Assessed, *, by: User, at: datetime) -> Claim:
    settle_anew(claim.person_year, new=claim, cause=claim.pk, by=by, at=at)
    write_lines(claim, assessed)
    audit.record(
        "claim.settle", claim, by=by, at=at, resident_id=claim.resident_id, institution_id=claim.institution_id,
        details={"total": claim.total_cents, "fund": claim.fund_cents, "state": claim.get_referral_state_display()},
    )  # fmt: skip
    return claim


def write_lines(claim: Claim, assessed: Assessed) -> None:
    ClaimLine.objects.bulk_create(
        ClaimLine(
            claim=claim, number=number, code=each.line.code, name=each.line.name[:80],
            kind=each.line.kind.name.lower(), item_class=each.item_class, quantity_milli=each.line.quantity_milli,
            amount_cents=each.line.amount_cents, own_share_cents=each.own_share_cents or 0,
            over_ceiling_cents=each.over_ceiling_cents,
        )
        for number, each in enumerate(assessed.lines, 1)
    )  # fmt: skip


def _close(claim: Claim, state: ClaimState, reason: str, *, by: User, at: datetime) -> None:
    take_back(claim, cause=claim.pk, by=by, at=at)
    claim.state, claim.reason = state, reason[:200]
    claim.save(update_fields=["state", "reason"])
    audit.record(
        f"claim.{state.value}", claim, by=by, at=at, resident_id=claim.resident_id,
        institution_id=claim.institution_id, reason=reason,
    )  # fmt: skip
