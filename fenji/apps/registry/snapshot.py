"""The whole network in memory, one immutable copy a process: some hundred institutions, read far oftener than changed.

`network()` asks one query (about a millisecond) whether any row has changed since, and reads anew only then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from django.db import connection

from fenji.apps.registry.models import (
    Consortium,
    ConsortiumMember,
    Department,
    Institution,
    Link,
    Region,
    ServiceArea,
)
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
        return _grouped((tie.lower, tie) for tie in self.ties)

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


_held: Snapshot | None = None


def network() -> Snapshot:
    """The network as this transaction sees it."""
    global _held
    mark = _mark()
    snapshot = _held
    if snapshot is None or snapshot.mark != mark:
        snapshot = _held = _read(mark)
    return snapshot


MODELS = (Region, Institution, Department, Link, Consortium, ConsortiumMember, ServiceArea)
# Where a row version lies and which transaction made it: no insert, update or delete leaves all of these as they were,
# whoever made it and however, and a number is not used again after a rollback.
MARK = "SELECT count(*) || ':' || coalesce(sum(hashtext(ctid::text || xmin::text)), 0) FROM "


def _mark() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({MARK}{model._meta.db_table})" for model in MODELS))
        return tuple(cursor.fetchone())


def _read(mark: tuple[str, ...]) -> Snapshot:
    regions: dict[str, tuple[str, str | None]] = {one.code: (one.name, one.parent_id) for one in Region.objects.all()}
    areas = ServiceArea.objects.order_by("id").values_list("region_id", "institution_id")
    bare = Snapshot(mark, {}, _ties(), _unions(), regions, _grouped(areas))
    return replace(bare, nodes=_nodes(bare))


def _nodes(bare: Snapshot) -> dict[int, Node]:
    departments = _grouped((one.institution_id, one) for one in Department.objects.order_by("id"))
    institutions = Institution.objects.order_by("name_pinyin", "id")
    return {one.pk: _node(one, departments.get(one.pk, ()), bare) for one in institutions}


def _node(one: Institution, departments: tuple[Department, ...], bare: Snapshot) -> Node:
    return Node(
        id=one.pk,
        code=one.code,
        name=one.name,
        short_name=one.short_name,
        name_pinyin=one.name_pinyin,
        kind=Kind(one.kind),
        tier=Tier(one.tier),
        level=Level(one.level),
        region=one.region_id,
        county=bare.county(one.region_id),
        longitude=one.longitude,
        latitude=one.latitude,
        basis=Basis(one.basis),
        clause=one.clause,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        grade=Grade(one.grade),
        departments=tuple(Unit(d.pk, d.specialty, d.is_office, d.is_emergency, d.valid_until) for d in departments),
    )


def _ties() -> tuple[Tie, ...]:
    return tuple(
        Tie(
            one.upper_id,
            one.lower_id,
            LinkKind(one.kind),
            frozenset(one.specialties),
            Basis(one.basis),
            one.clause,
            one.valid_from,
            one.valid_until,
        )
        for one in Link.objects.order_by("id")
    )


def _unions() -> tuple[Union, ...]:
    members = _grouped(ConsortiumMember.objects.values_list("consortium_id", "institution_id"))
    return tuple(
        Union(
            one.pk,
            one.code,
            one.name,
            one.kind,
            one.lead_id,
            frozenset({one.lead_id, *members.get(one.pk, ())}),
            Basis(one.basis),
            one.clause,
            one.valid_from,
            one.valid_until,
            one.name_en,
        )
        for one in Consortium.objects.order_by("id")
    )


def _holds(valid_from: date | None, valid_until: date | None, on: date) -> bool:
    return (valid_from is None or valid_from <= on) and (valid_until is None or on < valid_until)


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}
