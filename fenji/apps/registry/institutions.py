"""An institution's fields as people and imports give them: which there are, and what is wrong with a value."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Institution, InstitutionAlias
from fenji.kernel.identity import IdentityFault, uscc
from fenji.kernel.pinyin import syllables
from fenji.kernel.tiers import Basis, Grade, Level, Tier

REQUIRED = ("code", "name", "kind", "tier", "region")
# What a row need not say; `basis` is what an authority enters itself.
DEFAULTS: dict[str, Any] = {"level": Level.NONE, "grade": Grade.NONE, "basis": Basis.STATED}
FIELDS = (
    *(*REQUIRED, "name_en", "short_name", "uscc", "ws218", "level", "grade", "ownership", "is_insured", "town"),
    *("address", "phone", "longitude", "latitude", "functions", "basis", "clause", "valid_from", "valid_until"),
    *("source_system", "source_code"),
)


def checked(fields: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
    """The values to save; raises Invalid that names every bad field.

    A new row needs `REQUIRED`; the code never changes.
    """
    faults = {name: _("没有这个字段。") for name in fields if name not in FIELDS}
    if is_new:
        faults |= {name: _("请填写这一项。") for name in REQUIRED if not fields.get(name)}
    elif "code" in fields:
        faults["code"] = _("机构代码不能更改。")
    values = {**DEFAULTS, "short_name": fields.get("name"), **fields} if is_new else dict(fields)
    for name, value in values.items():
        if name not in faults and (fault := _fault(name, value)):
            faults[name] = fault
    if faults:
        raise Invalid(fields=faults)
    if "name" in values:
        values["name_pinyin"] = pinyin(values["name"])
    if values.get("tier"):
        values["tier"] = Tier(int(values["tier"]))
    return values


def pinyin(name: str) -> str:
    """By which institutions sort, on any server."""
    return " ".join(syllables(name))[: Institution._meta.get_field("name_pinyin").max_length]


def other_names(institution: Institution, aliases: Iterable[str]) -> set[str]:
    """The aliases that are neither empty nor the name itself."""
    return {"".join(alias.split()) for alias in aliases} - {"", institution.name, institution.short_name}


def save_aliases(institution: Institution, aliases: Iterable[str]) -> None:
    """Make these the institution's other names."""
    wanted = other_names(institution, aliases)
    InstitutionAlias.objects.filter(institution=institution).exclude(name__in=wanted).delete()
    known = set(InstitutionAlias.objects.filter(institution=institution).values_list("name", flat=True))
    InstitutionAlias.objects.bulk_create(
        InstitutionAlias(institution=institution, name=name) for name in sorted(wanted - known)
    )


def _fault(name: str, value: Any) -> str:
    try:
        field = Institution._meta.get_field(name)
    except FieldDoesNotExist:
        return _("没有这个字段。")
    if check := CHECKS.get(name):
        return check(value)
    try:
        field.clean(value.pk if hasattr(value, "pk") else value, None)  # type: ignore[union-attr]
    except ValidationError as error:
        if value in ("", None) and (field.null or name not in REQUIRED):
            return ""
        return " ".join(error.messages)
    return ""


def _uscc_fault(value: str) -> str:
    if not value:
        return ""
    try:
        uscc(value)
    except IdentityFault as fault:
        return _(fault.sentence) % fault.values
    return ""


def _between(least: float, most: float) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value is None or (isinstance(value, int | float) and least <= value <= most):
            return ""
        return _("应在 %(least)s 与 %(most)s 之间。") % {"least": least, "most": most}

    return check


def _tier_fault(value: Any) -> str:
    return "" if str(value).isdigit() and int(value) in set(Tier) else _("层级应为 1（村）至 4（市）。")


def _functions_fault(value: Any) -> str:
    return "" if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value) else _("应为代码列表。")


CHECKS: dict[str, Callable[[Any], str]] = {
    "uscc": _uscc_fault,
    "longitude": _between(73.0, 136.0),
    "latitude": _between(3.0, 54.0),
    "tier": _tier_fault,
    "functions": _functions_fault,
}
