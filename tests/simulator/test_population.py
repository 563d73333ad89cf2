"""Figures without a source do not load, nor do those that contradict the census."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from fenji.simulator.population import PopulationError, load_population, population_from


def content() -> dict[str, Any]:
    return tomllib.loads(files("fenji.simulator").joinpath("population.toml").read_text("utf-8"))


@pytest.mark.parametrize("section", ["sex", "ages", "households", "phones", "duplicates", "contract_terms"])
@pytest.mark.parametrize("field", ["source", "basis"])
def test_a_section_without_source_or_basis_does_not_load(section: str, field: str) -> None:
    changed = content()
    del changed[section][field]
    with pytest.raises(PopulationError, match=section):
        population_from(changed)


def test_a_row_inside_a_section_needs_its_source_too() -> None:
    changed = content()
    del changed["identity"]["former_codes"][0]["source"]
    with pytest.raises(PopulationError, match=r"identity\.former_codes"):
        population_from(changed)


def test_an_unknown_basis_does_not_load() -> None:
    changed = content()
    changed["contracts"][0]["basis"] = "guessed"
    with pytest.raises(PopulationError, match="contracts"):
        population_from(changed)


def test_five_year_bands_must_sum_to_the_census() -> None:
    changed = content()
    changed["ages"]["bands"][0]["permille"] += 1
    with pytest.raises(PopulationError, match="0–15"):
        population_from(changed)


def test_scheme_shares_must_be_whole() -> None:
    changed = content()
    changed["schemes"][1]["permille"]["none"] += 1
    with pytest.raises(PopulationError, match="18–60"):
        population_from(changed)


def test_a_county_s_share_of_men_comes_out_whatever_the_shape_by_age() -> None:
    figures = load_population()
    for county, wanted in [("441704", 536), ("441781", 526)]:
        bands = figures.bands_in(county)
        men = sum(band.permille * band.male_permille for band in bands) / sum(band.permille for band in bands)
        assert men == pytest.approx(wanted)
