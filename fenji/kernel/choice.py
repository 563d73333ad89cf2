"""Where a case should go: the lowest adequate institutions, in the order a city's rules give, each with its reasons.

Adequacy comes first (`adequacy`) and no preference overrides it. Among the adequate, a city orders by lowest tier, own
consortium and distance; an emergency only by distance; downward the resident's own team and town come first, then who
had sent the resident up.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fenji.kernel.adequacy import LEVEL_RANK, Candidate, Case, Needed, clause_of, needed_for, reason_against
from fenji.kernel.reasons import LEVEL_NAMES, TIER_NAMES, Clause, Reason, reason, words_for
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Level, LinkKind, Tier

__all__ = ["Candidate", "Case", "Choice", "ChoiceRules", "Needed", "Proposal", "RuledOut", "is_inside", "propose"]
INTEGRATED = frozenset({"urban_group", "county_township", "asset_integrated", "mch"})
FAR_KM = float("inf")  # a place that is not known comes last
HOME_REASONS = ("contract", "home_town", "sent_up")  # downward, in this order
ASK_WHY = frozenset({"outside", "higher", "same_tier"})  # reasons that name a preference not followed


@dataclass(frozen=True)
class ChoiceRules:
    """The city's preferences and exceptions on a day; `clauses` says what each rests on, by its name here."""

    order: tuple[str, ...]  # of lowest_adequate, consortium, nearest
    clauses: Mapping[str, Clause]
    same_tier: bool = True
    stepwise: bool = False
    exempt_choose_freely: bool = False
    recheck_same_institution: bool = False
    home_first: bool = True
    serious_child_at_tertiary: bool = False
    child_up_to_years: int = 14


@dataclass(frozen=True)
class Proposal:
    """An adequate institution. `needs_reason`: whoever picks it writes why, because the rules prefer another."""

    candidate: Candidate
    reasons: tuple[Reason, ...]
    needs_reason: bool
    free_in_days: float | None  # until the next place for referred patients


@dataclass(frozen=True)
class RuledOut:
    candidate: Candidate
    reason: Reason


@dataclass(frozen=True)
class Choice:
    needed: Needed
    proposals: tuple[Proposal, ...]  # best first
    ruled_out: tuple[RuledOut, ...]  # nearest first

    def asks_why(self, code: str) -> Reason | None:
        """What whoever sends there must give a reason against: a preference not followed, or that it is ruled out."""
        for one in self.proposals:
            if one.candidate.code == code:
                return next((each for each in one.reasons if each.code in ASK_WHY), None)
        against = (one.reason for one in self.ruled_out if one.candidate.code == code)
        return next(against, reason("unknown"))


def is_inside(consortium_kind: str, *, is_led_by_either: bool) -> bool:
    """Whether two members refer to each other as inside one consortium (Y 二(七)4: 医联体内上级医院).

    In an integrated one all do; in loose cooperation only with the lead: who is helped by the same hospital is no pair.
    """
    return is_led_by_either or consortium_kind in INTEGRATED


def propose(case: Case, candidates: Iterable[Candidate], rules: ChoiceRules, at: datetime) -> Choice:
    """Every candidate either proposed, in order, or ruled out with the first reason that speaks against it."""
    needed = needed_for(case)
    fit: list[Candidate] = []
    out: list[RuledOut] = []
    for candidate in candidates:
        against = reason_against(case, candidate, needed, same_tier=rules.same_tier)
        if against is None:
            fit.append(candidate)
        else:
            out.append(RuledOut(candidate, against))
    if _must_go_stepwise(case, rules):
        fit, skipped = _one_level_at_a_time(case, fit, rules)
        out.extend(skipped)
    fit.sort(key=_order(case, fit, rules))
    proposals = tuple(_proposal(case, fit, number, needed, rules, at) for number in range(len(fit)))
    return Choice(needed, proposals, tuple(sorted(out, key=lambda one: _by_distance(one.candidate))))


def _must_go_stepwise(case: Case, rules: ChoiceRules) -> bool:
    is_planned = case.direction is Direction.UP and case.urgency is not Urgency.EMERGENCY
    return rules.stepwise and is_planned and not _chooses_freely(case, rules)


def _chooses_freely(case: Case, rules: ChoiceRules) -> bool:
    return case.is_exempt and rules.exempt_choose_freely


def _one_level_at_a_time(
    case: Case, fit: list[Candidate], rules: ChoiceRules
) -> tuple[list[Candidate], list[RuledOut]]:
    """Only the lowest hospital level among the adequate; a re-check may go where the disease was treated before."""
    if not fit:
        return fit, []
    lowest = min((one.level for one in fit), key=LEVEL_RANK.__getitem__)
    words, words_en = LEVEL_NAMES[lowest]
    against = reason("stepwise", rules.clauses.get("stepwise"), lower=words, lower_en=words_en)
    kept = [
        one for one in fit if one.level is lowest or _is_recheck(case, one, rules) or _suits_child(case, one, rules)
    ]
    return kept, [RuledOut(one, against) for one in fit if one not in kept]


def _is_recheck(case: Case, candidate: Candidate, rules: ChoiceRules) -> bool:
    return rules.recheck_same_institution and candidate.code == case.treated_before_at


def _suits_child(case: Case, candidate: Candidate, rules: ChoiceRules) -> bool:
    """Y 二(八)3: a seriously ill or difficult child may start at a tertiary institution."""
    return (
        rules.serious_child_at_tertiary
        and case.age_years is not None
        and case.age_years <= rules.child_up_to_years
        and (case.is_difficult or case.urgency is not Urgency.ROUTINE)
        and candidate.level is Level.TERTIARY
    )


