"""Which rows may be one person: same birth date and a name that sounds alike, same telephone, same mother.

Two verified mainland numbers are two people, so a pair always has a row without one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.accounts.models import User
from fenji.apps.residents import footing
from fenji.apps.residents.models import IdKind, Resident

PAGE = 20
BATCH = 400  # the newest rows without a mainland number that are looked at

SAME_TAIL = _("姓名和证件后四位相同")
SAME_PHONE = _("电话相同")
SAME_BIRTH = _("出生日期相同，姓名读音相近")
SAME_MOTHER = _("母亲和出生日期相同")


@dataclass(frozen=True)
class Pair:
    """Two rows and why they may be one person; `resident` is the one without a mainland number."""

    resident: Resident
    other: Resident
    reasons: tuple[str | Promise, ...]


def duplicates_of(resident: Resident) -> list[Pair]:
    """Rows that may be the same person as this one, the likeliest first."""
    others = _similar([resident]).exclude(pk=resident.pk)[:BATCH]
    return _likeliest_first(_pair(resident, other) for other in others)


def duplicate_candidates(user: User, at: datetime, page: int = 1) -> tuple[list[Pair], bool]:
    """Pairs at the places where `user` works, newest registration first; and whether there are more."""
    mine = footing.usable(user, at)
    if mine is None:
        return [], False
    unpapered = Resident.objects.filter(~Q(id_kind=IdKind.MAINLAND), merged_into=None).select_related("town")
    own = list(unpapered.filter(Exists(mine.filter(resident_id=OuterRef("pk")))).order_by("-created_at", "id")[:BATCH])
    by_birth, by_phone = defaultdict(list), defaultdict(list)
    for other in _similar(own)[: BATCH * 10]:
        by_birth[other.birth_date].append(other)
        by_phone[bytes(other.phone_hash or b"")].append(other)
    pairs, seen = [], set()
    for resident in own:
        near = by_birth[resident.birth_date] + (by_phone[bytes(resident.phone_hash)] if resident.phone_hash else [])
        for pair in _likeliest_first(_pair(resident, other) for other in dict.fromkeys(near)):
            key = frozenset({pair.resident.pk, pair.other.pk})
            if key not in seen:
                seen.add(key)
                pairs.append(pair)
    start = (max(page, 1) - 1) * PAGE
    return pairs[start : start + PAGE], len(pairs) > start + PAGE


def sounds_alike(one: str, other: str) -> bool:
    """Whether two names in pinyin differ in at most one syllable, and not in the surname."""
    a, b = one.split(), other.split()
    if len(a) != len(b) or not a or a[0] != b[0]:
        return False
    return sum(x != y for x, y in zip(a, b, strict=True)) <= (1 if len(a) > 2 else 0)


def _similar(residents: list[Resident]) -> QuerySet[Resident]:
    births = {resident.birth_date for resident in residents if resident.birth_date}
    initials = {resident.name_initials for resident in residents}
    phones = [resident.phone_hash for resident in residents if resident.phone_hash]
    tails = [resident.tail_hash for resident in residents if resident.tail_hash]
    mothers = {resident.mother_id for resident in residents if resident.mother_id}
    near = Q(birth_date__in=births, name_initials__in=initials) | Q(phone_hash__in=phones) | Q(tail_hash__in=tails)
    return Resident.objects.filter(near | Q(mother_id__in=mothers), merged_into=None).select_related("town")


def _pair(resident: Resident, other: Resident) -> Pair:
    alike = sounds_alike(resident.name_pinyin, other.name_pinyin)
    same_birth = resident.birth_date is not None and resident.birth_date == other.birth_date
    reasons = [
        (SAME_TAIL, _equal(resident.tail_hash, other.tail_hash)),
        (SAME_BIRTH, same_birth and alike),
        (SAME_PHONE, _equal(resident.phone_hash, other.phone_hash) and (alike or same_birth)),
        (SAME_MOTHER, resident.mother_id is not None and resident.mother_id == other.mother_id and same_birth),
    ]
    return Pair(resident, other, tuple(reason for reason, holds in reasons if holds))


def _equal(one: bytes | memoryview | None, other: bytes | memoryview | None) -> bool:
    return one is not None and other is not None and bytes(one) == bytes(other)


def _likeliest_first(pairs: Iterable[Pair]) -> list[Pair]:
    kept = [pair for pair in pairs if pair.reasons and pair.resident.pk != pair.other.pk and _may_be_one(pair)]
    return sorted(kept, key=lambda pair: -len(pair.reasons))


def _may_be_one(pair: Pair) -> bool:
    return not (pair.resident.id_kind == pair.other.id_kind == IdKind.MAINLAND)
