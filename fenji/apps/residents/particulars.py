"""What is told about a resident, at the counter or in a row of an import: checked all at once, then filled in."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from fenji.apps.common import free_text
from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Region
from fenji.apps.residents import identity, names
from fenji.apps.residents.models import IdKind, Resident
from fenji.kernel.identity import IdentityFault, Mainland

UNKNOWN_SEX, NOT_STATED = 0, 9  # GB/T 2261.1
SEXES = (UNKNOWN_SEX, 1, 2, NOT_STATED)
SCHEMES = ("", "resident", "employee", "none", "other")
NEWBORN_UNTIL = timedelta(days=365)  # after that a child has papers of its own, or is registered as unknown
ADDRESS_LENGTH = 120


@dataclass(frozen=True)
class Particulars:
    """As typed. Sex and birth date may be left out where the ID number tells them."""

    id_kind: str
    name: str = ""
    id_number: str = ""
    sex: int | None = None
    birth_date: date | None = None
    phone: str = ""
    town_code: str = ""
    address: str = ""
    scheme: str = ""
    mother_id: UUID | None = None


@dataclass(frozen=True)
class Checked:
    """In the form in which it is kept."""

    id_kind: IdKind
    name: str
    number: str
    sex: int
    birth_date: date | None
    phone: str
    town_id: str | None
    address: str
    scheme: str
    mother_id: UUID | None = None
    region_since: int | None = None  # see kernel.identity.Mainland


def check(told: Particulars, *, on: date, towns: Collection[str] | None = None) -> Checked:
    """Everything told, in the form in which it is kept; raises Invalid with a word for every field at fault.

    `towns` spares who checks many the question whether a region exists, by naming those that do.
    """
    faults: dict[str, str] = {}
    kind, number, says = _number(told, on, faults)
    checked = Checked(
        id_kind=kind,
        name=_name(told.name, kind, faults),
        number=number,
        sex=_sex(told.sex, kind, says, faults),
        birth_date=_birth_date(told.birth_date, kind, says, on, faults),
        phone=_phone(told.phone, faults),
        town_id=_town(told.town_code, towns, faults),
        address=_address(told.address, faults),
        scheme=_scheme(told.scheme, faults),
        mother_id=told.mother_id if kind == IdKind.MOTHER else None,
        region_since=says.region_since if says else None,
    )
    if faults:
        raise Invalid(fields=faults)
    return checked


def with_kept_numbers(told: Particulars, before: Checked) -> Particulars:
    """An ID number or telephone left empty means: as it was."""
    kept_number = told.id_kind == before.id_kind and not told.id_number.strip()
    return replace(
        told,
        id_number=before.number if kept_number else told.id_number,
        phone=told.phone.strip() or before.phone,
        mother_id=told.mother_id or before.mother_id,
    )


def fill(resident: Resident, checked: Checked) -> Resident:
    """Put it into the row, sealed and hashed where it must be; nothing is saved."""
    resident.name = checked.name
    resident.name_pinyin, resident.name_initials = names.pinyin(checked.name), names.initials(checked.name)
    resident.sex, resident.birth_date = checked.sex, checked.birth_date
    resident.town_id, resident.address, resident.scheme = checked.town_id, checked.address, checked.scheme
    resident.id_kind = checked.id_kind
    if checked.id_kind == IdKind.MOTHER:
        resident.mother_id = checked.mother_id  # kept when the child gets papers of its own
    fill_number(resident, checked.number)
    fill_phone(resident, checked.phone)
    return resident


def fill_number(resident: Resident, number: str) -> None:
    resident.id_sealed = identity.seal_id(resident.pk, number) if number else None
    resident.id_hash = identity.id_hash(number) if number else None
    resident.tail_hash = identity.tail_hash(resident.name, number[-4:]) if number else None


def fill_phone(resident: Resident, phone: str) -> None:
    resident.phone_sealed = identity.seal_phone(resident.pk, phone) if phone else None
    resident.phone_hash = identity.phone_hash(phone) if phone else None


def _number(told: Particulars, on: date, faults: dict[str, str]) -> tuple[IdKind, str, Mainland | None]:
    if told.id_kind not in IdKind.values:
        faults["id_kind"] = _("请选择证件类型。")
        return IdKind.UNKNOWN, "", None
    kind = IdKind(told.id_kind)
    if kind not in identity.NUMBERED:
        if told.id_number.strip():
            faults["id_number"] = _("这种登记不填证件号码；如有证件，请改选证件类型。")
        if kind == IdKind.MOTHER and told.mother_id is None:
            faults["mother_id"] = _("请先找到母亲的登记。")
        return kind, "", None
    try:
        return identity.read_number(kind, told.id_number, on=on)
    except IdentityFault as fault:
        faults["id_number"] = identity.words(fault)
        return kind, "", None


def _name(text: str, kind: IdKind, faults: dict[str, str]) -> str:
    name = names.clean(text)
    if not name and kind in identity.NUMBERED:
        faults["name"] = _("请填写姓名。")
    elif len(text.strip()) > names.NAME_LENGTH:
        faults["name"] = _("姓名最多 %(n)s 个字。") % {"n": names.NAME_LENGTH}
    elif kind in identity.NUMBERED and not re.fullmatch(r"[^\W\d_]([^\W\d_]|[ .'·-])*", name):
        faults["name"] = _("姓名只能由汉字、字母、空格和间隔号组成。")
    elif fault := free_text.fault_in(name):
        faults["name"] = fault
    return name


def _sex(told: int | None, kind: IdKind, says: Mainland | None, faults: dict[str, str]) -> int:
    if says is not None:
        if told not in (None, UNKNOWN_SEX, NOT_STATED, says.sex):
            faults["sex"] = _("性别与证件号码不符。")
        return says.sex
    if told is None:
        if kind != IdKind.UNKNOWN and "id_number" not in faults:
            faults["sex"] = _("请选择性别。")
        return UNKNOWN_SEX
    if told not in SEXES:
        faults["sex"] = _("请选择性别。")
        return UNKNOWN_SEX
    return told


def _birth_date(
    told: date | None, kind: IdKind, says: Mainland | None, on: date, faults: dict[str, str]
) -> date | None:
    if says is not None:
        if told not in (None, says.birth_date):
            faults["birth_date"] = _("出生日期与证件号码不符。")
        return says.birth_date
    if told is None:
        if kind != IdKind.UNKNOWN and "id_number" not in faults:
            faults["birth_date"] = _("请填写出生日期。")
    elif told > on:
        faults["birth_date"] = _("出生日期不能在今天之后。")
    elif told < on - timedelta(days=366 * 125):
        faults["birth_date"] = _("出生日期过早。")
    elif kind == IdKind.MOTHER and told < on - NEWBORN_UNTIL:
        faults["birth_date"] = _("满一岁的儿童请用本人证件登记；没有证件的，先按身份不明登记。")
    return told


def _phone(text: str, faults: dict[str, str]) -> str:
    phone = identity.canonical_phone(text)
    if text.strip() and (fault := identity.phone_fault(phone) or ("" if phone else identity.phone_fault("?"))):
        faults["phone"] = fault
    return phone


def _town(code: str, towns: Collection[str] | None, faults: dict[str, str]) -> str | None:
    if code and towns is None:
        towns = Region.objects.filter(pk=code.replace("\x00", "?")).values_list("pk", flat=True)
    if code and code not in (towns or ()):
        faults["town_code"] = _("没有这个镇街。")
        return None
    return code or None


def _address(text: str, faults: dict[str, str]) -> str:
    address = " ".join(text.split())
    if len(address) > ADDRESS_LENGTH:
        faults["address"] = _("住址最多 %(n)s 个字。") % {"n": ADDRESS_LENGTH}
    elif fault := free_text.fault_in(address):
        faults["address"] = fault
    return address


def _scheme(code: str, faults: dict[str, str]) -> str:
    if code not in SCHEMES:
        faults["scheme"] = _("请选择医保类型。")
    return code
