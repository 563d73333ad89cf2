"""Many residents of another system's list at once, with a few statements for all; one alone: `importing`.

A row at fault leaves nothing and does not stop the others; who calls decides whether the rest stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.common.errors import Busy, DomainError, Forbidden, Invalid
from fenji.apps.common.models import AuditEvent
from fenji.apps.registry.models import Region
from fenji.apps.residents import identity, relations
from fenji.apps.residents.actions.correction import current
from fenji.apps.residents.errors import AlreadyRegistered
from fenji.apps.residents.models import Resident
from fenji.apps.residents.particulars import Checked, Particulars, check, fill, with_kept_numbers
from fenji.kernel.roles import Office

WRITTEN = (
    "name", "name_pinyin", "name_initials", "sex", "birth_date", "id_kind", "id_sealed", "id_hash", "tail_hash",
    "phone_sealed", "phone_hash", "town", "address", "scheme", "mother", "source_system", "source_code",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A row: the other system's code and what it tells."""

    code: str
    particulars: Particulars


@dataclass(frozen=True)
class Result:
    resident: Resident | None = None
    is_new: bool = False
    is_changed: bool = False
    error: DomainError | None = None


@dataclass(frozen=True)
class _Batch:
    """What is looked up once for all rows. `holders`: who holds a number, filled up as rows claim theirs."""

    system: str
    at: datetime
    known: dict[str, Resident]
    holders: dict[tuple[str, bytes], Resident]
    towns: frozenset[str]


@transaction.atomic
def import_rows(rows: Sequence[Told], *, system: str, by: User | None) -> list[Result]:
    """Insert or update the residents of the rows, in order, one result a row. `by=None` is the command line.

    Raises Forbidden unless a system administrator imports, Busy when somebody registers one of them at this moment.
    """
    if by is not None and by.office != Office.SYSTEM:
        raise Forbidden(_("只有系统管理员可以导入居民。"))
    at = clock.now()
    batch = _Batch(system, at, _known(rows, system), _holders(rows), _towns(rows))
    results: list[Result] = []
    seen_codes: set[str] = set()
    for row in rows:
        try:
            if not row.code or row.code in seen_codes:
                raise Invalid(fields={"source_code": _("来源系统的居民编号缺少或重复。")})
            seen_codes.add(row.code)
            results.append(_settle(row, batch))
        except DomainError as error:
            results.append(Result(error=error))
    _write(results)
    _record(results, system, by, at)
    return results


def _known(rows: Sequence[Told], system: str) -> dict[str, Resident]:
    """Rows that came from this source before, locked in one order."""
    found = Resident.objects.select_for_update(of=("self",)).filter(
        source_system=system, source_code__in=[row.code for row in rows]
    )
    return {one.source_code: one for one in found.order_by("id")}


def _towns(rows: Sequence[Told]) -> frozenset[str]:
    named = {row.particulars.town_code for row in rows if "\x00" not in row.particulars.town_code}
    return frozenset(Region.objects.filter(pk__in=named).values_list("pk", flat=True))


def _holders(rows: Sequence[Told]) -> dict[tuple[str, bytes], Resident]:
    """Who holds which number: the kept row before those merged into another."""
    hashes = [identity.id_hash(row.particulars.id_number) for row in rows if row.particulars.id_number.strip()]
    found = Resident.objects.select_for_update(of=("self",)).filter(id_hash__in=hashes).order_by("id")
    return {
        (one.id_kind, bytes(one.id_hash or b"")): one for one in sorted(found, key=lambda one: not one.merged_into_id)
    }


def _settle(row: Told, batch: _Batch) -> Result:
    """What the row makes of its resident, filled in and not yet saved."""
    told, resident, holders = row.particulars, batch.known.get(row.code), batch.holders
    if resident is None and told.id_number.strip():
        holder = holders.get((told.id_kind, identity.id_hash(told.id_number)))
        if holder is not None and not holder.source_code and holder.merged_into_id is None:
            resident = holder
    before = current(resident) if resident is not None else None
    told = with_kept_numbers(told, before) if before else told
    checked = check(told, on=timezone.localdate(batch.at), towns=batch.towns)
    if not checked.name:
        raise Invalid(fields={"name": _("请填写姓名。")})
    is_new = resident is None
    if resident is None:
        resident = Resident(card_number=identity.new_card_number(), created_at=batch.at)
    _claim(resident, checked, holders)
    source = (resident.source_system, resident.source_code)
    if before is not None and _same(before, checked) and source == (batch.system, row.code):
        return Result(resident)
    fill(resident, checked)
    resident.source_system, resident.source_code = batch.system, row.code
    return Result(resident, is_new=is_new, is_changed=not is_new)


def _claim(resident: Resident, checked: Checked, holders: dict[tuple[str, bytes], Resident]) -> None:
    """The number is nobody else's, in the database or earlier in these rows."""
    if not checked.number:
        return
    key = (checked.id_kind.value, identity.id_hash(checked.number))
    holder = holders.setdefault(key, resident)
    if resident.pk not in {holder.pk, holder.merged_into_id}:
        raise AlreadyRegistered(holder.merged_into_id or holder.pk)


def _same(before: Checked, after: Checked) -> bool:
    def told(one: Checked) -> tuple[object, ...]:
        return (
            one.id_kind, one.name, one.number, one.sex, one.birth_date, one.phone, one.town_id, one.address, one.scheme,
        )  # fmt: skip

    return told(before) == told(after)


def _write(results: list[Result]) -> None:
    try:
        with transaction.atomic():
            changed = [one.resident for one in results if one.is_changed and one.resident]
            Resident.objects.bulk_update(changed, WRITTEN, batch_size=200)
            relations.follow_names([one.pk for one in changed])
            new = [one.resident for one in results if one.is_new and one.resident]
            Resident.objects.bulk_create(new, batch_size=1000)
    except IntegrityError as error:
        if "identity_once" in str(error) or "resident_source_once" in str(error):
            raise Busy from error  # registered by somebody else since we looked
        raise


def _record(results: list[Result], system: str, by: User | None, at: datetime) -> None:
    AuditEvent.objects.bulk_create(
        (
            AuditEvent(
                at=at, actor_id=by.pk if by else None, actor_name=by.name if by else "系统", verb="resident.import",
                subject_kind="resident", subject_id=str(one.resident.pk), resident_id=one.resident.pk,
                details={"system": system, "new": one.is_new},
            )
            for one in results
            if one.resident is not None and (one.is_new or one.is_changed)
        ),
        batch_size=1000,
    )  # fmt: skip