def _order(case: Case, fit: list[Candidate], rules: ChoiceRules) -> Callable[[Candidate], tuple[float | str, ...]]:
    """The sort key: preferences as numbers, then distance and code, so that the order is total and stable."""
    lowest = min((one.tier for one in fit), default=Tier.VILLAGE)
    preferences: dict[str, Callable[[Candidate], float]] = {
        "lowest_adequate": lambda one: lowest if _suits_child(case, one, rules) else one.tier,
        "consortium": _closeness,
        "nearest": lambda one: FAR_KM if one.distance_km is None else one.distance_km,
    }

    def key(one: Candidate) -> tuple[float | str, ...]:
        if case.urgency is Urgency.EMERGENCY and case.direction is not Direction.DOWN:
            return _by_distance(one)
        home = _home_rank(one) if case.direction is Direction.DOWN and rules.home_first else 0
        first = 0 if _is_recheck(case, one, rules) else 1
        return (home, first, *(preferences[name](one) for name in rules.order), *_by_distance(one))

    return key


def _by_distance(one: Candidate) -> tuple[float | str, ...]:
    return FAR_KM if one.distance_km is None else one.distance_km, one.code


def _closeness(one: Candidate) -> float:
    """0 same consortium, 1 paired for the specialty, 2 another tie, 3 none."""
    if one.same_consortium or LinkKind.GROUP in one.links:
        return 0
    if LinkKind.SPECIALTY in one.links:
        return 1
    return 2 if one.links else 3


def _home_rank(one: Candidate) -> int:
    """0 the resident's own team, 1 the own town, 2 who had sent the resident up, 3 anybody else."""
    marks = (one.is_contracted, one.serves_town, one.sent_up)
    return marks.index(True) if True in marks else len(HOME_REASONS)


def _is_home(case: Case, one: Candidate) -> bool:
    return case.direction is Direction.DOWN and _home_rank(one) < len(HOME_REASONS)


def _proposal(
    case: Case, fit: list[Candidate], number: int, needed: Needed, rules: ChoiceRules, at: datetime
) -> Proposal:
    """The one of this number among the adequate, best first. A reason is asked for only where a better one precedes."""
    one, reasons = fit[number], tuple(_reasons_for(case, fit, number, needed, rules))
    free_in_days = None if one.next_free_at is None else max(0.0, (one.next_free_at - at).total_seconds() / 86400)
    return Proposal(one, reasons, any(each.code in ASK_WHY for each in reasons), free_in_days)


def _reasons_for(case: Case, fit: list[Candidate], number: int, needed: Needed, rules: ChoiceRules) -> Iterable[Reason]:
    on, one, better = rules.clauses.get, fit[number], fit[:number]
    if needed.criterion is not None:
        words, words_en = words_for(needed.tier, needed.level)
        title, title_en = needed.criterion.title, needed.criterion.title_en
        rests_on = clause_of(needed.criterion)
        yield reason("criterion", rests_on, title=title, title_en=title_en, needed=words, needed_en=words_en)
    if case.urgency is Urgency.EMERGENCY and case.direction is not Direction.DOWN:
        yield reason("emergency", on("emergency_nearest"))
    elif case.direction is Direction.SAME:
        yield reason("same_tier", on("same_tier"))
    elif _suits_child(case, one, rules):
        yield reason("child_at_tertiary", on("serious_child_at_tertiary"))
    elif one.tier == min(each.tier for each in fit):
        tier, tier_en = TIER_NAMES[one.tier]
        yield reason("lowest_adequate", on("lowest_adequate"), tier=tier, tier_en=tier_en)
    elif _skips_tier(case, one, rules) and any(each.tier < one.tier for each in better):
        yield reason("higher", on("lowest_adequate"))
    if _is_home(case, one):
        yield reason(HOME_REASONS[_home_rank(one)], on("home_first"))
    if _is_recheck(case, one, rules):
        yield reason("recheck", on("recheck_same_institution"))
    if _chooses_freely(case, rules):
        yield reason("exempt", on("exempt_choose_freely"))
    yield from _reasons_of_ties(case, one, better, rules)
    if one.distance_km is not None:
        yield reason("nearest", on("nearest"), distance=f"{one.distance_km:.1f}")


def _skips_tier(case: Case, one: Candidate, rules: ChoiceRules) -> bool:
    """Upward above the lowest adequate tier, where the city prefers that and nothing excuses it."""
    is_bound = case.direction is Direction.UP and "lowest_adequate" in rules.order
    return is_bound and not (_is_recheck(case, one, rules) or _chooses_freely(case, rules))


def _reasons_of_ties(case: Case, one: Candidate, better: list[Candidate], rules: ChoiceRules) -> Iterable[Reason]:
    on, closeness = rules.clauses.get("consortium"), _closeness(one)
    if closeness == 0:
        name, name_en = one.consortium or "医联体", one.consortium_en or one.consortium or "the consortium"
        yield reason("consortium", on, consortium=name, consortium_en=name_en)
    elif closeness < 3:
        yield reason("specialty_pair" if closeness == 1 else "assistance", on)
    is_planned = "consortium" in rules.order and case.urgency is not Urgency.EMERGENCY
    is_bound = is_planned and not _is_home(case, one) and not _chooses_freely(case, rules)
    if closeness > 0 and is_bound and any(_closeness(each) == 0 for each in better):
        yield reason("outside", on)
