"""What an institution's page says: facts, functions with their clause, ties by direction, departments, consortia."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fenji.apps.registry import queries
from fenji.apps.registry.models import Department, Institution, InstitutionAttribute, Link
from fenji.apps.registry.snapshot import Union, network
from fenji.cities.network import Function, load_network
from fenji.kernel.tiers import LinkKind
from fenji.web.presenters.names import full_name

ATTRIBUTES: dict[str, str | Promise] = {
    "beds": _("床位"),
    "planned_level": _("规划等级"),
    "planned_building": _("在建项目"),
    "remote_centre": _("远程会诊"),
    "assumed_fields": _("由本系统假定的项目"),
}
FIELDS: dict[str, str | Promise] = {
    "uscc": _("统一社会信用代码"),
    "ws218": _("机构类别代码"),
    "tier": _("层级"),
    "level": _("等级"),
    "grade": _("等次"),
    "town": _("镇街"),
    "phone": _("电话"),
    "longitude": _("经度"),
    "latitude": _("纬度"),
    "beds": _("床位"),
    "departments": _("科室"),
    "areas": _("服务范围"),
}
DOES: dict[str, str | Promise] = {
    "treats": _("诊治"),
    "receives": pgettext_lazy("function", "接收"),
    "sends_on": pgettext_lazy("function", "转出"),
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
    value: str
    row: InstitutionAttribute


@dataclass(frozen=True)
class Partner:
    """Another institution and every tie with it."""

    institution: Institution
    links: list[Link]


@dataclass(frozen=True)
class Facts:
    aliases: list[str]
    attributes: list[Fact]
    functions: list[Duty]
    above: list[Partner]
    below: list[Partner]
    villages: list[Institution]
    advised: int  # how many institutions it guides; listed only as a number when they are the whole city
    departments: list[Department]
    consortia: list[Union]
    areas: list[str]


def facts_of(institution: Institution, *, city: str, on: date) -> Facts:
    links = list(queries.links_of(institution, on))
    down = [link for link in links if link.upper_id == institution.pk]
    led = [link for link in down if link.kind not in (LinkKind.VILLAGE, LinkKind.GUIDANCE)]
    return Facts(
        aliases=[alias.name for alias in institution.aliases.order_by("id")],
        attributes=[_fact(row) for row in institution.attributes.order_by("id")],
        functions=_functions(institution, city),
        above=_partners([link for link in links if link.lower_id == institution.pk], "upper"),
        below=_partners(led, "lower"),
        villages=[link.lower for link in down if link.kind == LinkKind.VILLAGE],
        advised=sum(link.kind == LinkKind.GUIDANCE for link in down),
        departments=list(queries.departments_of(institution, on)),
        consortia=network().unions_of(institution.pk, on),
        areas=[full_name(area.region) for area in institution.areas.select_related("region").order_by("region_id")],
    )


def _fact(row: InstitutionAttribute) -> Fact:
    value = row.value
    if row.name == "assumed_fields":
        value = str(_("、")).join(str(FIELDS.get(name, name)) for name in value.split())
    return Fact(str(ATTRIBUTES.get(row.name, row.name)), value, row)


def _partners(links: list[Link], end: str) -> list[Partner]:
    """One row for each institution at the other end, the highest tier first, then pinyin."""
    found: dict[int, Partner] = {}
    for link in links:
        other: Institution = getattr(link, end)
        found.setdefault(other.pk, Partner(other, [])).links.append(link)
    return sorted(found.values(), key=lambda one: (-one.institution.tier, one.institution.name_pinyin))


def _functions(institution: Institution, city: str) -> list[Duty]:
    known = {function.code: function for function in load_network(city).functions}
    return [_duty(known[code]) for code in institution.functions if code in known]


def _duty(function: Function) -> Duty:
    return Duty(str(DOES[function.does]), full_name(function), function.basis, function.clause)
