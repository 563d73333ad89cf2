"""A resident from another system's list: inserted the first time, updated the next, known by that system's code."""

from django.db import transaction

from fenji.apps.accounts.models import User
from fenji.apps.residents.actions.bulk_import import Told, import_rows
from fenji.apps.residents.models import Resident
from fenji.apps.residents.particulars import Particulars


@transaction.atomic
def import_row(told: Particulars, *, system: str, code: str, by: User | None) -> tuple[Resident, bool]:
    """The resident of one row and whether it is new. `by=None` is the command line.

    The row is the one with this source, or else the one with this ID number that has no source yet. An empty ID or
    phone leaves what is kept. Raises Invalid with a word per field, AlreadyRegistered when the number is another
    system's row, Forbidden unless a system administrator imports.
    """
    (result,) = import_rows([Told(code, told)], system=system, by=by)
    if result.error is not None:
        raise result.error
    if result.resident is None:
        raise LookupError("an import without a fault names its resident")
    return result.resident, result.is_new
