"""Questions about the network: which institution a name means, what lies where, who stands above, who could receive."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from fenji.apps.registry.errors import NoOffice, NoSuchInstitution
from fenji.apps.registry.models import Department, Institution, Link, Region
from fenji.apps.registry.snapshot import Node, Snapshot, Tie, Union, covers, network
from fenji.kernel.choice import is_inside
from fenji.kernel.tiers import Kind, LinkKind

AUTHORITIES = frozenset({Kind.COMMISSION, Kind.INSURER})


def institution_named(text: str) -> Institution:
    """The institution meant by a code, full name, short name or alias; raises NoSuchInstitution."""
    text = "".join(text.split())
    named = Q(code=text) | Q(name=text) | Q(short_name=text) | Q(aliases__name=text)
    found = Institution.objects.filter(named).select_related("region", "town").distinct().first()
    if found is None:
        raise NoSuchInstitution
    return found


def institutions_in(region_code: str, *, on: date | None = None) -> QuerySet[Institution]:
    """Institutions of a region and of the zones in it, by tier from the top, then pinyin; `on` keeps those open."""
    snapshot = network()
    inside = [code for code in snapshot.regions if region_code in snapshot.lineage(code)]
    found = Institution.objects.filter(region_id__in=inside)
    if on is not None:
        found = found.filter(open_on(on))
    return found.select_related("region", "town").order_by("-tier", "name_pinyin", "id")


def smallest_regions() -> QuerySet[Region]:
    """Towns and streets: regions without parts, by code."""
    return Region.objects.filter(parts=None).order_by("code")


def open_on(on: date) -> Q:
    """The condition that a dated row holds on a day."""
    return (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_until=None) | Q(valid_until__gt=on))


def office_of(institution: Institution | int) -> Department:
    """The institution's coordination office (转诊协调部门); raises NoOffice."""
    office = Department.objects.filter(institution=institution, is_office=True).select_related("institution").first()
    if office is None:
        raise NoOffice
    return office


def departments_of(institution: Institution | int, on: date) -> QuerySet[Department]:
    """Departments there are on a day, in the order they were entered."""
    standing = Q(valid_until=None) | Q(valid_until__gt=on)
    return Department.objects.filter(standing, institution=institution).order_by("id")


def department_for(institution_id: int, specialty: str, on: date) -> Department | None:
    """The department that sees a specialty: its own, else that of the parent specialty (03 for 03.04), else none."""
    departments = [one for one in departments_of(institution_id, on) if one.specialty]
    for wanted in (specialty, specialty.partition(".")[0]):
        for department in departments:
            if department.specialty == wanted:
                return department
    return None


def county_of(institution: Institution | int) -> Region:
    """The county an institution lies in; the city for an institution of the city."""
    snapshot = network()
    return Region.objects.get(code=snapshot.nodes[_id(institution)].county)


def commissions_above(institution: Institution | int) -> list[Institution]:
    """The health commissions an institution answers to, the nearest first: its county's, then the city's."""
    return _authorities_above(institution, Kind.COMMISSION)


def insurers_above(institution: Institution | int) -> list[Institution]:
    """The insurers (医保经办机构) of an institution's county and city, the nearest first."""
    return _authorities_above(institution, Kind.INSURER)


def _authorities_above(institution: Institution | int, kind: Kind) -> list[Institution]:
    snapshot = network()
    lineage = snapshot.lineage(snapshot.nodes[_id(institution)].region)
    found = Institution.objects.filter(kind=kind, region_id__in=lineage, valid_until=None)
    return sorted(found, key=lambda one: (lineage.index(one.region_id), one.code))


def serving(town_code: str, on: date) -> list[Institution]:
    """The primary institutions that serve a town on a day, the one whose first duty it is in front."""
    ids = [one for one in network().served_towns.get(town_code, ()) if network().nodes[one].is_open_on(on)]
    return sorted(Institution.objects.filter(pk__in=ids), key=lambda one: ids.index(one.pk))


@dataclass(frozen=True)
class Candidate:
    """A possible receiver seen from a sender: what choosing needs to know, without waits and free slots."""

    institution: Node
    distance_km: float | None
    links: frozenset[LinkKind]  # ties with the sender that hold and cover the specialty, in either direction
    same_consortium: bool  # one inside which patients are passed on, see `kernel.choice.is_inside`
    consortium: str  # its name
    same_county: bool
    clause: str  # of the consortium or tie
    consortium_en: str = ""


