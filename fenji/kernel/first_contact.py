"""Whether a first visit was made where the city's rule wants it (基层首诊), and by which clause."""

from collections.abc import Mapping
from dataclasses import dataclass

from fenji.kernel.reasons import Clause
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


@dataclass(frozen=True)
class FirstContactRules:
    """`rule` is guided (advice only), compulsory, stepwise or older_first; `clauses` by the names of the fields."""

    rule: str
    clauses: Mapping[str, Clause]
    tcm_outpatient_counts: bool = False
    serious_child_at_tertiary: bool = False
    child_up_to_years: int = 14


@dataclass(frozen=True)
class Judgement:
    """`counts`: it is a first contact as the rule wants it. `is_binding`: where it does not, the rule forbids it."""

    counts: bool
    code: str
    rests_on: Clause | None
    is_binding: bool


def judge_first_contact(visit: FirstVisit, rules: FirstContactRules) -> Judgement:
    """The first ground on which the visit counts; else that it was made elsewhere."""
    is_child = visit.age_years is not None and visit.age_years <= rules.child_up_to_years
    is_serious = visit.is_difficult or visit.urgency is not Urgency.ROUTINE
    grounds = (
        (visit.kind in PRIMARY_KINDS, "rule", "primary"),
        (visit.urgency is Urgency.EMERGENCY, "rule", "emergency"),
        (
            rules.tcm_outpatient_counts and visit.kind is Kind.TCM and visit.specialty.startswith(TCM_SPECIALTIES),
            "tcm_outpatient_counts",
            "tcm_outpatient",
        ),
        (
            rules.serious_child_at_tertiary and is_child and is_serious and visit.level is Level.TERTIARY,
            "serious_child_at_tertiary",
            "serious_child",
        ),
    )
    for holds, clause, code in grounds:
        if holds:
            return Judgement(True, code, rules.clauses.get(clause), is_binding=False)
    return Judgement(False, "elsewhere", rules.clauses.get("rule"), is_binding=rules.rule in BINDING)
