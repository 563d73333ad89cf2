"""Choosing where: the kernel's proposal, fed with the network, free places and measured waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fenji.apps.booking import queries as booking
from fenji.apps.booking.delays import PatientGroup
from fenji.apps.booking.policies import REFERRED
from fenji.apps.booking.waits import Waits, waits
from fenji.apps.common import rulebooks
from fenji.apps.contracts.queries import contract_on
from fenji.apps.referrals import exempt
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.queries import who_had_sent, who_refused
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Institution
from fenji.apps.registry.queries import Candidate as Neighbour
from fenji.apps.registry.queries import candidates_for, serving
from fenji.apps.registry.snapshot import network
from fenji.apps.residents.models import Resident
from fenji.kernel.choice import Candidate, Case, Choice, propose
from fenji.kernel.criteria import Finding, evaluate_catalogue
from fenji.kernel.reasons import Reason
from fenji.kernel.referral import Direction, Urgency


@dataclass(frozen=True)
class Question:
    """What is asked: a patient, a sender, what the patient has, which way and how soon; `not_to` refused already."""

    resident: Resident
    sender: Institution
    direction: Direction
    urgency: Urgency
    specialty: str
    diagnosis_code: str
    measures: Mapping[str, Any]
    at: datetime
    not_to: frozenset[str] = frozenset()  # codes


@dataclass(frozen=True)
class Answer:
    """The choice, the findings it rests on, the department behind each proposed institution's code, and its waits.

    `is_booked`: places and waits mean something; an emergency is taken at once, primary care takes over without one.
    """

    choice: Choice
    findings: list[Finding]
    departments: Mapping[str, int]
    waited: Mapping[int, Waits]  # by department; empty where none were asked for
    is_booked: bool = True

    def waits_at(self, institution_code: str) -> Waits:
        """How long each group of patients waited lately in the department that would see this one."""
        return self.waited.get(self.departments.get(institution_code, 0), {})


def findings_for(measures: Mapping[str, Any], diagnosis_code: str, direction: Direction, on: date) -> list[Finding]:
    """Which criteria of the catalogue the case meets, and which values were missing."""
    return evaluate_catalogue(rulebooks.current().catalogue(on), measures, diagnosis_code, direction)


def choose(question: Question, *, with_places: bool = True) -> Answer:
    """Where this patient should go, best first, each with next free place, wait, distance and reasons.

    Without places (they decide nothing) it asks the database for little.
    """
    day = day_of(question.at)
    age = exempt.age_of(question.resident, day)
    measures = {**({"age": age} if age is not None else {}), **question.measures}
    findings = findings_for(measures, question.diagnosis_code, question.direction, day)
    # Downward primary care takes over, whatever its list of specialties says.
    specialty = "" if question.direction is Direction.DOWN else question.specialty
    near = candidates_for(
        specialty, sender_id=question.sender.pk, on=day, emergency=question.urgency is Urgency.EMERGENCY
    )
    near = [one for one in near if one.institution.code not in question.not_to]
    departments = _departments(near, question, day)
    case = Case(
        direction=question.direction,
        urgency=question.urgency,
        specialty=question.specialty,
        sender=question.sender.code,
        sender_tier=network().nodes[question.sender.pk].tier,
        sender_level=network().nodes[question.sender.pk].level,
        findings=tuple(findings),
        age_years=age,
        is_exempt=exempt.is_exempt(age, question.diagnosis_code, day),
    )
    shown = departments if with_places else {}
    waited = waits(shown.values(), at=question.at)
    candidates = _candidates(near, shown, waited, question, day)
    choice = propose(case, candidates, rulebooks.current().choice_rules(day), question.at)
    is_booked = question.urgency is not Urgency.EMERGENCY and question.direction is not Direction.DOWN
    return Answer(choice, findings, departments, waited, is_booked)


def asks_why(question: Question, institution_code: str) -> Reason | None:
    """What whoever sends the patient to this institution must give a reason against; None: it is as the rules want it.

    Nobody is asked in an emergency.
    """
    if question.urgency is Urgency.EMERGENCY:
        return None
    return choose(question, with_places=False).choice.asks_why(institution_code)


def question_of(referral: Referral, at: datetime, *, sender: Institution | None = None) -> Question:
    """The question a referral asks again: after a refusal, or when its receiver hands it on (then the sender is it)."""
    return Question(
        referral.resident, sender or referral.sender, Direction(referral.direction), Urgency(referral.urgency),
        referral.specialty, referral.diagnosis_code, referral.measures, at, frozenset(who_refused(referral)),
    )  # fmt: skip


def _departments(near: list[Neighbour], question: Question, day: date) -> dict[str, int]:
    """The department of each neighbour that would see the patient."""
    found = {}
    for one in near:
        unit = _unit(one, question, day)
        if unit is not None:
            found[one.institution.code] = unit
    return found


def _unit(near: Neighbour, question: Question, day: date) -> int | None:
    units = [unit for unit in near.institution.departments if unit.valid_until is None or unit.valid_until > day]
    if question.urgency is Urgency.EMERGENCY:
        return next((unit.id for unit in units if unit.is_emergency), None)
    for wanted in (question.specialty, question.specialty.partition(".")[0]):
        if found := next((unit.id for unit in units if wanted and unit.specialty == wanted), None):
            return found
    return None


def _candidates(
    near: list[Neighbour], departments: Mapping[str, int], waited: Mapping[int, Waits], question: Question, day: date
) -> list[Candidate]:
    free = booking.next_free(departments.values(), access=REFERRED, at=question.at)
    homes = _homes(question.resident, day)
    is_down = question.direction is Direction.DOWN
    came_from = who_had_sent(question.resident.pk, question.sender.pk) if is_down else set()
    return [
        Candidate(
            code=one.institution.code,
            tier=one.institution.tier,
            level=one.institution.level,
            kind=one.institution.kind,
            specialties=frozenset(one.institution.specialties_on(day)),
            links=one.links,
            same_consortium=one.same_consortium,
            consortium=one.consortium,
            distance_km=one.distance_km,
            next_free_at=free.get(departments.get(one.institution.code, 0)),
            wait_days=_referred_days(waited.get(departments.get(one.institution.code, 0), {})),
            has_emergency=any(unit.is_emergency for unit in one.institution.departments),
            is_contracted=one.institution.id == homes[0],
            serves_town=one.institution.id in homes[1],
            sent_up=one.institution.id in came_from,
        )
        for one in near
    ]


def _referred_days(waited: Waits) -> float | None:
    return waited[PatientGroup.REFERRED].days if PatientGroup.REFERRED in waited else None


def _homes(resident: Resident, day: date) -> tuple[int | None, set[int]]:
    """Where the resident's family-doctor team works, and who serves the resident's town."""
    contract = contract_on(resident.pk, day)
    town = {one.pk for one in serving(resident.town_id, day)} if resident.town_id else set()
    return (contract.team.institution_id if contract else None), town
