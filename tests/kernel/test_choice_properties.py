"""Choosing where, for every case, every set of candidates and whatever a city prefers."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.adequacy import HOSPITALS, LEVEL_RANK, offers
from fenji.kernel.choice import Candidate, Case, ChoiceRules, propose
from fenji.kernel.reasons import SENTENCES
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import PRIMARY_KINDS, Kind, Level, LinkKind, Tier
from tests.kernel.choosing import AT, RULES, met, proposed, why_not

candidates = st.lists(
    st.builds(
        Candidate,
        code=st.sampled_from("abcdefgh"),
        tier=st.sampled_from(list(Tier)),
        level=st.sampled_from(list(Level)),
        kind=st.sampled_from([Kind.GENERAL, Kind.TCM, Kind.TOWNSHIP, Kind.VILLAGE_STATION, Kind.NURSING_HOME]),
        specialties=st.sampled_from([frozenset({"02"}), frozenset({"03"}), frozenset({"03.04", "10"})]),
        links=st.frozensets(st.sampled_from(list(LinkKind))),
        same_consortium=st.booleans(),
        distance_km=st.sampled_from([None, 0.0, 1.0]),
        is_open=st.integers(0, 9).map(bool),  # mostly
        has_emergency=st.booleans(),
        is_contracted=st.booleans(),
        serves_town=st.booleans(),
        sent_up=st.booleans(),
    ).map(lambda one: replace(one, tier=min(one.tier, Tier.TOWNSHIP)) if one.kind in PRIMARY_KINDS else one),
    min_size=4,
    max_size=8,
    unique_by=lambda one: one.code,
)
findings = st.lists(
    st.builds(
        lambda tier, level, direction: met("c", tier=tier, level=level, direction=direction),
        st.sampled_from(list(Tier)),
        st.sampled_from(list(Level)),
        st.sampled_from([Direction.UP, Direction.DOWN]),
    ),
    max_size=1,
).map(tuple)
cases = st.builds(
    Case,
    direction=st.sampled_from(list(Direction)),
    urgency=st.sampled_from(list(Urgency)),
    specialty=st.sampled_from(["", "03.04"]),
    sender=st.sampled_from("abz"),
    sender_tier=st.sampled_from(list(Tier)),
    sender_level=st.sampled_from(list(Level)),
    findings=findings,
    age_years=st.none() | st.integers(0, 90),
    is_difficult=st.booleans(),
    is_exempt=st.booleans(),
    treated_before_at=st.sampled_from(["", "a", "c"]),
)
rules_of_a_city = st.builds(
    ChoiceRules,
    order=st.permutations(["lowest_adequate", "consortium", "nearest"]).map(tuple),
    clauses=st.just(RULES.clauses),
    same_tier=st.booleans(),
    stepwise=st.booleans(),
    exempt_choose_freely=st.booleans(),
    recheck_same_institution=st.booleans(),
    home_first=st.booleans(),
    serious_child_at_tertiary=st.booleans(),
)


@given(cases, candidates, rules_of_a_city)
def test_whatever_the_city_prefers_nothing_inadequate_is_proposed(
    case: Case, offered: list[Candidate], rules: ChoiceRules
) -> None:
    least = [
        finding.criterion.to
        for finding in case.findings
        if (finding.criterion.direction is Direction.DOWN) == (case.direction is Direction.DOWN)
    ]
    for one in (proposal.candidate for proposal in propose(case, offered, rules, AT).proposals):
        assert one.is_open and one.code != case.sender
        if case.direction is Direction.DOWN:
            # all criteria here are of one disease: the lowest that is met allows, a township needs none
            assert one.tier >= min((to.tier for to in least), default=Tier.TOWNSHIP)
            assert one.kind in PRIMARY_KINDS or one.tier <= case.sender_tier
            continue
        assert one.kind in HOSPITALS | {Kind.TOWNSHIP, Kind.COMMUNITY_CENTRE}
        assert all(one.tier >= to.tier and LEVEL_RANK[one.level] >= LEVEL_RANK[to.level] for to in least)
        if case.urgency is Urgency.EMERGENCY:
            assert one.kind in {Kind.GENERAL, Kind.TCM}  # no special hospital among these
            assert one.has_emergency and one.tier >= Tier.COUNTY
        else:
            assert offers(one.specialties, case.specialty) and one.tier >= case.sender_tier


@given(cases, candidates, rules_of_a_city)
def test_everyone_is_either_proposed_or_ruled_out_in_words(
    case: Case, offered: list[Candidate], rules: ChoiceRules
) -> None:
    choice = propose(case, offered, rules, AT)
    assert sorted([*proposed(choice), *why_not(choice)]) == sorted(one.code for one in offered)
    for each in (*choice.ruled_out, *(r for p in choice.proposals for r in p.reasons)):
        said = getattr(each, "reason", each)
        assert said.code in SENTENCES and said.text and "{" not in said.text + said.text_en


@given(cases, candidates, rules_of_a_city)
def test_whoever_sends_to_the_first_choice_owes_no_reason_but_for_the_same_tier(
    case: Case, offered: list[Candidate], rules: ChoiceRules
) -> None:
    for best in propose(case, offered, rules, AT).proposals[:1]:
        assert not best.needs_reason or case.direction is Direction.SAME


@given(cases, candidates, rules_of_a_city, st.randoms())
def test_the_order_does_not_hang_on_the_order_of_the_candidates(
    case: Case, offered: list[Candidate], rules: ChoiceRules, random: Any
) -> None:
    shuffled = list(offered)
    random.shuffle(shuffled)
    assert propose(case, offered, rules, AT) == propose(case, shuffled, rules, AT)


@given(cases, candidates)
def test_in_one_tier_a_member_of_the_consortium_precedes_who_is_none_unless_it_is_an_emergency(
    case: Case, offered: list[Candidate]
) -> None:
    if case.urgency is Urgency.EMERGENCY or case.direction is Direction.DOWN:
        return
    ranked = [p.candidate for p in propose(case, offered, RULES, AT).proposals]
    for earlier, later in pairwise(ranked):
        if earlier.tier == later.tier and later.same_consortium:
            assert earlier.same_consortium or LinkKind.GROUP in earlier.links


@given(cases, candidates, rules_of_a_city)
def test_an_emergency_is_ordered_by_distance_alone(case: Case, offered: list[Candidate], rules: ChoiceRules) -> None:
    case = replace(case, urgency=Urgency.EMERGENCY, direction=Direction.UP)
    distances = [p.candidate.distance_km for p in propose(case, offered, rules, AT).proposals]
    known = [float("inf") if km is None else km for km in distances]
    assert known == sorted(known)
