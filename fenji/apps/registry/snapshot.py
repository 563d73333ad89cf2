"""The whole network in memory, one immutable copy a process: some hundred institutions, read far oftener than changed.

`network()` asks one query (about a millisecond) whether any row has changed since, and reads anew only then.
"""

from dataclasses import replace

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
from fenji.apps.registry.nodes import Node, Snapshot, Tie, Union, Unit, covers, grouped
from fenji.kernel.tiers import Basis, Grade, Kind, Level, LinkKind, Tier

__all__ = ["Node", "Snapshot", "Tie", "Union", "Unit", "covers", "network"]

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
    held = list(Region.objects.all())
    regions: dict[str, tuple[str, str | None]] = {one.code: (one.name, one.parent_id) for one in held}
    areas = ServiceArea.objects.order_by("id").values_list("region_id", "institution_id")
    english = {one.code: one.name_en for one in held}
    bare = Snapshot(mark, {}, _ties(), _unions(), regions, grouped(areas), english)
    return replace(bare, nodes=_nodes(bare))


def _nodes(bare: Snapshot) -> dict[int, Node]:
    departments = grouped((one.institution_id, one) for one in Department.objects.order_by("id"))
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
        name_en=one.name_en,
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
    members = grouped(ConsortiumMember.objects.values_list("consortium_id", "institution_id"))
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
