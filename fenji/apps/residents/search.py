"""Finding residents: one's own by name, pinyin, initials or any number; a stranger only by what the patient shows.

One's own are those in a care relation to a place where one works. Anyone else is found by exact card number, ID number
or name with the ID's last four, and shown masked, until a visit or an emergency access is opened.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.models import AuditEvent
from fenji.apps.residents import footing, identity, names, proofs
from fenji.apps.residents.errors import TooManyMisses
from fenji.apps.residents.models import Resident
from fenji.apps.residents.policies import TAIL_MISSES_PER_HOUR
from fenji.kernel.identity import canonical

PAGE, LAST_PAGE = 20, 100
TAIL_MISS = "resident.tail_miss"


@dataclass(frozen=True)
class Stranger:
    """Someone found by an exact number who is in no relation to the finder: enough to make sure it is the patient."""

    resident_id: UUID
    name: str  # masked
    sex: int
    birth_year: int | None
    town: str
    proof: str  # for relations.start_visit


@dataclass(frozen=True)
class Found:
    own: list[Resident]
    strangers: list[Stranger]
    page: int
    has_next: bool


def search(user: User, text: str, at: datetime, page: int = 1) -> Found:
    """What `user` may find for a typed text; an empty one lists one's own residents by pinyin. Audited."""
    page = min(max(page, 1), LAST_PAGE)
    own, has_next = _own(user, text, at, page)
    strangers = _strangers(user, text, at, known=own) if page == 1 else []
    if own:
        ids = [str(resident.pk) for resident in own]
        audit.record("resident.list", user, by=user, at=at, details={"residents": ids, "searched": bool(text.strip())})
    return Found(own, strangers, page, has_next)


def identify(user: User, text: str, at: datetime) -> list[Stranger]:
    """Whom an exact card number, ID number or name with last four names, masked, with the proof to open a visit.

    Raises TooManyMisses when someone keeps guessing last four digits.
    """
    return _strangers(user, text, at, known=[])


def _own(user: User, text: str, at: datetime, page: int) -> tuple[list[Resident], bool]:
    mine = footing.usable(user, at)
    if mine is None:
        return [], False
    if text.strip():
        mine = mine.filter(_wanted(text))
    order, start = ("resident_pinyin", "resident_id"), (page - 1) * PAGE
    ids = list(mine.order_by(*order).distinct(*order).values_list("resident_id", flat=True)[start : start + PAGE + 1])
    rows = Resident.objects.select_related("merged_into", "merged_into__town", "town").in_bulk(ids[:PAGE])
    return _kept(rows[one] for one in ids[:PAGE]), len(ids) > PAGE


def _wanted(text: str) -> Q:
    """The relations to whoever has the number typed; when nobody has, to those whose name begins so."""
    numbers = _exact(text) | _phone(text)
    holders = list(Resident.objects.filter(numbers).values_list("id", flat=True)[:PAGE]) if numbers else []
    return Q(resident_id__in=holders) if holders else _named(text)


def _strangers(user: User, text: str, at: datetime, *, known: list[Resident]) -> list[Stranger]:
    condition = _exact(text)
    if not condition:
        return []
    by_tail = _tail(text) is not None
    if by_tail:
        _check_misses(user, at)
    found = _kept(Resident.objects.filter(condition).select_related("merged_into", "merged_into__town", "town")[:PAGE])
    if by_tail and not found:
        audit.record(TAIL_MISS, user, by=user, at=at)
    strangers = [resident for resident in found if resident not in known]
    for resident in strangers:
        audit.record("resident.found", resident, by=user, at=at, resident_id=resident.pk)
    return [_masked(resident, user, at) for resident in strangers]


def _masked(resident: Resident, user: User, at: datetime) -> Stranger:
    return Stranger(
        resident_id=resident.pk,
        name=identity.mask_name(resident.name),
        sex=resident.sex,
        birth_year=resident.birth_date.year if resident.birth_date else None,
        town=resident.town.name if resident.town else "",
        proof=proofs.make(resident.pk, user, at),
    )


def _kept(rows: Iterable[Resident]) -> list[Resident]:
    """Each row's kept one, once: who was merged is found under either name."""
    return list(dict.fromkeys(row.merged_into or row for row in rows))


def _exact(text: str) -> Q:
    """Card number, ID number, or name with last four; an empty condition when the text can be none of them."""
    condition = Q()
    token = canonical(text)
    if re.fullmatch(r"(?=.*\d)[0-9A-Z]{5,24}", token):
        condition |= Q(card_number=token) | Q(id_hash=identity.id_hash(token))
    if told := _tail(text):
        condition |= Q(tail_hash=identity.tail_hash(*told))
    return condition


def _tail(text: str) -> tuple[str, str] | None:
    parts = re.fullmatch(r"([^\d]*[^\d\s,，、])[\s,，、]*(\d{3}[\dXx])", names.clean(text))
    return (parts[1], parts[2]) if parts else None


def _phone(text: str) -> Q:
    """A telephone number finds one's own residents only: it is no proof of being the patient."""
    phone = identity.canonical_phone(text)
    is_one = re.fullmatch(r"[\d+\s()-]{7,20}", text.strip()) and not identity.phone_fault(phone)
    return Q(phone_hash=identity.phone_hash(phone)) if phone and is_one else Q()


def _named(text: str) -> Q:
    """Beginnings of the name, in characters, in pinyin, in initials: always a range of the relations' own index."""
    name = names.clean(text).lower()
    if re.search(r"[^\W\da-z_]", name):
        return Q(resident_pinyin__startswith=names.pinyin(name), resident__name__startswith=names.clean(text))
    letters = re.sub(r"[^a-z' ]", "", name).strip()
    if not letters:
        return Q(pk__in=[])
    condition = Q(resident__name_initials__startswith=letters.replace(" ", ""))
    for way in names.splits(letters):
        condition |= Q(resident_pinyin__startswith=way)
    return Q(condition, resident_pinyin__startswith=letters[0])


def _check_misses(user: User, at: datetime) -> None:
    since = at - timedelta(hours=1)
    if AuditEvent.objects.filter(actor_id=user.pk, at__gt=since, verb=TAIL_MISS).count() >= TAIL_MISSES_PER_HOUR:
        raise TooManyMisses
