"""Who lives with whom: persons of given age and sex grouped into households, a column at a time.

A household has a head; most men who head one have a wife of about their age; children and grown children are placed
by the age their mother would have, the old by the age their son or daughter would have. Ages are years, sex 1 or 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Years = NDArray[np.float64]

HEADS = (24.0, 82.0)  # ages at which one heads a household
WOMEN_HEADS = 0.22  # how often a woman is drawn as head, against a man
COUPLES = 0.86  # share of men heading a household whose wife lives there
MOTHER_GAP, MOTHER_GAP_SPREAD = 27.5, 4.5  # years between mother and child
GROWN, OLD = 40.0, 60.0  # from the one on nobody lives as a child, from the other on with children of one's own


@dataclass(frozen=True)
class Households:
    """`number` counts households from 0; `mother` is the mother's row or -1; `own_name` marks who married in."""

    number: Numbers
    head: Numbers  # row of the head of each person's household
    mother: Numbers
    own_name: NDArray[np.bool_]

    @property
    def count(self) -> int:
        return int(self.number.max()) + 1 if len(self.number) else 0


def group(age: Years, sex: Numbers, persons_per_household: float, rng: np.random.Generator) -> Households:
    """Households of the persons, about `persons_per_household` each; everyone is in exactly one."""
    n = len(age)
    heads = _heads(age, sex, max(1, round(n / persons_per_household)), rng)
    number = np.full(n, -1, dtype=np.int64)
    number[heads] = np.arange(len(heads))
    wives = _marry(age, sex, heads, number, rng)
    mother = np.full(n, -1, dtype=np.int64)
    rest = np.flatnonzero(number < 0)
    old = rest[age[rest] >= OLD]
    young = rest[age[rest] < GROWN]
    women = np.concatenate([wives, heads[sex[heads] == 2]])
    mother[young] = _nearest(age, women, age[young] + rng.normal(MOTHER_GAP, MOTHER_GAP_SPREAD, len(young)), rng)
    others = np.flatnonzero((number < 0) & (mother < 0) & (age < OLD))  # relatives and lodgers
    number[others] = rng.integers(0, len(heads), len(others))
    number[young] = np.where(mother[young] >= 0, number[mother[young]], number[young])
    child = _nearest(age, heads, age[old] - rng.normal(MOTHER_GAP, MOTHER_GAP_SPREAD, len(old)), rng)
    number[old] = number[child]
    _forget_impossible(mother, age)
    own_name = np.zeros(n, dtype=bool)
    own_name[wives] = True
    own_name[old[sex[old] == 2]] = True
    return Households(number, heads[number], mother, own_name)


def _heads(age: Years, sex: Numbers, wanted: int, rng: np.random.Generator) -> Numbers:
    """Rows of the heads; where nobody is of an age to be one, the oldest."""
    able = np.flatnonzero((age >= HEADS[0]) & (age < HEADS[1]))
    if not len(able):
        return np.array([int(np.argmax(age))], dtype=np.int64)
    lot = rng.random(len(able)) / np.where(sex[able] == 1, 1.0, WOMEN_HEADS)
    heads: Numbers = np.sort(able[np.argsort(lot, kind="stable")[:wanted]])
    return heads


def _marry(age: Years, sex: Numbers, heads: Numbers, number: Numbers, rng: np.random.Generator) -> Numbers:
    """Give men who head a household wives near their age; returns the wives' rows."""
    men = heads[sex[heads] == 1]
    women = np.flatnonzero((sex == 2) & (number < 0) & (age >= 20) & (age < HEADS[1]))
    couples = min(round(len(men) * COUPLES), len(women))
    men = rng.permutation(men)[:couples]
    women = rng.permutation(women)[:couples]
    men = men[np.argsort(age[men] + rng.normal(0, 2, couples), kind="stable")]
    women = women[np.argsort(age[women], kind="stable")]
    number[women] = number[men]
    return women


def _nearest(age: Years, among: Numbers, wanted: Years, rng: np.random.Generator) -> Numbers:
    """For each wanted age one of the rows `among` of about that age, by lot; -1 where there is none to choose."""
    if not len(among):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = among[np.argsort(age[among], kind="stable")]
    place = np.searchsorted(age[order], wanted) + rng.integers(-3, 4, len(wanted))
    nearest: Numbers = order[np.clip(place, 0, len(order) - 1)]
    return nearest


def _forget_impossible(mother: Numbers, age: Years) -> None:
    """Where no woman of a fitting age was left, the person lives there but is nobody's child."""
    rows = np.flatnonzero(mother >= 0)
    gap = age[mother[rows]] - age[rows]
    mother[rows[(gap < 16) | (gap > 48)]] = -1
