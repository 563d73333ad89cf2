"""What synthetic residents follow: shares by age and sex, households, schemes, contracts, read from `population.toml`.

A section without a source and a basis does not load; nor do ages that do not sum to the census's broad bands.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from fenji.kernel.tiers import Basis


class PopulationError(ValueError):
    """The figures cannot be used; the message names the section."""


@dataclass(frozen=True)
class Band:
    """Persons aged `start` up to before `until` years: their share of all, and of men among them, in permille."""

    start: int
    until: int
    permille: float
    male_permille: float


@dataclass(frozen=True)
class Population:
    """The figures of one city. Schemes and contracts: from an age, until before an age, permille (by scheme)."""

    bands: tuple[Band, ...]
    male_permille: Mapping[str, float]  # by county code, "" for the others
    persons_per_household: float
    elsewhere_permille: int
    elsewhere: tuple[str, ...]  # GB/T 2260 codes
    former_codes: tuple[tuple[str, str, date], ...]  # county, its former code, born before
    infant_without_number_permille: int
    verified_permille: int
    phone_prefix: str
    own_phone_from_age: int
    old_from_age: int
    old_without_phone_permille: int
    duplicate_permille: int
    schemes: tuple[tuple[int, int, Mapping[str, int]], ...]
    contracts: tuple[tuple[int, int, int], ...]
    contract_years: int
    contract_begun_within_days: int

    def bands_in(self, county: str) -> tuple[Band, ...]:
        """The bands of a county: men's shares moved by one amount so that the county's share of men comes out."""
        wanted = self.male_permille.get(county, self.male_permille[""])
        whole = sum(band.permille for band in self.bands)
        shift = wanted - sum(band.permille * band.male_permille for band in self.bands) / whole
        return tuple(Band(b.start, b.until, b.permille, b.male_permille + shift) for b in self.bands)


@cache
def load_population() -> Population:
    """The packaged figures, checked."""
    return population_from(tomllib.loads(files("fenji.simulator").joinpath("population.toml").read_text("utf-8")))


def population_from(content: Mapping[str, Any]) -> Population:
    """Figures from the parsed file; raises PopulationError naming what is missing or does not add up."""
    for name, section in _sections(content):
        _check_founded(name, section)
    identity, phones = content["identity"], content["phones"]
    population = Population(
        bands=tuple(Band(b["from"], b["until"], b["permille"], b["male_permille"]) for b in content["ages"]["bands"]),
        male_permille={
            "": content["sex"]["male_permille"],
            **{one["county"]: one["male_permille"] for one in content["sex"]["counties"]},
        },
        persons_per_household=content["households"]["persons_centi"] / 100,
        elsewhere_permille=identity["elsewhere_permille"],
        elsewhere=tuple(identity["elsewhere"]),
        former_codes=tuple((one["county"], one["code"], one["born_before"]) for one in identity["former_codes"]),
        infant_without_number_permille=identity["infant_without_number_permille"],
        verified_permille=identity["verified_permille"],
        phone_prefix=phones["prefix"],
        own_phone_from_age=phones["own_from_age"],
        old_from_age=phones["old_from_age"],
        old_without_phone_permille=phones["old_without_own_permille"],
        duplicate_permille=content["duplicates"]["permille"],
        schemes=tuple((one["from"], one["until"], one["permille"]) for one in content["schemes"]),
        contracts=tuple((one["from"], one["until"], one["permille"]) for one in content["contracts"]),
        contract_years=content["contract_terms"]["years"],
        contract_begun_within_days=content["contract_terms"]["begun_within_days"],
    )
    _check_sums(population, content["broad_ages"]["bands"])
    return population


def _sections(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, section in content.items():
        for one in section if isinstance(section, list) else [section]:
            yield name, one
            for inner, rows in one.items():
                if isinstance(rows, list) and rows and isinstance(rows[0], dict) and inner != "bands":
                    yield from ((f"{name}.{inner}", row) for row in rows)


def _check_founded(name: str, section: Mapping[str, Any]) -> None:
    if not section.get("source") or section.get("basis") not in set(Basis):
        raise PopulationError(f"population.toml: [{name}] needs a source and a basis (stated, unverified, assumed)")


def _check_sums(population: Population, broad: list[dict[str, Any]]) -> None:
    for band in broad:
        inside = [one for one in population.bands if band["from"] <= one.start and one.until <= band["until"]]
        if abs(sum(one.permille for one in inside) - band["permille"]) > 0.05:
            span = f"{band['from']}–{band['until']}"
            raise PopulationError(f"population.toml: ages {span} do not sum to {band['permille']}")
    for start, until, shares in population.schemes:
        if sum(shares.values()) != 1000:
            raise PopulationError(f"population.toml: schemes of ages {start}–{until} do not sum to 1000")
