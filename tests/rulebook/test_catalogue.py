"""Yangjiang's catalogue: the officers' cases hold, every criterion has one, and each row can be explained."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fenji.kernel.conditions import comparisons_of
from fenji.kernel.criteria import Criterion, evaluate_catalogue
from fenji.kernel.explanation import describe, explain
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Basis, Level, Tier
from fenji.rulebook import RulebookError, load_rulebook
from fenji.rulebook.cases import CatalogueCase, failures, read_cases
from fenji.rulebook.loader import CITIES

TODAY = date(2026, 3, 4)
YANGJIANG = load_rulebook("yangjiang")
CATALOGUE = YANGJIANG.catalogue(TODAY)
CASES = list(read_cases(CITIES / "yangjiang"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_meets_exactly_what_the_officers_wrote(case: CatalogueCase) -> None:
    assert case.failure(CATALOGUE) == ""


def test_every_criterion_has_a_case_that_meets_it() -> None:
    assert {code for case in CASES for code in case.meets} == set(CATALOGUE.by_code)


def test_a_case_that_does_not_hold_says_what_differs() -> None:
    case = next(case for case in CASES if case.meets)
    assert "不应符合" in replace(case, meets=frozenset()).failure(CATALOGUE)
    assert "应符合 nothing" in replace(case, meets=case.meets | {"nothing"}).failure(CATALOGUE)
    assert "没有这项指标" in replace(case, measures={"height": 170}).failure(CATALOGUE)


def test_all_cases_of_a_city_run_together() -> None:
    assert failures(YANGJIANG, CITIES / "yangjiang", TODAY) == []
    # before the 2022 scheme its criteria were not in force
    assert any("down_to_township" in each for each in failures(YANGJIANG, CITIES / "yangjiang", date(2020, 1, 1)))


def test_an_incomplete_case_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalogue" / "cases").mkdir(parents=True)
    (tmp_path / "catalogue" / "cases" / "bad.toml").write_text('[[case]]\nname = "x"\n', encoding="utf-8")
    with pytest.raises(RulebookError, match="用例写得不全"):
        list(read_cases(tmp_path))


@pytest.mark.parametrize("criterion", CATALOGUE.criteria, ids=lambda criterion: criterion.code)
def test_every_criterion_is_complete_and_honest(criterion: Criterion) -> None:
    assert criterion.code.startswith(f"{criterion.disease}.") and criterion.title and criterion.title_en
    assert (criterion.status is Basis.ASSUMED) == criterion.source.startswith("assumption:")
    assert criterion.to.why or criterion.to.status is criterion.status
    if criterion.direction is Direction.UP:
        assert criterion.to.tier >= Tier.COUNTY and criterion.to.level in {Level.SECONDARY, Level.TERTIARY}
    else:
        assert criterion.to.tier <= Tier.TOWNSHIP and criterion.urgency is Urgency.ROUTINE
    for language in ("zh", "en"):
        assert describe(criterion.when, CATALOGUE, language)


def test_every_measure_is_asked_by_some_criterion() -> None:
    conditions = [one.when for one in CATALOGUE.criteria] + [one.or_if for one in CATALOGUE.criteria if one.or_if]
    assert {test.measure for condition in conditions for test in comparisons_of(condition)} == set(CATALOGUE.measures)


def test_the_first_catalogue_covers_what_it_must() -> None:
    diseases = {criterion.disease for criterion in CATALOGUE.criteria}
    assert {"general", "hypertension", "diabetes", "copd", "chd", "stroke", "pregnancy"} <= diseases


def test_a_finding_of_yangjiang_names_value_bound_document_and_status() -> None:
    measures = {"systolic": 186, "vomiting": True}
    finding = evaluate_catalogue(CATALOGUE, measures, "I10", Direction.UP)[0]
    assert finding.criterion.urgency is Urgency.EMERGENCY
    text = explain(finding)
    assert all(part in text for part in ("186 mmHg（≥180 mmHg）", "国卫办医函〔2022〕34号", "出处写明"))


def test_a_criterion_is_in_force_only_from_its_date() -> None:
    assert "hypertension.down_to_township" not in YANGJIANG.catalogue(date(2022, 1, 25)).by_code
    assert "hypertension.down_to_township" in YANGJIANG.catalogue(date(2022, 1, 26)).by_code


def test_a_city_without_a_catalogue_has_an_empty_one() -> None:
    assert load_rulebook("qinghai").catalogue(TODAY).criteria == ()
