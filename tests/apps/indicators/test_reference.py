"""The committed page of the figures is what the definitions give, and nothing on it is left unsaid."""

from pathlib import Path

import pytest

from fenji.apps.indicators.definitions import DEFINITIONS, FROM_FACTS, Definition, Unit
from fenji.apps.indicators.reference import page

DOCS = Path(__file__).parents[3] / "docs" / "reference"


def test_the_page_is_up_to_date() -> None:
    advice = "run: python -m fenji.apps.indicators.reference docs/reference/indicators.md"
    assert (DOCS / "indicators.md").read_text("utf-8") == page(), advice


def test_codes_are_there_once() -> None:
    codes = [one.code for one in DEFINITIONS]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("one", DEFINITIONS, ids=lambda one: one.code)
def test_a_definition_says_all_in_both_languages(one: Definition) -> None:
    assert all((one.name.zh, one.name.en, one.meaning.zh, one.meaning.en, one.source))
    assert bool(one.base.zh) == bool(one.base.en) == (one.unit is not Unit.COUNT)


@pytest.mark.parametrize("one", FROM_FACTS, ids=lambda one: one.code)
def test_a_condition_has_the_parts_its_unit_needs(one: Definition) -> None:
    assert one.where
    assert bool(one.among) == (one.unit is not Unit.COUNT)
    assert bool(one.span) == (one.unit is Unit.HOURS)
