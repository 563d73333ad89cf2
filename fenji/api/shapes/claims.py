"""Bills, settlements, filings, statements, cases. Amounts are whole cents (分)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.timezone import localdate
from ninja import Schema
from pydantic import Field

from fenji.api.shapes.common import Code, Day, In, Moment
from fenji.apps.common import rulebooks
from fenji.apps.payments.actions.shadow import REASONS, differences
from fenji.apps.payments.estimating import Estimate
from fenji.apps.payments.explaining import Step, explained, grounded
from fenji.apps.payments.given import Bill
from fenji.apps.payments.models import Case, Claim, Filing, Statement
from fenji.kernel.payment.bill import MOST_CENTS
from fenji.kernel.payment.codes import ItemKind, ReferralState, Setting
from fenji.kernel.payment.lines import Line
from fenji.kernel.payment.referral_state import FactKind

Cents = Annotated[int, Field(strict=True, ge=0, le=MOST_CENTS)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
SettingName = Literal["outpatient", "chronic", "special", "inpatient", "day_surgery"]


class LineIn(In):
    """One item as billed. `quantity` is in thousandths of the unit: two and a half boxes are 2500."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Literal["drug", "service", "material"]
    quantity_milli: Annotated[int, Field(strict=True, ge=1, le=10**9)] = 1000
    amount_cents: Cents
    code: Annotated[str, Field(max_length=30)] = ""

    def as_line(self) -> Line:
        return Line(self.name, ItemKind[self.kind.upper()], self.quantity_milli, self.amount_cents, self.code)


class BillIn(In):
    """What was done and what it cost. How the patient came and how he is insured is found out, never declared."""

    resident_id: UUID
    institution: Code
    setting: SettingName
    admitted_at: Moment
    ended_at: Moment
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=2000)]
    number: Annotated[str, Field(max_length=60)] = ""
    diagnosis_code: Annotated[str, Field(max_length=10)] = ""
    department_code: Annotated[str, Field(max_length=8)] = ""
    care_days: Annotated[int, Field(strict=True, ge=0, le=366)] = 0

    def as_bill(self, official: dict[str, int] | None = None) -> Bill:
        return Bill(
            self.resident_id, self.institution, Setting[self.setting.upper()], self.admitted_at, self.ended_at,
            tuple(line.as_line() for line in self.lines), self.institution if self.number else "", self.number,
            self.diagnosis_code, self.department_code, self.care_days, official,
        )  # fmt: skip


class OfficialIn(In):
    """The amounts of the official settlement list (结算清单)."""

    total_cents: Cents
    deductible_cents: Cents
    fund_cents: Cents
    catastrophic_cents: Cents
    assistance_cents: Cents
    care_cents: Cents
    self_cents: Cents


class CompareIn(BillIn):
    official: OfficialIn


class CorrectBillIn(BillIn):
    reason: Words


class ReverseIn(In):
    reason: Words


class DecideIn(In):
    decision: Literal["patient", "fund"]
    reason: Words


class ClaimFilingIn(In):
    resident_id: UUID
    kind: Literal["emergency", "exemption", "out_of_region"]
    institution: Code = ""
    valid_until: Moment | None = None
    note: Annotated[str, Field(max_length=200)] = ""


class FilingShown(Schema):
    id: int
    kind: str
    filed_at: datetime
    valid_until: datetime | None
    withdrawn_at: datetime | None


class SettlementStepShown(Schema):
    """One sentence of the explanation, and the clause and status of its rule; both empty for plain arithmetic."""

    words: str
    clause: str
    basis: str


class SettlementShown(Schema):
    """Every amount between the bill and who pays it, in the order in which they come about, and the same in words."""

    amounts: dict[str, int]
    referral_state: str
    steps: list[SettlementStepShown]


class ClaimShown(SettlementShown):
    id: UUID
    mode: str
    state: str
    institution: str
    setting: str
    admitted_at: datetime
    ended_at: datetime
    rests_on: str
    late_by_hours: int
    replaces: UUID | None
    rulebook_version: str


class UnlikeShown(Schema):
    name: str
    official_cents: int
    ours_cents: int
    reason: str
    words: str


class ComparedShown(ClaimShown):
    differences: list[UnlikeShown]


class MonthIn(In):
    """A month by its first day."""

    institution: Code
    month: Day


class PrepayIn(MonthIn):
    amount_cents: Annotated[int, Field(strict=True, ge=1, le=MOST_CENTS)]


class StatementShown(Schema):
    institution: str
    month: date
    postings: int
    fund_cents: int
    catastrophic_cents: int
    assistance_cents: int
    care_cents: int
    prepaid_cents: int
    due_cents: int


class CaseMoveIn(In):
    move: Literal["answer", "clear", "uphold", "appeal", "recover", "grant"]
    text: Annotated[str, Field(min_length=1, max_length=1000)]
    version: Annotated[int, Field(strict=True, ge=1, le=10**6)]
    amount_cents: Cents | None = None


class CaseShown(Schema):
    id: UUID
    rule: str
    state: str
    version: int
    institution: str
    amount_cents: int
    due_at: datetime | None
    details: dict[str, int]
    claims: list[UUID]


class CasesShown(Schema):
    items: list[CaseShown]


def settlement_shown(found: Estimate, ended_at: datetime) -> SettlementShown:
    steps = grounded(found.bill, found.settlement, rulebooks.current(), localdate(ended_at))
    state = ReferralState(found.referral_state).name.lower()
    return SettlementShown(amounts=found.settlement._asdict(), referral_state=state, steps=_steps(steps))


def claim_shown(claim: Claim) -> ClaimShown:
    return ClaimShown(**_claim(claim))


def compared_shown(claim: Claim) -> ComparedShown:
    found = [
        UnlikeShown(
            name=one.name, official_cents=one.official_cents, ours_cents=one.ours_cents, reason=one.reason,
            words=REASONS[one.reason],
        )
        for one in differences(claim)
    ]  # fmt: skip
    return ComparedShown(**_claim(claim), differences=found)


def filing_shown(filing: Filing) -> FilingShown:
    return FilingShown(
        id=filing.pk, kind=FactKind(filing.kind).value, filed_at=filing.filed_at, valid_until=filing.valid_until,
        withdrawn_at=filing.withdrawn_at,
    )  # fmt: skip


def statement_shown(statement: Statement) -> StatementShown:
    names = StatementShown.model_fields.keys() - {"institution"}
    return StatementShown(
        institution=statement.institution.code, **{name: getattr(statement, name) for name in names}
    )  # fmt: skip


def case_shown(case: Case) -> CaseShown:
    return CaseShown(
        id=case.pk, rule=case.rule, state=case.state, version=case.version, institution=case.institution.code,
        amount_cents=case.amount_cents, due_at=case.due_at, details=case.details,
        claims=[claim.pk for claim in case.claims.all()],
    )  # fmt: skip


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.pk, "mode": claim.mode, "state": claim.state, "institution": claim.institution.code,
        "setting": claim.setting, "admitted_at": claim.admitted_at, "ended_at": claim.ended_at,
        "rests_on": claim.rests_on, "late_by_hours": claim.late_by_hours, "replaces": claim.replaces_id,
        "rulebook_version": claim.rulebook_version, "amounts": claim.settlement,
        "referral_state": ReferralState(claim.referral_state).name.lower(), "steps": _steps(explained(claim)),
    }  # fmt: skip


def _steps(steps: list[Step]) -> list[SettlementStepShown]:
    return [SettlementStepShown(words=one.words, clause=one.clause, basis=one.basis) for one in steps]
