"""Synthetic residents, town by town, in columns: any number, the same for the same seed, following `population.toml`.

Nobody here exists. ID numbers are valid in form; telephone numbers begin with a range that nobody is known to hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fenji.simulator.chunks import Chunk, Town, with_doubles
from fenji.simulator.households import Households, Numbers, Years, group
from fenji.simulator.identity_numbers import Days, Numbering
from fenji.simulator.names import Column, load_names
from fenji.simulator.population import Population, load_population

CHUNK = 20_000  # persons held in memory at once
YEAR = 365.2425  # days
VILLAGES = (
    *("新屋", "大塘", "石桥", "平岗", "那龙", "岗美", "上洋", "南边", "塘尾", "沙田"),
    *("三甲", "双水", "白沙", "龙塘", "大沟", "田寮", "东边", "竹园", "河口", "松山"),
)
MAINLAND, BIRTH = "mainland", "birth"
SCHEMES = ("resident", "employee", "none", "other")


def generate(
    n: int, seed: int, *, towns: Sequence[Town], on: date, population: Population | None = None
) -> Iterator[Chunk]:
    """`n` residents of the towns by their size, as they are on a day, in chunks of at most `CHUNK`.

    The same arguments give the same residents. Raises ValueError without a town that has people.
    """
    figures = population or load_population()
    counties = sorted({town.county for town in towns})
    numbering = Numbering(_codes(figures, counties), np.datetime64(on))
    first = 0
    for town, size in zip(towns, shares(n, [town.population for town in towns]), strict=True):
        for start in range(0, size, CHUNK):
            rng = np.random.Generator(np.random.PCG64([seed, first]))
            some = min(CHUNK, size - start)
            yield _Draft(figures, numbering, counties, town, first, rng, on).chunk(some)
            first += some


def shares(n: int, weights: Sequence[int]) -> list[int]:
    """`n` split in proportion to the weights, by largest remainder."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("no town has any people")
    parts = [n * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(n * weights[i] % whole), i))
    for i in by_rest[: n - sum(parts)]:
        parts[i] += 1
    return parts


def _codes(figures: Population, counties: Sequence[str]) -> list[str]:
    return [*counties, *(code for _, code, _ in figures.former_codes), *figures.elsewhere]


