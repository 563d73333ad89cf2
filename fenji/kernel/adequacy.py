"""Whether an institution is good enough for a case: tier, hospital level, specialty, an emergency department.

No preference of a city overrides this; `choice` orders what is adequate.
"""

from dataclasses import dataclass
from datetime import datetime

from fenji.kernel.conditions import Answer
from fenji.kernel.criteria import Criterion, Finding
from fenji.kernel.reasons import Clause, Reason, reason, words_for
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import PRIMARY_KINDS, Grade, Kind, Level, LinkKind, Tier

LEVEL_RANK = {Level.NONE: 0, Level.PRIMARY: 1, Level.SECONDARY: 2, Level.TERTIARY: 3}
EMERGENCY_MEDICINE = "20"
BROAD = frozenset({Kind.GENERAL, Kind.TCM})
HOSPITALS = frozenset({Kind.GENERAL, Kind.TCM, Kind.MCH, Kind.PUBLIC_HEALTH, Kind.SPECIALTY})
CONTINUING = frozenset({Kind.REHABILITATION, Kind.NURSING_HOME, Kind.NURSING_STATION})
CENTRES = frozenset({Kind.TOWNSHIP, Kind.COMMUNITY_CENTRE})


@dataclass(frozen=True)
class Case:
    """What choosing needs to know of the patient and the sender. Without findings the next tier up is asked."""

    direction: Direction
    urgency: Urgency
    specialty: str  # 诊疗科目; empty: any
    sender: str
    sender_tier: Tier
    sender_level: Level
    findings: tuple[Finding, ...] = ()
    age_years: int | None = None
    is_difficult: bool = False  # 疑难
    is_exempt: bool = False  # of a group that chooses freely
    treated_before_at: str = ""  # where the same disease was treated, for a re-check


@dataclass(frozen=True)
class Candidate:
    """An institution as the sender sees it. `links` are ties that hold for the wanted specialty."""

    code: str
    tier: Tier
    level: Level
    kind: Kind
    grade: Grade = Grade.NONE
    specialties: frozenset[str] = frozenset()
    links: frozenset[LinkKind] = frozenset()
    same_consortium: bool = False  # one inside which patients are passed on: see choice.is_inside
    consortium: str = ""
    consortium_en: str = ""
    distance_km: float | None = None
    next_free_at: datetime | None = None  # next place for referred patients
    wait_days: float | None = None  # measured, from request to visit
    is_open: bool = True
    has_emergency: bool = False
    is_contracted: bool = False  # the resident's family-doctor team works here
    serves_town: bool = False  # serves the resident's town
    sent_up: bool = False  # sent the resident to the institution that now sends down


@dataclass(frozen=True)
class Needed:
    """The least that will do, and the criterion that says so (None: no criterion is met)."""

    tier: Tier
    level: Level
    criterion: Criterion | None = None

    def is_met_by(self, candidate: Candidate) -> bool:
        return candidate.tier >= self.tier and LEVEL_RANK[candidate.level] >= LEVEL_RANK[self.level]


def needed_for(case: Case) -> Needed:
    """What the criteria that are met ask for; else the next tier, and in an emergency at least a county's hospital."""
    met = [
        finding.criterion
        for finding in case.findings
        if finding.answer is Answer.MET
        and (finding.criterion.direction is Direction.DOWN) == (case.direction is Direction.DOWN)
    ]
    if case.direction is Direction.DOWN:
        return _needed_downward(met)
    least = _usual_least(case)
    if not met:
        return Needed(least, Level.NONE)
    worst = max(met, key=lambda one: (LEVEL_RANK[one.to.level], one.to.tier))
    level = worst.to.level
    return Needed(max(least, *(criterion.to.tier for criterion in met)), level, worst)


def offers(specialties: frozenset[str], wanted: str) -> bool:
    """Whether a specialty is offered: itself, by its parent (03 for 03.04), or as a parent by any of its parts."""
    parent = wanted.partition(".")[0]
    return (
        not wanted or bool({wanted, parent} & specialties) or any(one.startswith(f"{wanted}.") for one in specialties)
    )


