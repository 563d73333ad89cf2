"""Whether a first visit was made where the city's rule wants it (基层首诊), and by which clause."""

from collections.abc import Mapping
from dataclasses import dataclass

from fenji.kernel.reasons import Clause, Reason, reason
from fenji.kernel.referral import Urgency
from fenji.kernel.tiers import PRIMARY_KINDS, Kind, Level

TCM_SPECIALTIES = ("50", "52")  # 中医科, 中西医结合科
BINDING = ("compulsory", "stepwise")


@dataclass(frozen=True)
class FirstVisit:
    """A first contact for an illness, as far as the rule looks at it."""

    kind: Kind
    level: Level
    specialty: str
    urgency: Urgency
    age_years: int | None = None
    is_difficult: bool = False  # 疑难
    is_referred: bool = False  # a primary institution sent the patient here
    is_recheck: bool = False  # of a disease that was treated here
    is_exempt: bool = False  # of a group that chooses freely


@dataclass(frozen=True)
class FirstContactRules:
    """`rule` is guided (advice only), compulsory, stepwise or older_first; `clauses` by the names of the fields."""

    rule: str
    clauses: Mapping[str, Clause]
    tcm_outpatient_counts: bool = False
    serious_child_at_tertiary: bool = False
    child_up_to_years: int = 14
    older_from_years: int = 60
    exempt_choose_freely: bool = False
    recheck_same_institution: bool = False


@dataclass(frozen=True)
class Judgement:
    """`counts`: it is a first contact as the rule wants it. `is_binding`: where it does not, the rule forbids it.

    `field` names the rule's field the judgement rests on.
    """

    counts: bool
    code: str
    field: str
    reason: Reason
    is_binding: bool

    @property
    def rests_on(self) -> Clause | None:
        return self.reason.rests_on


def judge_first_contact(visit: FirstVisit, rules: FirstContactRules) -> Judgement:
    """The first ground on which the visit counts; else that it was made elsewhere."""
    for holds, field, code in _grounds(visit, rules):
        if holds:
            return _judged(code, field, rules, counts=True)
    return _judged("elsewhere", "rule", rules, counts=False)


def _grounds(visit: FirstVisit, rules: FirstContactRules) -> tuple[tuple[bool, str, str], ...]:
    """Each ground: whether it holds, the field of the rules it rests on, its code."""
    age = visit.age_years
    is_child = age is not None and age <= rules.child_up_to_years
    is_serious = visit.is_difficult or visit.urgency is not Urgency.ROUTINE
    is_tcm_clinic = visit.kind is Kind.TCM and visit.specialty.startswith(TCM_SPECIALTIES)
    is_younger = age is None or age < rules.older_from_years
    suits_child = is_child and is_serious and visit.level is Level.TERTIARY
    return (
        (visit.kind in PRIMARY_KINDS, "rule", "primary"),
        (visit.urgency is Urgency.EMERGENCY, "rule", "emergency"),
        (visit.is_referred, "rule", "referred"),
        (rules.tcm_outpatient_counts and is_tcm_clinic, "tcm_outpatient_counts", "tcm_outpatient"),
        (rules.serious_child_at_tertiary and suits_child, "serious_child_at_tertiary", "serious_child"),
        (rules.recheck_same_institution and visit.is_recheck, "recheck_same_institution", "recheck"),
        (rules.exempt_choose_freely and visit.is_exempt, "exempt_choose_freely", "exempt"),
        (rules.rule == "older_first" and is_younger, "older_from_years", "younger"),
    )


def _judged(code: str, field: str, rules: FirstContactRules, *, counts: bool) -> Judgement:
    words = reason(f"first_{code}", rules.clauses.get(field), years=str(rules.older_from_years))
    return Judgement(counts, code, field, words, is_binding=not counts and rules.rule in BINDING)
