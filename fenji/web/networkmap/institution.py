"""What an institution's page says: its facts, functions with their clause, ties by direction, departments, consortia."""


from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fenji.apps.registry import queries
from fenji.apps.registry.models import Department, Institution, InstitutionAttribute, Link
from fenji.apps.registry.snapshot import Union, network
from fenji.cities.network import Function, load_network
from fenji.kernel.tiers import LinkKind

ATTRIBUTES: dict[str, str | Promise] = {
    "beds": _("编制床位"),
    "planned_level": _("规划等级"),
    "remote_centre": _("远程会诊"),
    "new_building": _("新建项目"),
    "meets_standard": _("建设达标"),
    "tcm_clinic": _("中医馆"),
    "standard": _("建设达标"),
    "example": _("说明"),
}
DOES: dict[str, str | Promise] = {
    "treats": _("诊治"),
    "receives": _("接收"),
    "sends_on": _("转出"),
    "supports": _("承担"),
}


@dataclass(frozen=True)
class Duty:
    """One line of 功能定位 in the reader's language."""

    does: str
    name: str
    basis: str
    clause: str


@dataclass(frozen=True)
class Fact:
    name: str
    row: InstitutionAttribute


@dataclass(frozen=True)
class Facts:
    aliases: list[str]
    attributes: list[Fact]
    functions: list[Duty]
    above: list[Link]
    below: list[Link]
    villages: list[Link]
    advised: int  # how many institutions it guides; listed only as a number when they are the whole city
    departments: list[Department]
    consortia: list[Union]
    areas: list[str]


def facts_of(institution: Institution, *, city: str, on: date) -> Facts:
    links = list(queries.links_of(institution, on))
    below = [link for link in links if link.upper_id == institution.pk]
    return Facts(
        aliases=[alias.name for alias in institution.aliases.order_by("id")],
        attributes=[Fact(str(ATTRIBUTES.get(row.name, row.name)), row) for row in institution.attributes.order_by("id")],
        functions=_functions(institution, city),
        above=[link for link in links if link.lower_id == institution.pk],
        below=[link for link in below if link.kind not in (LinkKind.VILLAGE, LinkKind.GUIDANCE)],
        villages=[link for link in below if link.kind == LinkKind.VILLAGE],
        advised=sum(link.kind == LinkKind.GUIDANCE for link in below),
        departments=list(queries.departments_of(institution, on)),
        consortia=network().unions_of(institution.pk, on),
        areas=[area.region.name for area in institution.areas.select_related("region").order_by("region_id")],
    )


def _functions(institution: Institution, city: str) -> list[Duty]:
    known = {function.code: function for function in load_network(city).functions}
    return [_duty(known[code]) for code in institution.functions if code in known]


def _duty(function: Function) -> Duty:
    name = function.name_en if (get_language() or "").startswith("en") else function.name
    return Duty(str(DOES[function.does]), name, function.basis, function.clause)


