"""The catalogue: which criteria a case is asked, in which order they come back, and what entered measures may be."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.conditions import Answer, parse
from fenji.kernel.criteria import (
    URGENCY_RANK,
    Adequate,
    Catalogue,
    Criterion,
    Measure,
    MeasureKind,
    check_measures,
    evaluate_catalogue,
    in_range,
)
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Basis, Level, Tier

SYSTOLIC = Measure("systolic", "收缩压", "systolic", MeasureKind.NUMBER, "mmHg", low=40, high=300)
PREGNANT = Measure("pregnant", "妊娠", "pregnant", MeasureKind.YES_NO)
NYHA = Measure("nyha", "心功能", "NYHA", MeasureKind.CHOICE, choices={"1": "I 级", "2": "II 级"})
MEASURES = {measure.code: measure for measure in (SYSTOLIC, PREGNANT, NYHA)}


def criterion(code: str, when: Any, **changes: Any) -> Criterion:
    fields: dict[str, Any] = {
        "disease": "test", "disease_name": "测试", "disease_name_en": "Test", "title": code, "title_en": code,
        "direction": Direction.UP, "urgency": Urgency.ROUTINE,
        "to": Adequate(Tier.COUNTY, Level.SECONDARY, Basis.STATED), "specialty": "03.04", "advice": "",
        "advice_en": "", "diagnoses": (), "or_if": None, "source": "Y", "source_title": "方案", "clause": "一",
        "status": Basis.STATED,
    }  # fmt: skip
    return Criterion(code=code, when=parse(when), **fields | changes)


HIGH = {"measure": "systolic", "at_least": 180}
YES = {"measure": "pregnant", "is": True}


def answers(catalogue: Catalogue, measures: dict[str, Any], diagnosis: str = "I10") -> list[tuple[str, Answer]]:
    findings = evaluate_catalogue(catalogue, measures, diagnosis, Direction.UP)
    return [(finding.criterion.code, finding.answer) for finding in findings]


def test_met_comes_before_unknown_before_unmet_and_the_worst_urgency_first() -> None:
    catalogue = Catalogue(
        MEASURES,
        (
            criterion("unmet", {"measure": "systolic", "below": 90}, urgency=Urgency.EMERGENCY),
            criterion("unknown", YES, urgency=Urgency.EMERGENCY),
            criterion("routine", HIGH),
            criterion("urgent", HIGH, urgency=Urgency.URGENT),
            criterion("emergency", HIGH, urgency=Urgency.EMERGENCY),
        ),
    )
    assert answers(catalogue, {"systolic": 186}) == [
        ("emergency", Answer.MET),
        ("urgent", Answer.MET),
        ("routine", Answer.MET),
        ("unknown", Answer.UNKNOWN),
        ("unmet", Answer.UNMET),
    ]


def test_of_two_equally_urgent_the_one_that_needs_the_higher_tier_comes_first() -> None:
    to_city = Adequate(Tier.CITY, Level.TERTIARY, Basis.STATED)
    catalogue = Catalogue(MEASURES, (criterion("a_county", HIGH), criterion("b_city", HIGH, to=to_city)))
    assert [code for code, _ in answers(catalogue, {"systolic": 186})] == ["b_city", "a_county"]


@given(st.permutations(["a", "b", "c", "d"]), st.lists(st.sampled_from(list(Urgency)), min_size=4, max_size=4))
def test_the_order_does_not_hang_on_how_the_catalogue_is_written(codes: list[str], urgencies: list[Urgency]) -> None:
    rows = [criterion(code, HIGH, urgency=urgency) for code, urgency in zip("abcd", urgencies, strict=True)]
    shuffled = sorted(rows, key=lambda row: codes.index(row.code))
    one = answers(Catalogue(MEASURES, tuple(rows)), {"systolic": 200})
    assert one == answers(Catalogue(MEASURES, tuple(shuffled)), {"systolic": 200})
    ranks = [URGENCY_RANK[Catalogue(MEASURES, tuple(rows)).by_code[code].urgency] for code, _ in one]
    assert ranks == sorted(ranks)


def test_a_criterion_is_asked_by_diagnosis_or_by_what_is_known_or_always() -> None:
    known = {"known_hypertension": True}
    catalogue = Catalogue(
        MEASURES,
        (
            criterion("by_diagnosis", HIGH, diagnoses=("I10-I15",)),
            criterion(
                "by_fact", HIGH, diagnoses=("I10-I15",), or_if=parse({"measure": "known_hypertension", "is": True})
            ),
            criterion("always", HIGH),
        ),
    )
    assert {code for code, _ in answers(catalogue, {}, "I11.9")} == {"by_diagnosis", "by_fact", "always"}
    assert {code for code, _ in answers(catalogue, known, "J18.9")} == {"by_fact", "always"}
    assert {code for code, _ in answers(catalogue, {}, "")} == {"always"}


def test_only_the_direction_asked_for() -> None:
    catalogue = Catalogue(MEASURES, (criterion("up", HIGH), criterion("down", HIGH, direction=Direction.DOWN)))
    assert [code for code, _ in answers(catalogue, {})] == ["up"]


def test_a_finding_names_the_values_that_decided_and_what_is_still_missing() -> None:
    catalogue = Catalogue(MEASURES, (criterion("both", {"all": [HIGH, YES]}),))
    [finding] = evaluate_catalogue(catalogue, {"systolic": 186}, "", Direction.UP)
    assert (finding.answer, finding.missing, finding.used) == (Answer.UNKNOWN, (PREGNANT,), ())
    [finding] = evaluate_catalogue(catalogue, {"systolic": 186, "pregnant": False}, "", Direction.UP)
    assert finding.answer is Answer.UNMET
    assert [(ground.measure, ground.value) for ground in finding.used] == [(PREGNANT, False)]
    assert finding.missing == ()


def test_each_measure_is_asked_once() -> None:
    catalogue = Catalogue(MEASURES, (criterion("one", {"all": [HIGH, YES]}), criterion("two", {"any": [HIGH, YES]})))
    assert catalogue.asked_for("", {}, Direction.UP) == [SYSTOLIC, PREGNANT]


@pytest.mark.parametrize(
    ("code", "codes", "inside"),
    [
        ("I10", "I10-I15", True),
        ("I15.9", "I10-I15", True),
        ("I16", "I10-I15", False),
        ("I10.x00x002", "I10-I15", True),
        ("J44.1", "J44", True),
        ("J45", "J44", False),
        ("B37.1", "B37.1", True),
        ("B37", "B37.1", False),
        ("B37.11", "B37.1", True),
        ("S22.3", "S22.3-S22.4", True),
        ("S22.5", "S22.3-S22.4", False),
        ("", "I10-I15", False),
        ("I1", "I10-I15", False),
    ],
)
def test_an_icd_range_holds_the_codes_between_its_ends(code: str, codes: str, inside: bool) -> None:
    assert in_range(code, codes) is inside


@pytest.mark.parametrize(
    ("measures", "problems"),
    [
        ({"systolic": 186, "pregnant": True, "nyha": "2"}, set()),
        ({"systolic": None}, set()),
        ({"systolic": 1860}, {"systolic"}),
        ({"systolic": "186"}, {"systolic"}),
        ({"systolic": True}, {"systolic"}),
        ({"pregnant": 1}, {"pregnant"}),
        ({"nyha": "9"}, {"nyha"}),
        ({"height": 170}, {"height"}),
    ],
)
def test_entered_measures_are_checked_for_kind_and_range(measures: dict[str, Any], problems: set[str]) -> None:
    assert set(check_measures(Catalogue(MEASURES, ()), measures)) == problems


def test_a_problem_is_said_in_words() -> None:
    assert check_measures(Catalogue(MEASURES, ()), {"systolic": 1860}) == {"systolic": "收缩压应在 40 到 300 mmHg 之间"}
    assert "I 级、II 级" in check_measures(Catalogue(MEASURES, ()), {"nyha": "9"})["nyha"]
