"""Cases, candidates and rules that tests of choosing are made of."""

from datetime import UTC, datetime
from typing import Any

from fenji.kernel.choice import Candidate, Case, Choice, ChoiceRules
from fenji.kernel.conditions import Answer
from fenji.kernel.criteria import Adequate, Finding
from fenji.kernel.reasons import Clause
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Basis, Kind, Level, Tier
from tests.kernel.test_criteria import HIGH, criterion

AT = datetime(2026, 9, 7, 2, tzinfo=UTC)
NAMES = ("lowest_adequate", "consortium", "nearest", "emergency_nearest", "same_tier", "stepwise", "home_first")
RULES = ChoiceRules(
    order=("lowest_adequate", "consortium", "nearest"),
    clauses={name: Clause("方案", name, Basis.STATED) for name in NAMES},
)


def hospital(code: str, **changes: Any) -> Candidate:
    usual: dict[str, Any] = {
        "tier": Tier.COUNTY, "level": Level.SECONDARY, "kind": Kind.GENERAL, "specialties": frozenset({"03.04"}),
        "distance_km": 10.0, "has_emergency": True,
    }  # fmt: skip
    return Candidate(code=code, **usual | changes)


def city(code: str, **changes: Any) -> Candidate:
    return hospital(code, **{"tier": Tier.CITY, "level": Level.TERTIARY} | changes)


def township(code: str, **changes: Any) -> Candidate:
    usual: dict[str, Any] = {
        "tier": Tier.TOWNSHIP, "level": Level.PRIMARY, "kind": Kind.TOWNSHIP, "specialties": frozenset({"02"}),
        "has_emergency": False,
    }  # fmt: skip
    return hospital(code, **usual | changes)


def up(**changes: Any) -> Case:
    usual: dict[str, Any] = {
        "direction": Direction.UP, "urgency": Urgency.ROUTINE, "specialty": "03.04", "sender": "sender",
        "sender_tier": Tier.TOWNSHIP, "sender_level": Level.PRIMARY,
    }  # fmt: skip
    return Case(**usual | changes)


def down(**changes: Any) -> Case:
    return up(**{"direction": Direction.DOWN, "sender_tier": Tier.CITY, "sender_level": Level.TERTIARY} | changes)


def met(code: str = "x", *, tier: Tier = Tier.COUNTY, level: Level = Level.TERTIARY, **changes: Any) -> Finding:
    row = criterion(code, HIGH, to=Adequate(tier, level, Basis.ASSUMED, "理由"), **changes)
    return Finding(row, Answer.MET, (), ())


def proposed(choice: Choice) -> list[str]:
    return [proposal.candidate.code for proposal in choice.proposals]


def why_not(choice: Choice) -> dict[str, str]:
    return {one.candidate.code: one.reason.code for one in choice.ruled_out}


def reasons_of(choice: Choice, code: str) -> list[str]:
    return next([r.code for r in one.reasons] for one in choice.proposals if one.candidate.code == code)
