"""The network as objects without a database: institutions, typed ties, consortia, regions, at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar

from fenji.kernel.distance import distance_km
from fenji.kernel.tiers import Basis, Grade, Kind, Level, LinkKind, Tier

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Unit:
    """A department; `specialty` is its 诊疗科目 code."""

    id: int
    specialty: str
    is_office: bool
    is_emergency: bool
    valid_until: date | None


@dataclass(frozen=True)
class Node:
    """An institution as choosing and drawing need it."""

    id: int
    code: str
    name: str
    short_name: str
    name_pinyin: str
    kind: Kind
    tier: Tier
    level: Level
    region: str
    county: str
    longitude: float | None
    latitude: float | None
    basis: Basis
    clause: str
    valid_from: date | None
    valid_until: date | None
    departments: tuple[Unit, ...]
    grade: Grade = Grade.NONE
    name_en: str = ""

    def specialties_on(self, on: date) -> frozenset[str]:
        """诊疗科目 codes of the departments there are on a day."""
        standing = (unit for unit in self.departments if unit.specialty and _holds(None, unit.valid_until, on))
        return frozenset(unit.specialty for unit in standing)

    def is_open_on(self, on: date) -> bool:
        return _holds(self.valid_from, self.valid_until, on)


@dataclass(frozen=True)
class Tie:
    """A typed link, upper first; empty `specialties` means all."""

    upper: int
    lower: int
    kind: LinkKind
    specialties: frozenset[str]
    basis: Basis
    clause: str
    valid_from: date | None
    valid_until: date | None

    def holds_on(self, on: date) -> bool:
        return _holds(self.valid_from, self.valid_until, on)

    def serves(self, specialty: str) -> bool:
        """Whether the tie is for patients of a specialty."""
        return not self.specialties or covers(self.specialties, specialty)


@dataclass(frozen=True)
class Union:
    """A consortium with its members, the lead among them."""

    id: int
    code: str
    name: str
    kind: str
    lead: int
    members: frozenset[int]
    basis: Basis
    clause: str
    valid_from: date | None
    valid_until: date | None
    name_en: str = ""

    def holds_on(self, on: date) -> bool:
        return _holds(self.valid_from, self.valid_until, on)


@dataclass(frozen=True)
class Snapshot:
    """The network between two changes. Regions map code to (name, parent)."""

    mark: tuple[str, ...]
    nodes: dict[int, Node]
    ties: tuple[Tie, ...]
    unions: tuple[Union, ...]
    regions: dict[str, tuple[str, str | None]]
    served_towns: dict[str, tuple[int, ...]]
    regions_en: dict[str, str] = field(default_factory=dict)

    def lineage(self, region: str) -> list[str]:
        """A region and those it lies in, innermost first."""
        found = []
        at: str | None = region
        while at is not None:
            found.append(at)
            at = self.regions[at][1]
        return found

    def county(self, region: str) -> str:
        """The county a region lies in: the one below the city; the city itself for the city."""
        line = self.lineage(region)
        return line[-2] if len(line) > 1 else line[0]

    @cached_property
    def ties_up(self) -> dict[int, tuple[Tie, ...]]:
        """Ties above each institution."""
        return grouped((tie.lower, tie) for tie in self.ties)

    def unions_of(self, institution_id: int, on: date) -> list[Union]:
        """The consortia an institution belongs to on a day."""
        return [one for one in self.unions if institution_id in one.members and one.holds_on(on)]

    def distance_km(self, one: int, other: int) -> float | None:
        """As the crow flies; None when a place is not known."""
        a, b = self.nodes[one], self.nodes[other]
        if a.longitude is None or a.latitude is None or b.longitude is None or b.latitude is None:
            return None
        return distance_km(a.longitude, a.latitude, b.longitude, b.latitude)


def covers(specialties: frozenset[str], wanted: str) -> bool:
    """Whether a specialty is among these, itself or by its parent (03 内科 for 03.04 心血管内科)."""
    return wanted in specialties or wanted.partition(".")[0] in specialties


def _holds(valid_from: date | None, valid_until: date | None, on: date) -> bool:
    return (valid_from is None or valid_from <= on) and (valid_until is None or on < valid_until)


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    """Values by key, in their order."""
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}
