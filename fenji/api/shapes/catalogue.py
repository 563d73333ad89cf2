"""Criteria, and proposals where a case should go, each with what it rests on."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from fenji.api.shapes.common import Code, In
from fenji.api.shapes.referrals import Measures
from fenji.apps.booking.delays import PatientGroup
from fenji.apps.referrals.choosing import Answer
from fenji.kernel.choice import Proposal
from fenji.kernel.criteria import Finding
from fenji.kernel.explanation import explain
from fenji.kernel.reasons import Reason
from fenji.kernel.referral import Direction, Urgency


class CaseIn(In):
    diagnosis_code: Annotated[str, Field(max_length=10)] = ""
    direction: Direction = Direction.UP
    measures: Measures = {}


class QuestionIn(CaseIn):
    resident_id: UUID
    urgency: Urgency = Urgency.ROUTINE
    specialty: Annotated[str, Field(max_length=8)] = ""
    acting_institution: Code = ""


class DiagnosisShown(Schema):
    """A diagnosis, and the 诊疗科目 it usually belongs to."""

    code: str
    name: str
    name_en: str
    specialty: str


class DiagnosesShown(Schema):
    items: list[DiagnosisShown]


class FindingShown(Schema):
    """One criterion of the catalogue: met, unmet or unknown, and why."""

    criterion: str
    title: str
    answer: str
    urgency: str
    explanation: str
    missing: list[str]
    source: str
    clause: str
    status: str


class FindingsShown(Schema):
    items: list[FindingShown]


class MeasureShown(Schema):
    code: str
    name: str
    name_en: str
    kind: str
    unit: str
    low: float | None
    high: float | None
    choices: dict[str, str]


class MeasuresShown(Schema):
    items: list[MeasureShown]


class ReasonShown(Schema):
    code: str
    text: str
    clause: str
    status: str


class WaitShown(Schema):
    """Of one group of patients, over the 30 days before: median days from asking to the appointment.

    What patients delayed themselves is left out of `days`: `patient_days` is the mean of those who did.
    """

    group: PatientGroup
    days: float
    count: int
    patient_days: float
    patient_count: int


class ProposalShown(Schema):
    """An adequate institution, best first. `wait_days`: of referred patients; `waits`: of each group that came.

    `needs_reason`: whoever picks it writes why.
    """

    institution: str
    department_id: int | None
    tier: int
    level: str
    distance_km: float | None
    next_free_at: datetime | None
    wait_days: float | None
    waits: list[WaitShown]
    needs_reason: bool
    reasons: list[ReasonShown]


class RuledOutShown(Schema):
    institution: str
    reason: ReasonShown


class ChoiceShown(Schema):
    proposals: list[ProposalShown]
    ruled_out: list[RuledOutShown]
    findings: list[FindingShown]


def finding_shown(one: Finding) -> FindingShown:
    criterion = one.criterion
    return FindingShown(
        criterion=criterion.code, title=criterion.title, answer=one.answer.value, urgency=criterion.urgency.value,
        explanation=explain(one), missing=[measure.code for measure in one.missing], source=criterion.source_title,
        clause=criterion.clause, status=criterion.status.value,
    )  # fmt: skip


def reason_shown(one: Reason) -> ReasonShown:
    return ReasonShown(
        code=one.code, text=one.text, clause=one.rests_on.clause if one.rests_on else "",
        status=one.rests_on.status.value if one.rests_on else "",
    )  # fmt: skip


def proposal_shown(one: Proposal, answer: Answer) -> ProposalShown:
    place = one.candidate
    waits = [WaitShown(group=group, **asdict(measured)) for group, measured in answer.waits_at(place.code).items()]
    return ProposalShown(
        institution=place.code, department_id=answer.departments.get(place.code), tier=place.tier,
        level=place.level.value, distance_km=place.distance_km, next_free_at=place.next_free_at,
        wait_days=place.wait_days, waits=waits, needs_reason=one.needs_reason,
        reasons=[reason_shown(reason) for reason in one.reasons],
    )  # fmt: skip
