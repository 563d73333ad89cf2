"""Synthetic residents into the database by COPY, many thousands a second. Their contracts: `contracts.loading`.

The same number and seed give the same rows, except for the sealed bytes, which open to the same numbers.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fenji.apps.common import bulk
from fenji.apps.common.errors import DomainError, Invalid
from fenji.apps.registry.queries import smallest_regions
from fenji.apps.residents import identity
from fenji.apps.residents.models import CareRelation, CareRelationKind, Resident
from fenji.simulator.chunks import Chunk, Town
from fenji.simulator.residents import generate

SOURCE = "synthetic"
Progress = Callable[[int, int], None]  # done, all
Alongside = Callable[[Chunk], None]

COLUMNS = (
    *("id", "name", "name_pinyin", "name_initials", "sex", "birth_date", "id_kind", "id_sealed", "id_hash"),
    *("tail_hash", "is_verified", "phone_sealed", "phone_hash", "card_number", "town_id", "address", "scheme"),
    *("mother_id", "is_deceased", "merged_into_id", "source_system", "source_code", "created_at"),
)
RELATION_COLUMNS = (
    *("resident_id", "institution_id", "department_id", "user_id", "kind", "cause_kind", "cause_id", "reason"),
    *("from_at", "until_at", "resident_pinyin"),
)
NULL = "\\N"


class AlreadySynthetic(DomainError):
    code = "already_synthetic"
    message = _("库中已有合成居民，不能再次生成。")


def load_synthetic(
    n: int, seed: int, *, at: datetime, progress: Progress | None = None, alongside: Alongside | None = None
) -> int:
    """Load `n` synthetic residents of the loaded network, all or none; returns how many.

    `alongside` is given each chunk once its residents are in. Raises AlreadySynthetic when there are some, Invalid
    when no network is loaded.
    """
    with transaction.atomic():
        if Resident.objects.filter(source_system=SOURCE).exists():
            raise AlreadySynthetic
        towns, done = towns_with_people(), 0
        with bulk.bare([Resident]):
            for chunk in generate(n, seed, towns=towns, on=timezone.localdate(at)):
                bulk.copy(Resident, COLUMNS, _rows(chunk, seed, at))
                if alongside:
                    alongside(chunk)
                done += len(chunk)
                if progress:
                    progress(done, n)
    return done


def towns_with_people() -> list[Town]:
    """The smallest regions of the network that have people, with the GB/T 2260 code of their county."""
    towns = [Town(one.code, one.code[:6], one.population) for one in smallest_regions() if one.population]
    if not towns:
        raise Invalid(_("请先载入城市网络：网络中没有带人口数的镇街。"))
    return towns


@dataclass(frozen=True)
class SignedResident:
    """What the care relation of a contract is written from."""

    resident_id: str
    institution_id: int
    contract_id: int
    valid_from: date
    valid_until: date
    name_pinyin: str


def copy_contract_relations(signed: Iterable[SignedResident]) -> None:
    """The care relations of contracts just loaded: the institution sees the resident while the contract runs."""
    bulk.copy(CareRelation, RELATION_COLUMNS, (_relation(one) for one in signed))


def _relation(one: SignedResident) -> str:
    return "\t".join(
        (
            one.resident_id, str(one.institution_id), NULL, NULL, CareRelationKind.CONTRACT.value, "contract",
            str(one.contract_id), "", written(one.valid_from), written(one.valid_until),
            one.name_pinyin,
        )
    )  # fmt: skip


@lru_cache(maxsize=4096)
def written(day: date, hour: time = time.min) -> str:
    """An hour (midnight) of a day in the city's time zone, as COPY reads it."""
    return timezone.make_aware(datetime.combine(day, hour)).isoformat()


def _rows(chunk: Chunk, seed: int, at: datetime) -> Iterator[str]:
    created, no = at.isoformat(), "f"
    born, mother = chunk.born.astype(str).tolist(), chunk.mother.tolist()
    sex, verified = chunk.sex.tolist(), chunk.verified.tolist()
    for row, id_ in enumerate(chunk.ids):
        uuid, name = UUID(id_), chunk.names.text[row]
        number, phone = chunk.id_number[row], chunk.phone[row]
        yield "\t".join(
            (
                id_, name, chunk.names.pinyin[row], chunk.names.initials[row], str(sex[row]), born[row],
                chunk.id_kind[row], *_numbered(uuid, name, number), "t" if verified[row] else "f",
                bulk.bytea(identity.seal_phone(uuid, phone)), bulk.bytea(identity.phone_hash(phone)),
                chunk.card[row], chunk.town.code, chunk.address[row], chunk.scheme[row],
                chunk.ids[mother[row]] if mother[row] >= 0 else NULL, no, NULL,
                SOURCE, f"{seed}-{chunk.first + row}", created,
            )
        )  # fmt: skip


def _numbered(uuid: UUID, name: str, number: str) -> tuple[str, str, str]:
    """Sealed number, its hash and the hash of name with last four; null without a number."""
    if not number:
        return NULL, NULL, NULL
    return (
        bulk.bytea(identity.seal_id(uuid, number)),
        bulk.bytea(identity.id_hash(number)),
        bulk.bytea(identity.tail_hash(name, number[-4:])),
    )