def clause_of(criterion: Criterion) -> Clause:
    return Clause(criterion.source_title, criterion.clause, criterion.to.status)


def _needed_downward(met: list[Criterion]) -> Needed:
    """Of each disease the lowest tier that may take it; of these the highest, so that every disease is looked after."""
    lowest: dict[str, Criterion] = {}
    for criterion in sorted(met, key=lambda one: (one.to.tier, one.code)):
        lowest.setdefault(criterion.disease, criterion)
    highest = max(lowest.values(), key=lambda one: one.to.tier, default=None)
    return Needed(highest.to.tier if highest else Tier.TOWNSHIP, Level.NONE, highest)


def _usual_least(case: Case) -> Tier:
    if case.urgency is Urgency.EMERGENCY:
        return max(Tier.COUNTY, case.sender_tier)
    if case.direction is Direction.SAME:
        return case.sender_tier
    return Tier(min(case.sender_tier + 1, Tier.CITY))


def reason_against(case: Case, candidate: Candidate, needed: Needed, *, same_tier: bool) -> Reason | None:
    """The first thing that makes the candidate inadequate or inadmissible; None when nothing does."""
    needed_words, needed_words_en = words_for(needed.tier, needed.level)
    is_emergency = case.urgency is Urgency.EMERGENCY and case.direction is not Direction.DOWN
    checks: tuple[tuple[bool, str], ...] = (
        (candidate.code == case.sender, "sender"),
        (not candidate.is_open, "closed"),
        (candidate.kind not in _kinds_for(case.direction), "wrong_kind"),
        (case.direction is Direction.SAME and not same_tier and not is_emergency, "same_tier_closed"),
        (not needed.is_met_by(candidate), "too_low"),
        (not is_emergency and not _stands_right(case, candidate), _WRONG_STANDING[case.direction]),
        (is_emergency and not candidate.has_emergency, "no_emergency"),
        (is_emergency and not _takes_any_emergency(case, candidate), "narrow_emergency"),
        (not is_emergency and not _has_specialty(case, candidate), "no_department"),
    )
    for holds, code in checks:
        if holds:
            rests_on = clause_of(needed.criterion) if code == "too_low" and needed.criterion else None
            return reason(code, rests_on, needed=needed_words, needed_en=needed_words_en, specialty=case.specialty)
    return None


_WRONG_STANDING = {Direction.UP: "not_above", Direction.DOWN: "not_below", Direction.SAME: "not_same"}


def _kinds_for(direction: Direction) -> frozenset[Kind]:
    if direction is Direction.DOWN:
        return HOSPITALS | CONTINUING | PRIMARY_KINDS
    return HOSPITALS | CENTRES


def _stands_right(case: Case, candidate: Candidate) -> bool:
    """Above, below or beside the sender: by tier; within a tier by hospital level."""
    own = case.sender_tier, LEVEL_RANK[case.sender_level]
    other = candidate.tier, LEVEL_RANK[candidate.level]
    if case.direction is Direction.UP:
        # the highest there is has nobody above: beside is then as good
        return other > own or (own == other == (Tier.CITY, LEVEL_RANK[Level.TERTIARY]))
    if case.direction is Direction.DOWN:
        goes_back = candidate.sent_up and other <= own  # an emergency may have come from beside
        return other < own or goes_back or (candidate.kind in CONTINUING and candidate.tier <= case.sender_tier)
    return candidate.tier == case.sender_tier


def _takes_any_emergency(case: Case, candidate: Candidate) -> bool:
    """A general or TCM hospital does; a maternity, psychiatric or other special one only within its own specialties."""
    if candidate.kind in BROAD or case.specialty in ("", EMERGENCY_MEDICINE):
        return candidate.kind in BROAD
    return offers(candidate.specialties, case.specialty)


def _has_specialty(case: Case, candidate: Candidate) -> bool:
    """Downward a primary institution continues the care of any specialty, and others by general practice too."""
    if case.direction is Direction.DOWN and (candidate.kind in PRIMARY_KINDS | CONTINUING):
        return True
    return offers(candidate.specialties, case.specialty)
