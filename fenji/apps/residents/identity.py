"""ID and phone numbers as this app keeps them: sealed to their row, found by keyed hash, shown masked."""

import re
import secrets
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from fenji.apps.common import sealing
from fenji.apps.residents.models import IdKind, Resident
from fenji.kernel import identity as kernel
from fenji.kernel.identity import IdentityFault, Mainland

CARD_ALPHABET = "0123456789"
NUMBERED = frozenset({IdKind.MAINLAND, IdKind.BIRTH, IdKind.PASSPORT, IdKind.HMT})  # kinds with a number to show


def seal_id(resident_id: UUID, number: str) -> bytes:
    """The canonical ID number, bound to the resident's row."""
    return sealing.seal(number, context=f"resident.id:{resident_id}")


def seal_phone(resident_id: UUID, phone: str) -> bytes:
    return sealing.seal(phone, context=f"resident.phone:{resident_id}")


def id_hash(number: str) -> bytes:
    """By which an equal ID number is found."""
    return sealing.lookup_hash(kernel.canonical(number), purpose="resident.id")


def tail_hash(name: str, last_four: str) -> bytes:
    """By which a resident is found who tells the name and the last four characters of the ID number."""
    return sealing.lookup_hash(f"{name}\0{last_four[-4:].upper()}", purpose="resident.tail")


def phone_hash(phone: str) -> bytes:
    return sealing.lookup_hash(canonical_phone(phone), purpose="resident.phone")


def id_number(resident: Resident) -> str:
    """The ID number in the clear, or "" without one. Every showing of it is audited by the caller."""
    return sealing.unseal(resident.id_sealed, context=f"resident.id:{resident.pk}") if resident.id_sealed else ""


def phone_number(resident: Resident) -> str:
    """The telephone number in the clear, or "" without one."""
    if not resident.phone_sealed:
        return ""
    return sealing.unseal(resident.phone_sealed, context=f"resident.phone:{resident.pk}")


def read_number(kind: str, text: str, *, on: date) -> tuple[IdKind, str, Mainland | None]:
    """Kind, canonical number and what it says of birth and sex; raises IdentityFault.

    A residence permit of Hong Kong, Macao or Taiwan typed as a mainland number is recognised for what it is.
    """
    if kind == IdKind.MAINLAND:
        says = kernel.mainland(text, on=on)
        is_permit = says.number.startswith(kernel.PERMIT_REGIONS)
        return (IdKind.HMT if is_permit else IdKind.MAINLAND), says.number, says
    if kind == IdKind.HMT:
        number = kernel.hmt(text, on=on)
        return IdKind.HMT, number, kernel.mainland(number, on=on) if len(number) == 18 else None
    if kind == IdKind.PASSPORT:
        return IdKind.PASSPORT, kernel.passport(text), None
    if kind == IdKind.BIRTH:
        return IdKind.BIRTH, kernel.birth_certificate(text), None
    raise ValueError(f"{kind} has no number")


def words(fault: IdentityFault) -> str:
    """The fault in the reader's language."""
    return _(fault.sentence) % fault.values


def canonical_phone(text: str) -> str:
    """Digits only, +86 dropped; other countries keep their +."""
    digits = re.sub(r"[^\d+]", "", kernel.canonical(text))
    return re.sub(r"^(\+|00)86(?=\d{10,11}$)", "", digits)


def phone_fault(text: str) -> str:
    """What is wrong with a telephone number, in words; empty when nothing is."""
    if not text or re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|\+\d{6,15}", canonical_phone(text)):
        return ""
    return _("电话应为 11 位手机号、带区号的座机号，或以 + 开头的境外号码。")


def new_card_number() -> str:
    """A health card's number: 16 random digits that tell nothing."""
    return "".join(secrets.choice(CARD_ALPHABET) for _place in range(16))


def mask_name(name: str) -> str:
    """张三 → 张*, 张小三 → 张*三, 欧阳小三 → 欧**三, John Smith → J*** S***."""
    if name.isascii():
        return " ".join(f"{part[0]}***" for part in name.split())
    if len(name) < 3:
        return name[:1] + "*"
    return name[0] + "*" * min(len(name) - 2, 6) + name[-1]


def mask_id(number: str) -> str:
    """First and last four characters; short numbers keep the last two only."""
    if len(number) < 15:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    return number[:4] + "*" * (len(number) - 8) + number[-4:]


def mask_phone(phone: str) -> str:
    """138****0000."""
    if len(phone) < 8:
        return "*" * len(phone)
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
