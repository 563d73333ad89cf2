"""Which criteria a case meets, and where it should go."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from fenji.api.callers import caller_of
from fenji.api.shapes import catalogue as shapes
from fenji.api.shapes.common import answers
from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals.choosing import Question, choose, findings_for
from fenji.apps.registry.models import Institution
from fenji.apps.residents import relations
from fenji.apps.residents.policies import Purpose
from fenji.kernel.criteria import check_measures
from fenji.rulebook.diagnoses import load_diagnoses

router = Router(tags=["catalogue"])


@router.get("/diagnoses", response=answers(200, shapes.DiagnosesShown), summary="Find a diagnosis")
def diagnoses(
    request: HttpRequest, search: Annotated[str, Query(min_length=1, max_length=60)]
) -> shapes.DiagnosesShown:
    """ICD-10 by code, Chinese, pinyin, initials or English; the best twenty first."""
    found = load_diagnoses().search(search)
    return shapes.DiagnosesShown(
        items=[
            shapes.DiagnosisShown(code=one.code, name=one.name, name_en=one.name_en, specialty=one.specialty)
            for one in found
        ]
    )


@router.get("/measures", response=answers(200, shapes.MeasuresShown), summary="What the criteria ask for")
def measures(request: HttpRequest) -> shapes.MeasuresShown:
    catalogue = rulebooks.current().catalogue(timezone.localdate(caller_of(request).at))
    return shapes.MeasuresShown(
        items=[
            shapes.MeasureShown(
                code=one.code, name=one.name, name_en=one.name_en, kind=one.kind, unit=one.unit, low=one.low,
                high=one.high, choices=dict(one.choices or {}),
            )
            for one in catalogue.measures.values()
        ]
    )  # fmt: skip


@router.post("/criteria/evaluate", response=answers(200, shapes.FindingsShown), summary="Which criteria a case meets")
def evaluate(request: HttpRequest, given: shapes.CaseIn) -> shapes.FindingsShown:
    """Every criterion that concerns the case: met, unmet or unknown, with values, clause and status."""
    _check(request, given)
    day = timezone.localdate(caller_of(request).at)
    found = findings_for(given.measures, given.diagnosis_code, given.direction, day)
    return shapes.FindingsShown(items=[shapes.finding_shown(one) for one in found])


@router.post("/proposals", response=answers(200, shapes.ChoiceShown), summary="Where the case should go")
def proposals(request: HttpRequest, given: shapes.QuestionIn) -> shapes.ChoiceShown:
    """The adequate institutions, best first, each with next free place, wait, distance, reasons and clauses."""
    caller = caller_of(request)
    _check(request, given)
    house = Institution.objects.get(pk=caller.institution_id(given.acting_institution))
    resident = relations.access_resident(caller.user, given.resident_id, at=caller.at, purpose=Purpose.REFERRAL)
    answer = choose(
        Question(
            resident, house, given.direction, given.urgency, given.specialty, given.diagnosis_code, given.measures,
            caller.at,
        )
    )  # fmt: skip
    return shapes.ChoiceShown(
        proposals=[shapes.proposal_shown(one, answer) for one in answer.choice.proposals],
        ruled_out=[
            shapes.RuledOutShown(institution=one.candidate.code, reason=shapes.reason_shown(one.reason))
            for one in answer.choice.ruled_out
        ],
        findings=[shapes.finding_shown(one) for one in answer.findings],
    )


def _check(request: HttpRequest, given: shapes.CaseIn) -> None:
    catalogue = rulebooks.current().catalogue(timezone.localdate(caller_of(request).at))
    if wrong := check_measures(catalogue, given.measures):
        raise Invalid(fields={f"measures.{code}": words for code, words in wrong.items()})