@dataclass
class _Draft:
    """One chunk in the making: what all columns draw on."""

    figures: Population
    numbering: Numbering
    counties: Sequence[str]
    town: Town
    first: int
    rng: np.random.Generator
    on: date

    def chunk(self, n: int) -> Chunk:
        doubles = _between(self.first, n, self.figures.duplicate_permille)
        age, sex = self._age_and_sex(n - doubles)
        born = np.datetime64(self.on) - (age * YEAR).astype("timedelta64[D]")
        homes = group(age, sex, self.figures.persons_per_household, self.rng)
        kind, number = self._identity(age, sex, born)
        mother = np.where(np.array(kind) == BIRTH, homes.mother, -1)
        signed = self._signing_days(homes)
        whole = Chunk(
            town=self.town,
            first=self.first,
            ids=self._ids(n),
            names=self._names(sex, born, homes),
            sex=sex,
            born=born,
            id_kind=kind,
            id_number=number,
            phone=self._phones(age, homes),
            card=[f"{one:016d}" for one in self.rng.integers(0, 10**16, n).tolist()],
            address=self._addresses(homes),
            scheme=self._schemes(age),
            mother=mother,
            household=homes.number,
            verified=(np.array(kind) == MAINLAND) & self._chance(n - doubles, self.figures.verified_permille),
            signs=self._signs(age),
            signed_from=signed,
            signed_until=_years_later(signed, self.figures.contract_years),
            team=self.rng.random(homes.count)[homes.number],  # a household signs with one team
        )
        return with_doubles(whole, self.rng.choice(n - doubles, doubles, replace=False)) if doubles else whole

    def _age_and_sex(self, n: int) -> tuple[Years, Numbers]:
        """Ages in years and sexes in random order, in the county's shares as exactly as `n` allows."""
        bands = self.figures.bands_in(self.town.county)
        cells = np.array([(b.permille * m) for b in bands for m in (b.male_permille, 1000 - b.male_permille)])
        places = (np.arange(n) + self.rng.random()) / max(n, 1)
        cell = np.searchsorted(np.cumsum(cells / cells.sum())[:-1], self.rng.permutation(places), side="right")
        start = np.array([b.start for b in bands], dtype=float)[cell // 2]
        span = np.array([b.until - b.start for b in bands], dtype=float)[cell // 2]
        return start + span * self.rng.random(n), cell % 2 + 1

    def _names(self, sex: Numbers, born: Days, homes: Households) -> Column:
        names = load_names()
        own = names.surnames.draw(self.rng, len(sex))
        surname = own.take(np.where(homes.own_name, np.arange(len(sex)), homes.head))
        return surname + names.given(self.rng, sex, born.astype("datetime64[Y]").astype(np.int64) + 1970)

    def _identity(self, age: Years, sex: Numbers, born: Days) -> tuple[list[str], list[str]]:
        code = np.full(len(age), self.counties.index(self.town.county))
        for place, (county, _, before) in enumerate(self.figures.former_codes, len(self.counties)):
            if county == self.town.county:
                code[born < np.datetime64(before)] = place
        moved = self._chance(len(age), self.figures.elsewhere_permille) & (age >= 18)
        elsewhere = len(self.counties) + len(self.figures.former_codes)
        code = np.where(moved, elsewhere + self.rng.integers(0, len(self.figures.elsewhere), len(age)), code)
        number = self.numbering.deal(code, born, sex)
        infants = (age < 1) & self._chance(len(age), self.figures.infant_without_number_permille)
        for row in np.flatnonzero(infants).tolist():
            number[row] = f"Y{self.first + row:09d}"  # 出生医学证明
        return np.where(infants, BIRTH, MAINLAND).tolist(), number

    def _phones(self, age: Years, homes: Households) -> list[str]:
        has_own = (age >= self.figures.own_phone_from_age) & ~(
            (age >= self.figures.old_from_age) & self._chance(len(age), self.figures.old_without_phone_permille)
        )
        holder = np.where(has_own, np.arange(len(age)), homes.head) + self.first
        width = 11 - len(self.figures.phone_prefix)
        return [f"{self.figures.phone_prefix}{one:0{width}d}" for one in (holder * 7919 % 10**width).tolist()]

    def _addresses(self, homes: Households) -> list[str]:
        village = self.rng.integers(0, len(VILLAGES), homes.count)
        house = self.rng.integers(1, 400, homes.count)
        written = [f"{VILLAGES[v]}村{h}号" for v, h in zip(village.tolist(), house.tolist(), strict=True)]
        return [written[number] for number in homes.number.tolist()]

    def _schemes(self, age: Years) -> list[str]:
        lot = self.rng.random(len(age)) * 1000
        scheme = np.full(len(age), "", dtype=object)
        for start, until, permille in self.figures.schemes:
            rows = np.flatnonzero((age >= start) & (age < until))
            upto = np.cumsum([permille.get(one, 0) for one in SCHEMES])
            scheme[rows] = np.array(SCHEMES, dtype=object)[np.searchsorted(upto[:-1], lot[rows], side="right")]
        return list(scheme)

    def _signs(self, age: Years) -> NDArray[np.bool_]:
        permille = np.zeros(len(age))
        for start, until, share in self.figures.contracts:
            permille[(age >= start) & (age < until)] = share
        return self.rng.random(len(age)) * 1000 < permille

    def _signing_days(self, homes: Households) -> Days:
        """A household signs on one day."""
        ago = self.rng.integers(0, self.figures.contract_begun_within_days, homes.count)
        days: Days = np.datetime64(self.on) - ago[homes.number].astype("timedelta64[D]")
        return days

    def _chance(self, n: int, permille: int) -> NDArray[np.bool_]:
        return self.rng.random(n) * 1000 < permille

    def _ids(self, n: int) -> list[str]:
        """Random UUIDs (version 4) in the usual writing."""
        raw = np.frombuffer(self.rng.bytes(16 * n), dtype=np.uint8).reshape(n, 16).copy()
        raw[:, 6] = raw[:, 6] & 0x0F | 0x40
        raw[:, 8] = raw[:, 8] & 0x3F | 0x80
        text = raw.tobytes().hex()
        rows = (text[at : at + 32] for at in range(0, 32 * n, 32))
        return [f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in rows]


def _years_later(days: Days, years: int) -> Days:
    """The same day of the month; 29 February becomes 1 March."""
    months = days.astype("datetime64[M]")
    into_month = days - months.astype("datetime64[D]")
    later: Days = (months + np.timedelta64(12 * years, "M")).astype("datetime64[D]") + into_month
    return later


def _between(first: int, n: int, permille: int) -> int:
    """How many of the run's residents `first` … `first + n - 1` are doubles, evenly spread."""
    return (first + n) * permille // 1000 - first * permille // 1000
