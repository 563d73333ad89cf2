"""The referral catalogue (转诊指导目录): criteria per disease and direction, and which of them a case meets."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from fenji.kernel.conditions import (
    Answer,
    Comparison,
    Condition,
    Measures,
    Value,
    comparisons_of,
    deciding,
    evaluate,
)
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Basis, Level, Tier


class MeasureKind(StrEnum):
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True)
class Measure:
    """Something known about a person now: a reading, a sign, a fact. `low`..`high` is what is plausible, inclusive."""

    code: str
    name: str
    name_en: str
    kind: MeasureKind
    unit: str = ""
    unit_en: str = ""  # empty: as in Chinese
    low: float | None = None
    high: float | None = None
    choices: Mapping[str, str] | None = None  # code: Chinese

    def problem_with(self, value: Value) -> str:
        """Why `value` cannot be this measure, in Chinese; empty when it can."""
        if self.kind is MeasureKind.YES_NO:
            return "" if isinstance(value, bool) else "应为是或否"
        if self.kind is MeasureKind.CHOICE:
            choices = self.choices or {}
            return "" if value in choices else f"应为 {'、'.join(choices.values())} 之一"
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return "应为数"
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            return f"应在 {self.low:g} 到 {self.high:g} {self.unit} 之间"
        return ""


@dataclass(frozen=True)
class Adequate:
    """Where a case belongs: upward the least tier and hospital level that will do, downward the tier that may take it.

    `status` may be weaker than that of the condition; `why` then gives the reason of the assumption.
    """

    tier: Tier
    level: Level  # NONE where the tier says enough
    status: Basis
    why: str = ""


@dataclass(frozen=True)
class Criterion:
    """One row of the catalogue."""

    code: str
    disease: str  # code of the group
    disease_name: str
    disease_name_en: str
    title: str
    title_en: str
    direction: Direction
    urgency: Urgency
    when: Condition
    to: Adequate
    specialty: str  # 诊疗科目
    advice: str
    advice_en: str
    diagnoses: tuple[str, ...]  # ICD-10 ranges it is asked for; none and no `or_if`: for everyone
    or_if: Condition | None  # also asked when this holds, whatever the diagnosis
    source: str
    source_title: str
    clause: str
    status: Basis

    def concerns(self, diagnosis_code: str, measures: Measures) -> bool:
        """Whether to ask it in this case: by diagnosis, by what is known of the person, or always."""
        if not self.diagnoses and self.or_if is None:
            return True
        if any(in_range(diagnosis_code, codes) for codes in self.diagnoses):
            return True
        return self.or_if is not None and evaluate(self.or_if, measures) is Answer.MET


@dataclass(frozen=True)
class Catalogue:
    measures: Mapping[str, Measure]
    criteria: tuple[Criterion, ...]

    @cached_property
    def by_code(self) -> dict[str, Criterion]:
        return {criterion.code: criterion for criterion in self.criteria}

    def asked_for(self, diagnosis_code: str, measures: Measures, direction: Direction) -> list[Measure]:
        """The measures worth filling in for this case, each once, in the order the criteria ask."""
        codes = dict.fromkeys(
            test.measure
            for criterion in self.criteria
            if criterion.direction is direction and criterion.concerns(diagnosis_code, measures)
            for test in comparisons_of(criterion.when)
        )
        return [self.measures[code] for code in codes]


@dataclass(frozen=True)
class Ground:
    """One test with the value it saw."""

    test: Comparison
    measure: Measure
    value: Value


@dataclass(frozen=True)
class Finding:
    """What one criterion answers for a case; `used` are the values that decided, `missing` what would decide."""

    criterion: Criterion
    answer: Answer
    used: tuple[Ground, ...]
    missing: tuple[Measure, ...]


URGENCY_RANK = {Urgency.EMERGENCY: 0, Urgency.URGENT: 1, Urgency.ROUTINE: 2}
_ANSWER_RANK = {Answer.MET: 0, Answer.UNKNOWN: 1, Answer.UNMET: 2}


def evaluate_catalogue(
    catalogue: Catalogue, measures: Measures, diagnosis_code: str, direction: Direction
) -> list[Finding]:
    """Every criterion that concerns the case: met before unknown before unmet, the worst urgency first in each."""
    findings = [
        _find(criterion, catalogue, measures)
        for criterion in catalogue.criteria
        if criterion.direction is direction and criterion.concerns(diagnosis_code, measures)
    ]
    return sorted(findings, key=_order)


def check_measures(catalogue: Catalogue, measures: Measures) -> dict[str, str]:
    """What is wrong with entered measures: code to a sentence in Chinese; empty when all can be used."""
    problems = {}
    for code, value in measures.items():
        if code not in catalogue.measures:
            problems[code] = "没有这项指标"
        elif value is not None and (problem := catalogue.measures[code].problem_with(value)):
            problems[code] = f"{catalogue.measures[code].name}{problem}"
    return problems


def in_range(code: str, codes: str) -> bool:
    """Whether an ICD-10 code falls under a code (`J44`, `B37.1`) or between two (`I10-I15`), both included."""
    first, _, last = codes.partition("-")
    return bool(code) and first <= code[: len(first)] and code[: len(last or first)] <= (last or first)


def _find(criterion: Criterion, catalogue: Catalogue, measures: Measures) -> Finding:
    used, missing = [], {}
    for test in dict.fromkeys(deciding(criterion.when, measures)):
        measure, value = catalogue.measures[test.measure], measures.get(test.measure)
        if value is None:
            missing[measure.code] = measure
        else:
            used.append(Ground(test, measure, value))
    return Finding(criterion, evaluate(criterion.when, measures), tuple(used), tuple(missing.values()))


def _order(finding: Finding) -> tuple[int, int, int, str]:
    criterion = finding.criterion
    return _ANSWER_RANK[finding.answer], URGENCY_RANK[criterion.urgency], -criterion.to.tier, criterion.code
