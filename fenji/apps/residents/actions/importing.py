"""A resident from another system's list: inserted the first time, updated the next, known by that system's code."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Busy, Forbidden, Invalid
from fenji.apps.residents import identity
from fenji.apps.residents.actions.correction import current
from fenji.apps.residents.actions.registration import save_once
from fenji.apps.residents.models import Resident
from fenji.apps.residents.particulars import Particulars, check, fill, with_kept_numbers
from fenji.kernel.roles import Office


@transaction.atomic
def import_row(told: Particulars, *, system: str, code: str, by: User | None) -> tuple[Resident, bool]:
    """The resident of a row and whether it is new. `by=None` is the command line.

    The row is the one with this source, or else the one with this ID number that has no source yet. An empty ID or
    phone leaves what is kept. Raises Invalid with a word per field, AlreadyRegistered when the number is another
    system's row, Forbidden unless a system administrator imports.
    """
    if by is not None and by.office != Office.SYSTEM:
        raise Forbidden(_("只有系统管理员可以导入居民。"))
    if not system or not code:
        raise Invalid(fields={"source_code": _("缺少来源系统的居民编号。")})
    at = clock.now()
    resident = _known(told, system, code)
    is_new = resident is None
    if resident is None:
        resident = Resident(card_number=identity.new_card_number(), created_at=at)
    else:
        told = with_kept_numbers(told, current(resident))
    checked = check(told, on=timezone.localdate(at))
    if not checked.name:
        raise Invalid(fields={"name": _("请填写姓名。")})
    fill(resident, checked)
    resident.source_system, resident.source_code = system, code
    _save(resident)
    audit.record(
        "resident.import",
        resident,
        by=by,
        at=at,
        resident_id=resident.pk,
        details={"system": system, "new": is_new},
    )
    return resident, is_new


def _known(told: Particulars, system: str, code: str) -> Resident | None:
    rows = Resident.objects.select_for_update(of=("self",))
    if found := rows.filter(source_system=system, source_code=code).first():
        return found
    if not told.id_number.strip():
        return None
    return rows.filter(
        id_kind=told.id_kind, id_hash=identity.id_hash(told.id_number), source_code="", merged_into=None
    ).first()


def _save(resident: Resident) -> None:
    try:
        save_once(resident)
    except IntegrityError as error:
        if "resident_source_once" in str(error):  # the same row is being imported at this moment
            raise Busy from error
        raise
