"""A city's network into the database. Loading again updates; what the files no longer name is ended, never deleted.

Only rows that came from the same files are ended: what an administrator entered by hand stays.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.registry.institutions import other_names, pinyin, save_aliases
from fenji.apps.registry.matching import bring_into_line, end_the_others
from fenji.apps.registry.models import (
    Consortium,
    ConsortiumMember,
    Department,
    Institution,
    InstitutionAlias,
    InstitutionAttribute,
    Link,
    Region,
    ServiceArea,
)
from fenji.apps.registry.staff_loading import Staff, load_staff
from fenji.cities import shape

Institutions = dict[str, Institution]


@dataclass(frozen=True)
class Loaded:
    """How many rows of the files there are now."""

    regions: int
    institutions: int
    departments: int
    consortia: int
    links: int
    people: int = 0
    teams: int = 0


@transaction.atomic
def load_city(network: shape.Network, at: datetime, *, staff: Staff | None = None, by: User | None = None) -> Loaded:
    """Bring the registry into line with a city's files, and with its (synthetic) staff where given."""
    source, on = f"city:{network.city}", timezone.localdate(at)
    regions = _regions(network)
    institutions = _institutions(network, source, on)
    _attributes(network, institutions)
    _areas(network, institutions)
    departments = _departments(network, institutions, source, on)
    consortia = _consortia(network, institutions, source, on)
    links = _links(network, institutions, source, on)
    people, teams = load_staff(staff, institutions, at) if staff else (0, 0)
    loaded = Loaded(len(regions), len(institutions), departments, consortia, links, people, teams)
    audit.record("network.load", Region.objects.get(code=network.regions[0].code), by=by, at=at, details=vars(loaded))
    return loaded


def _regions(network: shape.Network) -> dict[str, Region]:
    wanted = {
        one.code: _taken(one, "code name name_en population longitude latitude basis", parent_id=one.parent)
        for one in network.regions
    }
    return bring_into_line(Region, wanted, Region.objects.in_bulk(list(wanted)))


def _institutions(network: shape.Network, source: str, on: date) -> Institutions:
    plain = (
        "code name name_en short_name uscc kind ws218 tier level grade ownership is_insured address phone "
        "longitude latitude basis clause valid_from valid_until"
    )
    wanted = {
        one.code: _taken(
            one, plain, name_pinyin=pinyin(one.name), region_id=one.region, town_id=one.town,
            functions=list(one.functions), source_system=source, source_code=one.code,
        )
        for one in network.institutions
    }  # fmt: skip
    found = {one.code: one for one in Institution.objects.all()}
    institutions = bring_into_line(Institution, wanted, found)
    end_the_others(wanted, {code: one for code, one in found.items() if one.source_system == source}, on)
    known = set(InstitutionAlias.objects.values_list("institution_id", "name"))
    for one in network.institutions:
        row = institutions[one.code]
        aliases = {(row.pk, name) for name in other_names(row, one.aliases)}
        if aliases != {pair for pair in known if pair[0] == row.pk}:
            save_aliases(row, one.aliases)
    return institutions


def _attributes(network: shape.Network, institutions: Institutions) -> None:
    """Dated facts are replaced as a whole: nothing refers to them."""
    plain = "name value valid_from valid_until basis clause"
    wanted = [
        {"institution_id": institutions[one.code].pk, **_taken(attribute, plain)}
        for one in network.institutions
        for attribute in one.attributes
    ]
    ours = InstitutionAttribute.objects.filter(institution__in=institutions.values())
    if list(ours.order_by("id").values("institution_id", *plain.split())) != wanted:
        ours.delete()
        InstitutionAttribute.objects.bulk_create(InstitutionAttribute(**values) for values in wanted)


def _areas(network: shape.Network, institutions: Institutions) -> None:
    wanted = {
        (institutions[one.code].pk, area.region): {
            "institution_id": institutions[one.code].pk, "region_id": area.region, "basis": area.basis,
        }
        for one in network.institutions
        for area in one.areas
    }  # fmt: skip
    ours = ServiceArea.objects.filter(institution__in=institutions.values())
    found = {(one.institution_id, one.region_id): one for one in ours}
    ours.filter(pk__in=[one.pk for key, one in found.items() if key not in wanted]).delete()
    bring_into_line(ServiceArea, wanted, found)


def _departments(network: shape.Network, institutions: Institutions, source: str, on: date) -> int:
    plain = "code name name_en specialty is_office is_emergency phone duty_phone location valid_until"
    wanted = {
        (institutions[one.code].pk, department.code): _taken(
            department, plain, institution_id=institutions[one.code].pk, source_system=source
        )
        for one in network.institutions
        for department in one.departments
    }
    ours = Department.objects.filter(institution__in=institutions.values())
    found = {(one.institution_id, one.code): one for one in ours}
    gone = {key: one for key, one in found.items() if key not in wanted and one.source_system == source}
    end_the_others([], gone, on)
    ours.filter(pk__in=[one.pk for one in gone.values()], is_office=True).update(is_office=False)
    return len(bring_into_line(Department, wanted, found))


def _consortia(network: shape.Network, institutions: Institutions, source: str, on: date) -> int:
    wanted = {
        one.code: _taken(
            one, "code name name_en kind basis clause valid_from valid_until", lead_id=institutions[one.lead].pk,
            source_system=source,
        )
        for one in network.consortia
    }  # fmt: skip
    found = {one.code: one for one in Consortium.objects.all()}
    consortia = bring_into_line(Consortium, wanted, found)
    end_the_others(wanted, {code: one for code, one in found.items() if one.source_system == source}, on)
    members = {
        (consortia[one.code].pk, institutions[member.institution].pk): {
            "consortium_id": consortia[one.code].pk, "institution_id": institutions[member.institution].pk,
            "basis": member.basis, "clause": member.clause,
        }
        for one in network.consortia
        for member in one.members
    }  # fmt: skip
    ours = ConsortiumMember.objects.filter(consortium__in=consortia.values())
    present = {(one.consortium_id, one.institution_id): one for one in ours}
    ours.filter(pk__in=[one.pk for key, one in present.items() if key not in members]).delete()
    bring_into_line(ConsortiumMember, members, present)
    return len(consortia)


def _links(network: shape.Network, institutions: Institutions, source: str, on: date) -> int:
    wanted = {
        (institutions[one.upper].pk, institutions[one.lower].pk, one.kind.value): _taken(
            one, "kind basis clause valid_from valid_until", upper_id=institutions[one.upper].pk,
            lower_id=institutions[one.lower].pk, specialties=list(one.specialties), source_system=source,
        )
        for one in network.links
    }  # fmt: skip
    found = {(one.upper_id, one.lower_id, one.kind): one for one in Link.objects.all()}
    end_the_others(wanted, {key: one for key, one in found.items() if one.source_system == source}, on)
    return len(bring_into_line(Link, wanted, found))


def _taken(one: object, names: str, **more: Any) -> dict[str, Any]:
    """Fields of the same name on both sides, and others."""
    return {**{name: getattr(one, name) for name in names.split()}, **more}
