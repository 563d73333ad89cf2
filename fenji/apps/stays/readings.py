"""Readings of an inpatient, and what they and the days in hospital say about going down: on what grounds, or why not.

The criteria are the catalogue's for going down; the days are those suggested for the disease. Both are the rulebook's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, rulebooks
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.stays import rules, standing
from fenji.apps.stays.models import Stay
from fenji.apps.stays.policies import OBSERVERS
from fenji.apps.stays.projection import age_of
from fenji.kernel.conditions import Answer, Value
from fenji.kernel.criteria import Finding, Measure, check_measures, evaluate_catalogue
from fenji.kernel.referral import Direction
from fenji.kernel.stays import StayState, days_in


@dataclass(frozen=True)
class Grounds:
    """Why somebody could go down: a criterion that is met, days past what is suggested, both or neither.

    `findings` are all criteria that concern the disease, met before unknown before unmet.
    """

    findings: tuple[Finding, ...]
    days: int
    suggested_days: int | None

    @property
    def met(self) -> Finding | None:
        return next((one for one in self.findings if one.answer is Answer.MET), None)

    @property
    def is_stable(self) -> bool:
        return self.met is not None

    @property
    def is_long(self) -> bool:
        return self.suggested_days is not None and self.days > self.suggested_days

    @property
    def hold(self) -> bool:
        return self.is_stable or self.is_long


def grounds_of(stay: Stay, *, at: datetime) -> Grounds:
    """What is known about somebody in bed going down."""
    catalogue = rulebooks.current().catalogue(rules.day_of(at))
    findings = evaluate_catalogue(catalogue, stay.measures, stay.diagnosis_code, Direction.DOWN)
    suggested = rules.suggested_stay(stay.diagnosis_code, age_of(stay, at), at) if stay.diagnosis_code else None
    days = days_in(stay.admitted_at or stay.from_at, at)
    return Grounds(tuple(findings), days, suggested.days if suggested else None)


def asked_of(stay: Stay, *, at: datetime) -> list[Measure]:
    """What the criteria for going down want to know of this patient, in the order they ask."""
    catalogue = rulebooks.current().catalogue(rules.day_of(at))
    return catalogue.asked_for(stay.diagnosis_code, stay.measures, Direction.DOWN)


@transaction.atomic
def observe(stay_id: UUID, measures: Mapping[str, Value | None], *, by: User, at: datetime) -> Stay:
    """Write down readings of an inpatient; None takes an earlier answer back. Raises Invalid, NotFound."""
    lying = Stay.objects.select_for_update(of=("self",), no_key=True).filter(state=StayState.OCCUPIED)
    stay = lying.filter(pk=stay_id).first()
    if stay is None:
        raise NotFound
    standing.check_holds(by, stay.institution_id, OBSERVERS, at=at)
    catalogue = rulebooks.current().catalogue(rules.day_of(at))
    if faults := check_measures(catalogue, dict(measures)):
        raise Invalid(fields=faults)
    told = {**stay.measures, **measures}
    stay.measures = {code: value for code, value in told.items() if value is not None}
    stay.measured_at = at
    stay.save(update_fields=["measures", "measured_at"])
    audit.record(
        "stay.observe", stay, by=by, at=at, resident_id=stay.resident_id, institution_id=stay.institution_id,
        details={"measures": sorted(measures)},
    )  # fmt: skip
    return stay
