"""What all kinds of tables share: who may import them, one row after the other, faults as rows and columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common.errors import DomainError, Invalid
from fenji.apps.registry.models import Institution
from fenji.exchange.table import Column, Fault, Outcome, Row, title_of
from fenji.kernel.roles import Office, Role


class Effect(Enum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Run:
    """One run over a file. `institution` binds every row to one; None: any. `report` is told how many rows are done.

    `by` is who acts for the apps; None is the machine itself, as on the command line.
    """

    system: str
    institution: Institution | None
    by: User | None
    at: datetime
    report: Callable[[int], None]


@dataclass(frozen=True)
class Kind:
    """A kind of table. The office may import it for the whole city, the roles for their own institution.

    `by_machine`: what the administrator loads is signed by nobody in person (a contract is signed by those who treat).
    """

    code: str
    title: str | Promise
    columns: tuple[Column, ...]
    load: Callable[[list[Row], Run, Outcome], None]
    office: Office
    roles: frozenset[Role] = frozenset()
    by_machine: bool = False


def row_by_row(columns: Sequence[Column], put: Callable[[dict[str, Any], Run], Effect]) -> Callable[..., None]:
    """A load that puts one row after the other; a row at fault leaves nothing and the next is tried."""

    def load(rows: list[Row], run: Run, outcome: Outcome) -> None:
        for done, row in enumerate(rows, start=1):
            try:
                with transaction.atomic():
                    effect = put(row.values, run)
            except DomainError as error:
                outcome.refuse(faults_of(row.number, error, columns))
            else:
                count(outcome, effect)
            run.report(done)

    return load


def count(outcome: Outcome, effect: Effect) -> None:
    outcome.new += effect is Effect.NEW
    outcome.changed += effect is Effect.CHANGED


def faults_of(number: int, error: DomainError, columns: Sequence[Column]) -> list[Fault]:
    """An app's refusal as faults of a row: one a field, or one for the row as a whole."""
    if isinstance(error, Invalid) and error.fields:
        return [Fault(number, title_of(columns, name), text) for name, text in error.fields.items()]
    return [Fault(number, "", str(error.message))]


def institution_of(code: str, run: Run) -> Institution:
    """The institution a row names by code or name; raises Invalid when there is none or it is not the file's own."""
    found = Institution.objects.filter(code=code).first() or Institution.objects.filter(name=code).first()
    if found is None:
        raise Invalid(fields={"institution": _("没有这个机构代码或名称。")})
    if run.institution is not None and found.pk != run.institution.pk:
        raise Invalid(fields={"institution": _("只能导入本机构的数据。")})
    return found
