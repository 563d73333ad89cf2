"""What only the insurer decides: who bears what a patient would owe afterwards; filings; years opened elsewhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.locks import patience
from fenji.apps.payments import queries
from fenji.apps.payments.actions.posting import hold_insurance, lock_year, post, settle_anew, write
from fenji.apps.payments.errors import Decided
from fenji.apps.payments.models import Claim, Filing, PersonYear, PostingKind, Shortfall
from fenji.apps.payments.queries import PAYERS
from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import Resident
from fenji.kernel.payment.outcome import Settlement
from fenji.kernel.payment.person import PersonYear as Accumulators
from fenji.kernel.payment.referral_state import FactKind
from fenji.kernel.payment.year import difference_of


def decide_shortfall(shortfall_id: int, decision: str, *, reason: str, by: User) -> Claim:
    """Charge the patient ("patient") or let the fund bear it ("fund"). Raises Decided when somebody did already."""
    if decision not in {"patient", "fund"}:
        raise Invalid(fields={"decision": _("请选择由个人补缴，或由基金承担。")})
    if not reason.strip():
        raise Invalid(fields={"reason": _("请写明决定的理由。")})
    with patience():
        at = clock.now()
        named = Claim.objects.filter(shortfalls=shortfall_id).values_list("resident_id", flat=True).first()
        if named is None:
            raise NotFound
        hold_insurance(named)
        year = PersonYear.objects.get(claims__shortfalls=shortfall_id)
        lock_year(year.resident_id, year.year, year.scheme)
        shortfall = Shortfall.objects.select_for_update().filter(pk=shortfall_id).first()
        if shortfall is None or shortfall.decision:
            raise Decided
        claim = Claim.objects.select_for_update().get(pk=shortfall.claim_id)
        _post_decided(claim, Settlement(**shortfall.settlement), decision, cause=shortfall.cause, by=by, at=at)
        shortfall.decision, shortfall.reason = decision, reason[:200]
        shortfall.decided_at, shortfall.decided_by = at, by
        shortfall.save()
        audit.record(
            "claim.shortfall", claim, by=by, at=at, resident_id=claim.resident_id, reason=reason,
            details={"decision": decision, "cents": shortfall.self_cents},
        )  # fmt: skip
        return claim


def file(
    resident_id: UUID, kind: FactKind, *, by: User, institution_code: str = "", valid_until: datetime | None = None,
    note: str = "",
) -> Filing:  # fmt: skip
    """File an emergency, care out of the region or an exemption with the insurer. It counts from now on."""
    if kind is FactKind.REFERRAL:
        raise Invalid(fields={"kind": _("转诊单由转诊流程产生，不在此备案。")})
    with transaction.atomic():
        at = clock.now()
        resident = Resident.objects.filter(pk=resident_id).first()
        institution = Institution.objects.filter(code=institution_code).first() if institution_code else None
        if resident is None or (institution_code and institution is None):
            raise NotFound
        if valid_until is not None and valid_until <= at:
            raise Invalid(fields={"valid_until": _("有效期须晚于现在。")})
        filing = Filing.objects.create(
            resident=resident, kind=kind.value, institution=institution, filed_at=at, valid_until=valid_until,
            note=note[:200], by=by,
        )  # fmt: skip
        audit.record("filing.made", filing, by=by, at=at, resident_id=resident.pk, details={"kind": kind.value})
        return filing


def withdraw(filing_id: int, *, reason: str, by: User) -> Filing:
    """A filing made in error no longer counts for what is settled from now on."""
    with transaction.atomic():
        filing = Filing.objects.select_for_update().filter(pk=filing_id).first()
        if filing is None:
            raise NotFound
        if filing.withdrawn_at is None:
            filing.withdrawn_at = clock.now()
            filing.save(update_fields=["withdrawn_at"])
            audit.record("filing.withdrawn", filing, by=by, resident_id=filing.resident_id, reason=reason)
        return filing


def open_year(
    resident_id: UUID, year: int, scheme: str, opening: dict[str, Any], *, source: str, by: User
) -> PersonYear:
    """Bring accumulators from another system; bills settled here before are settled anew on top of them."""
    with patience():
        at = clock.now()
        hold_insurance(resident_id)
        found = lock_year(resident_id, year, scheme)
        found.opening, found.opening_source = _checked(opening), source[:80]
        found.save(update_fields=["opening", "opening_source"])
        settle_anew(found, cause=None, by=by, at=at)
        audit.record("year.opened", found, by=by, at=at, resident_id=resident_id, details={"source": source})
        return found


def _checked(opening: dict[str, Any]) -> dict[str, Any]:
    known = Accumulators._field_defaults
    wrong = [name for name, value in opening.items() if name not in known or not _fits(value, known[name])]
    if wrong:
        raise Invalid(fields={name: _("没有这一项累计，或不是以分为单位的非负整数。") for name in wrong})
    return opening


def _fits(value: Any, like: Any) -> bool:
    if isinstance(like, tuple):
        return isinstance(value, list) and len(value) == len(like) and all(_fits(one, 0) for one in value)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _post_decided(claim: Claim, now: Settlement, decision: str, *, cause: UUID | None, by: User, at: datetime) -> None:
    change = difference_of(str(claim.pk), queries.settlement_of(claim), now)
    if change is None:
        return
    amounts = {payer: getattr(change, payer) for payer in PAYERS}
    if decision == "fund":
        claim.forgiven_cents += amounts["self_cents"]
        amounts["fund_cents"] += amounts["self_cents"]
        amounts["self_cents"] = 0
    write(claim, now)
    claim.save()
    post(claim, PostingKind.ADJUSTMENT, amounts, cause=cause, by=by, at=at)
