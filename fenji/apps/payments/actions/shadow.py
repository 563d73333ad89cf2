"""Beside the official system: its bills settled by our rules, every difference named. The books do not move."""

from dataclasses import dataclass

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid
from fenji.apps.common.locks import patience
from fenji.apps.payments import queries
from fenji.apps.payments.actions.claims import claim_from, known_claim, lock_year_of, write_lines
from fenji.apps.payments.actions.posting import write
from fenji.apps.payments.assessing import assess
from fenji.apps.payments.given import Bill
from fenji.apps.payments.models import Claim, ClaimState, Mode, PersonYear
from fenji.apps.payments.queries import PAYERS
from fenji.apps.payments.rules import policy_on
from fenji.kernel.payment.outcome import Settlement
from fenji.kernel.payment.year import DatedBill, settle_year

COMPARED = ("total_cents", "deductible_cents", *PAYERS)


@dataclass(frozen=True)
class Unlike:
    """One amount on which the two systems differ, and the likeliest reason, a key of `REASONS`."""

    name: str
    official_cents: int
    ours_cents: int
    reason: str


REASONS = {
    "total": "总费用不同：明细与结算清单不一致",
    "deductible": "起付标准不同：核对住院次序、转诊链和年度累计",
    "state": "支付比例相当于另一种转诊状态：官方系统未见到转诊单，或我方未收到备案",
    "rounding": "只差几分：进位规则不同",
    "year": "年度累计不同：一方缺少此前的单据或期初数",
    "other": "规则或目录不同：请逐项核对本单的计算过程",
}


def compare(given: Bill, *, by: User) -> Claim:
    """Settle an official bill by our rules and keep both; the same bill again is the same claim."""
    missing = [name for name in COMPARED if name not in (given.official or {})]
    if missing:
        raise Invalid(fields={f"official.{name}": "结算清单缺少这一项（分）。" for name in missing})
    with patience():
        at = clock.now()
        given.check(at=at)
        assessed = assess(given)
        year = lock_year_of(assessed, given)
        if known := known_claim(given, Mode.SHADOW):
            return known
        claim = claim_from(given, assessed, year, Mode.SHADOW, by, at)
        claim.official = given.official
        write(claim, _settled(year, claim))
        claim.save(force_insert=True)
        write_lines(claim, assessed)
        audit.record(
            "claim.compare", claim, by=by, at=at, resident_id=claim.resident_id, institution_id=claim.institution_id,
            details={"differences": len(differences(claim))},
        )  # fmt: skip
        return claim


def differences(claim: Claim) -> list[Unlike]:
    """Where the official settlement of a shadow claim and ours differ."""
    official = claim.official or {}
    return [
        Unlike(name, official[name], claim.settlement[name], _reason(claim, name))
        for name in COMPARED
        if official[name] != claim.settlement[name]
    ]


def _settled(year: PersonYear, claim: Claim) -> Settlement:
    """At its place in the year as shadow claims know it."""
    before = Claim.objects.filter(person_year=year, mode=Mode.SHADOW, state=ClaimState.SETTLED)
    bills: list[DatedBill] = [queries.dated(one) for one in (*before, claim)]
    settled = settle_year(bills, policy_on, queries.opening_of(year))
    return next(one.settlement for one in settled if queries.id_in(one.id) == claim.pk)


def _reason(claim: Claim, name: str) -> str:
    """The likeliest reason, from what differs and by how much."""
    official, ours = claim.official or {}, claim.settlement
    if official["total_cents"] != ours["total_cents"]:
        return "total"
    if abs(official[name] - ours[name]) <= 2:
        return "rounding"
    if official["deductible_cents"] != ours["deductible_cents"]:
        return "deductible"
    if name in {"catastrophic_cents", "assistance_cents"}:
        return "year"
    payable = ours["payable_cents"]
    gap = abs(official["fund_cents"] - ours["fund_cents"]) * 1000
    points = abs(ours["ratio_referral_permille"])
    other = any(abs(gap - payable * step) <= 2000 for step in {points, 50, 100, 150, 200} if step)
    return "state" if payable and other else "other"
