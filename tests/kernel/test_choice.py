"""Choosing where: nothing inadequate is ever proposed, and the order is the city's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fenji.kernel.adequacy import offers
from fenji.kernel.choice import Case, is_inside, propose
from fenji.kernel.conditions import Answer
from fenji.kernel.reasons import Clause
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Basis, Kind, Level, LinkKind, Tier
from tests.kernel.choosing import AT, RULES, city, down, hospital, met, proposed, reasons_of, township, up, why_not

NO_HOME = replace(RULES, home_first=False)

# --- upward


def test_the_lowest_adequate_tier_comes_first_then_the_consortium_then_the_nearest() -> None:
    choice = propose(
        up(),
        [
            city("city_member", distance_km=1, same_consortium=True),
            hospital("far", distance_km=40),
            hospital("near", distance_km=5),
            hospital("member", distance_km=30, same_consortium=True, consortium="市人民医院集团"),
            hospital("paired", distance_km=35, links=frozenset({LinkKind.SPECIALTY})),
            hospital("helped", distance_km=36, links=frozenset({LinkKind.ASSISTANCE})),
        ],
        RULES,
        AT,
    )
    assert proposed(choice) == ["member", "paired", "helped", "near", "far", "city_member"]
    assert reasons_of(choice, "member") == ["lowest_adequate", "consortium", "nearest"]
    assert "市人民医院集团" in choice.proposals[0].reasons[1].text


def test_outside_the_consortium_a_reason_is_asked_for_only_where_a_member_could_take_it() -> None:
    outside, member = hospital("outside"), hospital("member", same_consortium=True)
    with_member = propose(up(), [outside, member], RULES, AT)
    assert [one.needs_reason for one in with_member.proposals] == [False, True]
    assert not propose(up(), [outside], RULES, AT).proposals[0].needs_reason


def test_above_the_lowest_adequate_tier_a_reason_is_asked_for() -> None:
    county, above = hospital("county"), city("city", same_consortium=True)
    choice = propose(up(), [county, above], RULES, AT)
    assert reasons_of(choice, "city") == ["higher", "consortium", "nearest"]
    assert choice.asks_why("city") is not None
    freely = propose(up(is_exempt=True), [county, above], replace(RULES, exempt_choose_freely=True), AT)
    assert freely.asks_why("city") is None
    unordered = propose(up(), [county, above], replace(RULES, order=("consortium", "nearest")), AT)
    assert unordered.asks_why("city") is None


def test_of_whom_the_rules_themselves_put_first_no_reason_is_asked() -> None:
    near, member = hospital("near_county"), city("city_member", same_consortium=True)
    lowest_first = propose(up(), [near, member], RULES, AT)
    assert proposed(lowest_first) == ["near_county", "city_member"]
    assert [one.needs_reason for one in lowest_first.proposals] == [False, True]
    members_first = propose(up(), [near, member], replace(RULES, order=("consortium", "lowest_adequate")), AT)
    assert proposed(members_first) == ["city_member", "near_county"]
    assert [one.needs_reason for one in members_first.proposals] == [False, True]


def test_a_reason_is_asked_for_of_who_sends_to_an_institution_that_is_ruled_out_or_not_known() -> None:
    choice = propose(up(), [hospital("fit"), hospital("shut", is_open=False)], RULES, AT)
    assert choice.asks_why("fit") is None
    assert [choice.asks_why(code).code for code in ("shut", "elsewhere")] == ["closed", "unknown"]


def test_down_to_the_residents_own_nobody_is_asked_why_though_it_is_no_member() -> None:
    own = township("own", is_contracted=True)
    choice = propose(down(), [own, township("member", same_consortium=True), township("other")], RULES, AT)
    assert [choice.asks_why(code) is None for code in ("own", "member", "other")] == [True, True, False]


def test_who_is_ruled_out_is_told_why() -> None:
    choice = propose(
        up(findings=(met(level=Level.TERTIARY),)),
        [
            hospital("secondary"),
            city("no_cardiology", specialties=frozenset({"10"})),
            city("shut", is_open=False),
            city("home", kind=Kind.NURSING_HOME),
            city("sender"),
            city("fit"),
        ],
        RULES,
        AT,
    )
    assert proposed(choice) == ["fit"]
    assert why_not(choice) == {
        "secondary": "too_low", "no_cardiology": "no_department", "shut": "closed", "home": "wrong_kind",
        "sender": "sender",
    }  # fmt: skip
    assert choice.ruled_out[[one.candidate.code for one in choice.ruled_out].index("secondary")].reason.rests_on == (
        Clause("方案", "一", Basis.ASSUMED)
    )


def test_upward_is_above_the_sender_by_tier_or_by_level_within_the_tier() -> None:
    from_city_second = up(sender_tier=Tier.CITY, sender_level=Level.SECONDARY)
    choice = propose(from_city_second, [city("tertiary"), city("peer", level=Level.SECONDARY)], RULES, AT)
    assert proposed(choice) == ["tertiary"]
    assert why_not(choice) == {"peer": "not_above"}
    top = propose(up(sender_tier=Tier.CITY, sender_level=Level.TERTIARY), [city("other_top")], RULES, AT)
    assert proposed(top) == ["other_top"]


def test_a_criterion_that_is_met_lifts_the_tier_and_is_named_with_its_clause() -> None:
    choice = propose(up(findings=(met("stroke", tier=Tier.CITY),)), [hospital("county"), city("city")], RULES, AT)
    assert proposed(choice) == ["city"]
    assert choice.needed.criterion is not None and choice.needed.criterion.code == "stroke"
    assert choice.proposals[0].reasons[0].rests_on == Clause("方案", "一", Basis.ASSUMED)


def test_a_criterion_that_is_unknown_or_of_the_other_direction_lifts_nothing() -> None:
    unknown = replace(met(tier=Tier.CITY), answer=Answer.UNKNOWN)
    other_way = met(tier=Tier.CITY, direction=Direction.DOWN)
    assert proposed(propose(up(findings=(unknown, other_way)), [hospital("county")], RULES, AT)) == ["county"]


# --- emergency


def test_an_emergency_goes_to_the_nearest_with_an_emergency_department() -> None:
    choice = propose(
        up(urgency=Urgency.EMERGENCY),
        [
            hospital("member", distance_km=30, same_consortium=True),
            city("near_city", distance_km=4, specialties=frozenset()),
            hospital("nearest_without", distance_km=1, has_emergency=False),
            township("township", has_emergency=True, distance_km=2),
            hospital("somewhere", distance_km=None),
        ],
        RULES,
        AT,
    )
    assert proposed(choice) == ["near_city", "member", "somewhere"]
    assert why_not(choice) == {"nearest_without": "no_emergency", "township": "too_low"}
    assert "emergency" in reasons_of(choice, "near_city")
    assert not any(one.needs_reason for one in choice.proposals)


def test_an_emergency_that_needs_a_tertiary_hospital_passes_the_nearer_one() -> None:
    case = up(urgency=Urgency.EMERGENCY, findings=(met(level=Level.TERTIARY),))
    assert proposed(propose(case, [hospital("near", distance_km=1), city("far", distance_km=50)], RULES, AT)) == ["far"]


@pytest.mark.parametrize(
    ("specialty", "kinds"),
    [("05.02", ["general", "mch"]), ("03.04", ["general"]), ("20", ["general"]), ("", ["general"])],
)
def test_a_special_hospital_takes_emergencies_only_of_its_own_specialties(specialty: str, kinds: list[str]) -> None:
    maternity = hospital("mch", kind=Kind.MCH, specialties=frozenset({"05.02", "20"}), distance_km=1)
    general = hospital("general", specialties=frozenset())
    choice = propose(up(urgency=Urgency.EMERGENCY, specialty=specialty), [maternity, general], RULES, AT)
    assert sorted(proposed(choice)) == kinds
    assert why_not(choice) == ({} if "mch" in kinds else {"mch": "narrow_emergency"})


@pytest.mark.parametrize(
    ("kind", "leads", "inside"),
    [
        ("urban_group", False, True),
        ("county_township", False, True),
        ("cooperation", False, False),
        ("cooperation", True, True),
        ("specialty", False, False),
    ],
)
def test_who_is_merely_helped_by_the_same_hospital_is_not_inside(kind: str, leads: bool, inside: bool) -> None:
    assert is_inside(kind, is_led_by_either=leads) is inside


# --- downward


def test_downward_the_residents_team_and_town_come_first() -> None:
    choice = propose(
        down(),
        [
            township("near_member", distance_km=1, same_consortium=True),
            township("town", distance_km=30, serves_town=True),
            township("team", distance_km=50, is_contracted=True, specialties=frozenset()),
            hospital("county", distance_km=2),
        ],
        RULES,
        AT,
    )
    assert proposed(choice) == ["team", "town", "near_member", "county"]
    assert "contract" in reasons_of(choice, "team") and "home_town" in reasons_of(choice, "town")


def test_after_team_and_town_comes_who_had_sent_the_resident_up_and_nobody_is_asked_why() -> None:
    choice = propose(
        down(),
        [
            township("near_member", distance_km=1, same_consortium=True),
            township("had_sent", distance_km=80, sent_up=True),
            township("town", distance_km=30, serves_town=True),
            township("team", distance_km=50, is_contracted=True, sent_up=True),
        ],
        RULES,
        AT,
    )
    assert proposed(choice) == ["team", "town", "had_sent", "near_member"]
    assert "sent_up" in reasons_of(choice, "had_sent") and "sent_up" not in reasons_of(choice, "team")
    said = next(one for one in choice.proposals[2].reasons if one.code == "sent_up")
    assert said.rests_on == RULES.clauses["home_first"]
    assert choice.asks_why("had_sent") is None
    unranked = propose(down(), [township("near"), township("had_sent", distance_km=80, sent_up=True)], NO_HOME, AT)
    assert proposed(unranked) == ["near", "had_sent"]


def test_a_patient_goes_back_to_a_peer_that_had_sent_but_never_above_nor_to_one_too_low() -> None:
    case = down(sender_tier=Tier.COUNTY, sender_level=Level.SECONDARY)
    peer, above = hospital("peer", sent_up=True), city("above", sent_up=True)
    village = township("village", tier=Tier.VILLAGE, level=Level.NONE, kind=Kind.VILLAGE_STATION, sent_up=True)
    choice = propose(case, [peer, above, village, hospital("other_peer")], RULES, AT)
    assert proposed(choice) == ["peer"]
    assert why_not(choice) == {"above": "not_below", "village": "too_low", "other_peer": "not_below"}
    assert propose(up(), [township("peer", sent_up=True)], RULES, AT).proposals == ()


def test_a_village_station_takes_only_what_a_criterion_allows_for_every_disease() -> None:
    village = township("village", tier=Tier.VILLAGE, level=Level.NONE, kind=Kind.VILLAGE_STATION)
    assert why_not(propose(down(), [village], RULES, AT)) == {"village": "too_low"}
    to_village = met("a", tier=Tier.VILLAGE, level=Level.NONE, direction=Direction.DOWN, disease="hypertension")
    to_township = met("b", tier=Tier.TOWNSHIP, level=Level.NONE, direction=Direction.DOWN, disease="diabetes")
    assert proposed(propose(down(findings=(to_village,)), [village], RULES, AT)) == ["village"]
    assert proposed(propose(down(findings=(to_village, to_township)), [village], RULES, AT)) == []


def test_downward_is_below_the_sender_and_a_rehabilitation_hospital_may_stand_beside() -> None:
    case = down(sender_tier=Tier.COUNTY, sender_level=Level.SECONDARY)
    rehabilitation = hospital("rehab", kind=Kind.REHABILITATION, specialties=frozenset({"21"}))
    choice = propose(case, [hospital("peer"), city("above"), rehabilitation], RULES, AT)
    assert proposed(choice) == ["rehab"]
    assert why_not(choice) == {"peer": "not_below", "above": "not_below"}


# --- same tier, exceptions


def test_same_tier_asks_for_a_reason_or_is_closed_by_the_city() -> None:
    case = up(direction=Direction.SAME, sender_tier=Tier.COUNTY, sender_level=Level.SECONDARY)
    candidates = [hospital("peer"), city("above"), township("below")]
    allowed = propose(case, candidates, RULES, AT)
    assert proposed(allowed) == ["peer"] and allowed.proposals[0].needs_reason
    closed = propose(case, candidates, replace(RULES, same_tier=False), AT)
    assert proposed(closed) == [] and why_not(closed)["peer"] == "same_tier_closed"


def test_stepwise_leaves_only_the_next_level_unless_none_is_adequate() -> None:
    stepwise = replace(RULES, stepwise=True)
    choice = propose(up(), [hospital("secondary"), city("tertiary")], stepwise, AT)
    assert proposed(choice) == ["secondary"] and why_not(choice) == {"tertiary": "stepwise"}
    assert proposed(propose(up(), [city("tertiary")], stepwise, AT)) == ["tertiary"]


def test_stepwise_does_not_bind_exempt_groups_where_the_city_lets_them_choose() -> None:
    stepwise = replace(RULES, stepwise=True)
    candidates = [hospital("secondary"), city("tertiary")]
    free = replace(stepwise, exempt_choose_freely=True)
    assert proposed(propose(up(is_exempt=True), candidates, free, AT)) == ["secondary", "tertiary"]
    assert proposed(propose(up(is_exempt=True), candidates, stepwise, AT)) == ["secondary"]


def test_a_recheck_may_use_the_same_institution_first() -> None:
    rules = replace(RULES, stepwise=True, recheck_same_institution=True)
    choice = propose(up(treated_before_at="tertiary"), [hospital("secondary"), city("tertiary")], rules, AT)
    assert proposed(choice) == ["tertiary", "secondary"]
    assert "recheck" in reasons_of(choice, "tertiary")


@pytest.mark.parametrize(
    ("case", "first"),
    [
        (up(age_years=6, is_difficult=True), "city"),
        (up(age_years=6, urgency=Urgency.URGENT), "city"),
        (up(age_years=6), "county"),
        (up(age_years=15, is_difficult=True), "county"),
        (up(is_difficult=True), "county"),
    ],
)
def test_a_seriously_ill_child_may_start_at_a_tertiary_hospital(case: Case, first: str) -> None:
    rules = replace(RULES, serious_child_at_tertiary=True, child_up_to_years=14)
    candidates = [hospital("county", distance_km=20), city("city", distance_km=10)]
    assert proposed(propose(case, candidates, rules, AT))[0] == first


def test_who_belongs_to_a_group_that_chooses_freely_need_give_no_reason() -> None:
    rules = replace(RULES, exempt_choose_freely=True)
    choice = propose(up(is_exempt=True), [hospital("member", same_consortium=True), hospital("outside")], rules, AT)
    assert not any(one.needs_reason for one in choice.proposals)


def test_the_days_until_the_next_place_are_counted_from_now() -> None:
    soon = hospital("soon", next_free_at=AT + timedelta(hours=36))
    full, past = hospital("full"), hospital("past", next_free_at=AT - timedelta(hours=1))
    days = {p.candidate.code: p.free_in_days for p in propose(up(), [soon, full, past], RULES, AT).proposals}
    assert days == {"soon": 1.5, "full": None, "past": 0.0}


@pytest.mark.parametrize(
    ("offered", "wanted", "answer"),
    [({"03.04"}, "03.04", True), ({"03"}, "03.04", True), ({"03.04"}, "03", True), ({"03.01"}, "03.04", False),
     ({"30"}, "3", False), (set(), "", True), (set(), "03", False)],
)  # fmt: skip
def test_a_specialty_is_offered_itself_by_its_parent_or_by_its_parts(
    offered: set[str], wanted: str, answer: bool
) -> None:
    assert offers(frozenset(offered), wanted) is answer


def test_equals_are_ordered_by_code_however_they_come() -> None:
    twins = [hospital("b"), hospital("a")]
    assert proposed(propose(up(), twins, RULES, AT)) == ["a", "b"]
    assert proposed(propose(up(), twins[::-1], RULES, AT)) == ["a", "b"]
