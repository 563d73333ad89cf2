"""An explanation names value, bound, source, clause and status, in the reader's language."""

from typing import Any

import pytest

from fenji.kernel.conditions import parse
from fenji.kernel.criteria import Catalogue, Measure, MeasureKind, evaluate_catalogue
from fenji.kernel.explanation import describe, explain
from fenji.kernel.referral import Direction
from fenji.kernel.tiers import Basis
from tests.kernel.test_criteria import HIGH, MEASURES, YES, criterion

AGE = Measure("age", "年龄", "age", MeasureKind.NUMBER, "岁", "years", 0, 120)
CATALOGUE = Catalogue({**MEASURES, "age": AGE}, ())


def explained(when: Any, measures: dict[str, Any], language: str = "zh", **changes: Any) -> str:
    catalogue = Catalogue(CATALOGUE.measures, (criterion("标题", when, **changes),))
    [finding] = evaluate_catalogue(catalogue, measures, "", Direction.UP)
    return explain(finding, language)


def test_what_is_met_says_which_value_met_which_bound() -> None:
    assert explained(HIGH, {"systolic": 186}) == (
        "测试：标题，符合。收缩压 186 mmHg（≥180 mmHg）。依据：方案 一（出处写明）。"
    )


def test_what_is_not_met_turns_the_sign() -> None:
    assert "收缩压 120 mmHg（<180 mmHg）" in explained(HIGH, {"systolic": 120})
    assert "不符合" in explained(HIGH, {"systolic": 120})


def test_what_is_unknown_says_what_is_missing() -> None:
    assert "资料不足。尚缺：收缩压。" in explained(HIGH, {})


def test_in_english_units_and_marks_are_english() -> None:
    text = explained({"measure": "age", "above": 60}, {"age": 70}, "en", status=Basis.ASSUMED)
    assert text == "Test: 标题, met. age 70 years (>60 years). basis: 方案 一 (assumed)."


@pytest.mark.parametrize(("status", "words"), [(Basis.UNVERIFIED, "出处未核对"), (Basis.ASSUMED, "假设，待核定")])
def test_what_is_not_well_founded_says_so(status: Basis, words: str) -> None:
    assert words in explained(HIGH, {"systolic": 186}, status=status)


def test_yes_and_no_and_choices_are_said_in_words() -> None:
    assert "妊娠：有" in explained(YES, {"pregnant": True})
    assert "心功能 II 级（∈I 级/II 级）" in explained({"measure": "nyha", "among": ["1", "2"]}, {"nyha": "2"})


@pytest.mark.parametrize(
    ("when", "phrase"),
    [
        (HIGH, "收缩压 ≥180 mmHg"),
        (
            {"all": [HIGH, {"any": [YES, {"measure": "age", "below": 18}]}]},
            "收缩压 ≥180 mmHg 且 （妊娠 或 年龄 <18 岁）",
        ),
        ({"measure": "pregnant", "is": False}, "无“妊娠”"),
        ({"not": YES}, "无（妊娠）"),
    ],
)
def test_a_condition_reads_as_a_phrase(when: Any, phrase: str) -> None:
    assert describe(parse(when), CATALOGUE) == phrase


def test_a_condition_reads_in_english() -> None:
    when = {"all": [HIGH, {"any": [YES, {"measure": "age", "below": 18}]}]}
    assert describe(parse(when), CATALOGUE, "en") == "systolic ≥180 mmHg and (pregnant or age <18 years)"
