"""Names with their pinyin, a whole column at a time: surname and given name drawn by sex and year of birth."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

from fenji.simulator.population import PopulationError

Texts = NDArray[np.object_]
Numbers = NDArray[np.int64]
STEEPNESS = 6  # the character at rank r weighs 1 / (r + STEEPNESS)


@dataclass(frozen=True)
class Column:
    """Written forms, their pinyin with a space before each syllable but the first, and initials: row by row."""

    text: Texts
    pinyin: Texts
    initials: Texts

    def take(self, rows: Numbers) -> "Column":
        return Column(self.text[rows], self.pinyin[rows], self.initials[rows])

    def __add__(self, other: "Column") -> "Column":
        return Column(self.text + other.text, self.pinyin + " " + other.pinyin, self.initials + other.initials)


@dataclass(frozen=True)
class Choice:
    """Something to draw from: forms and the cumulated share of each."""

    forms: Column
    upto: NDArray[np.float64]

    def draw(self, rng: np.random.Generator, n: int) -> Column:
        return self.forms.take(np.searchsorted(self.upto, rng.random(n), side="right"))


@dataclass(frozen=True)
class Era:
    """Given names of people born from `born_from` on; by sex (1 male, 2 female) a first and a second character."""

    born_from: int
    single_permille: int
    first: dict[int, Choice]
    second: dict[int, Choice]


@dataclass(frozen=True)
class Names:
    surnames: Choice
    eras: tuple[Era, ...]

    def given(self, rng: np.random.Generator, sex: Numbers, born: Numbers) -> Column:
        """A given name for each person: `sex` 1 or 2, `born` the year."""
        empty = np.empty(len(sex), dtype=object)
        column = Column(empty, empty.copy(), empty.copy())
        era_of = np.searchsorted([era.born_from for era in self.eras], born, side="right") - 1
        for number, era in enumerate(self.eras):
            for one_sex in (1, 2):
                rows = np.flatnonzero((era_of == number) & (sex == one_sex))
                _fill(column, rows, rng, era, one_sex)
        return column


def _fill(column: Column, rows: Numbers, rng: np.random.Generator, era: Era, sex: int) -> None:
    two = era.first[sex].draw(rng, len(rows)) + era.second[sex].draw(rng, len(rows))
    one = era.second[sex].draw(rng, len(rows))
    single = rng.random(len(rows)) * 1000 < era.single_permille
    column.text[rows] = np.where(single, one.text, two.text)
    column.pinyin[rows] = np.where(single, one.pinyin, two.pinyin)
    column.initials[rows] = np.where(single, one.initials, two.initials)


@cache
def load_names() -> Names:
    """The packaged tables."""
    content = tomllib.loads(files("fenji.simulator").joinpath("names.toml").read_text("utf-8"))
    surnames, given = content["surnames"], content["given"]
    for name in ("surnames", "given"):
        if not content[name].get("source") or not content[name].get("basis"):
            raise PopulationError(f"names.toml: [{name}] needs a source and a basis")
    weights = np.array([weight for _, weight in surnames["weights"]], dtype=float)
    forms = [form for form, _ in surnames["weights"]]
    return Names(_choice(forms, weights, surnames["readings"]), tuple(_era(one) for one in given["eras"]))


def _era(one: dict[str, Any]) -> Era:
    return Era(
        one["born_from"],
        one["single_permille"],
        {1: _by_rank(one["male_first"]), 2: _by_rank(one["female_first"])},
        {1: _by_rank(one["male_second"]), 2: _by_rank(one["female_second"])},
    )


def _by_rank(characters: str) -> Choice:
    return _choice(list(characters), 1 / (np.arange(len(characters)) + STEEPNESS), {})


def _choice(forms: list[str], weights: NDArray[np.float64], readings: dict[str, str]) -> Choice:
    syllables = [[readings.get(form, "")] if form in readings else lazy_pinyin(form) for form in forms]
    column = Column(
        np.array(forms, dtype=object),
        np.array([" ".join(one) for one in syllables], dtype=object),
        np.array(["".join(part[0] for part in one) for one in syllables], dtype=object),
    )
    upto = np.cumsum(weights / weights.sum())
    upto[-1] = 1.0
    return Choice(column, upto)