def candidates_for(specialty: str, *, sender_id: int, on: date, emergency: bool = False) -> list[Candidate]:
    """Every other institution that has the specialty on a day (with an emergency department, for an emergency).

    An empty specialty asks for any. Nearest first; where two lie equally far, by pinyin.
    """
    snapshot = network()
    found = [
        _candidate(snapshot, node, sender_id, specialty, on)
        for node in snapshot.nodes.values()
        if node.id != sender_id and _receives(node, specialty, on, emergency)
    ]
    return sorted(found, key=lambda one: float("inf") if one.distance_km is None else one.distance_km)


def ties_between(snapshot: Snapshot, one: int, other: int, on: date) -> list[Tie]:
    """Typed links of two institutions that hold on a day, whichever stands above."""
    return [
        tie
        for tie in (*snapshot.ties_up.get(one, ()), *snapshot.ties_up.get(other, ()))
        if {tie.upper, tie.lower} == {one, other} and tie.holds_on(on)
    ]


@dataclass(frozen=True)
class NetworkPage:
    """All that the drawing of the network shows: institutions by county, consortia, links with their clause."""

    counties: list[tuple[Region, list[Node]]]
    consortia: list[Union]
    links: list[tuple[Node, Node, Tie]]


def links_for_network_page(on: date, *, county: str | None = None) -> NetworkPage:
    """Who refers to whom on a day: county by county (the city first), and every tie, upper institution first.

    With `county`, the institutions of that county and all that are tied to them or share a consortium.
    """
    snapshot = network()
    nodes = {one.id: one for one in snapshot.nodes.values() if one.is_open_on(on) and one.kind not in AUTHORITIES}
    unions = [one for one in snapshot.unions if one.holds_on(on)]
    ties = [tie for tie in snapshot.ties if tie.holds_on(on) and tie.upper in nodes and tie.lower in nodes]
    if county is not None:
        own = {one.id for one in nodes.values() if one.county == county}
        ties = [tie for tie in ties if {tie.upper, tie.lower} & own]
        unions = [one for one in unions if one.members & own]
        near = own.union(*({tie.upper, tie.lower} for tie in ties), *(one.members for one in unions))
        nodes = {id_: node for id_, node in nodes.items() if id_ in near}
    return NetworkPage(_by_county(nodes.values()), unions, [(nodes[tie.upper], nodes[tie.lower], tie) for tie in ties])


def links_of(institution: Institution | int, on: date) -> QuerySet[Link]:
    """An institution's links that hold on a day, those above it and those below."""
    ends = Q(upper=institution) | Q(lower=institution)
    return Link.objects.filter(ends & open_on(on)).select_related("upper", "lower").order_by("kind", "id")


def _by_county(nodes: Iterable[Node]) -> list[tuple[Region, list[Node]]]:
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        groups.setdefault(node.county, []).append(node)
    regions = Region.objects.filter(code__in=groups).order_by("code")
    return [(region, sorted(groups[region.code], key=lambda one: (-one.tier, one.name_pinyin))) for region in regions]


def _candidate(snapshot: Snapshot, node: Node, sender_id: int, specialty: str, on: date) -> Candidate:
    ties = [tie for tie in ties_between(snapshot, sender_id, node.id, on) if not specialty or tie.serves(specialty)]
    shared = [
        one
        for one in snapshot.unions_of(sender_id, on)
        if node.id in one.members and is_inside(one.kind, is_led_by_either=one.lead in {sender_id, node.id})
    ]
    return Candidate(
        institution=node,
        distance_km=snapshot.distance_km(sender_id, node.id),
        links=frozenset(tie.kind for tie in ties),
        same_consortium=bool(shared),
        consortium=shared[0].name if shared else "",
        consortium_en=shared[0].name_en if shared else "",
        same_county=snapshot.nodes[sender_id].county == node.county,
        clause=next(iter([*(one.clause for one in shared), *(tie.clause for tie in ties)]), ""),
    )


def _receives(node: Node, specialty: str, on: date, emergency: bool) -> bool:
    if node.kind in AUTHORITIES or not node.is_open_on(on):
        return False
    if emergency:
        return any(unit.is_emergency for unit in node.departments)
    return not specialty or covers(node.specialties_on(on), specialty)


def _id(institution: Institution | int) -> int:
    return institution if isinstance(institution, int) else institution.pk
