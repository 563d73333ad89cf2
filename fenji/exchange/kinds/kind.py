"""What all kinds of tables share: who may import them, one row after the other, faults as rows and columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


def nothing(rows: list[Row], run: Run) -> Iterable[Fault]:
    """Of these rows nothing else is said."""
    return ()


@dataclass(frozen=True)
class Kind:
    """A kind of table. The office may import it for the whole city, the roles for their own institution.

    `by_machine`: what the administrator loads is signed by nobody in person (a contract is signed by those who treat).
    `besides`: what else is wrong with rows of which a cell cannot be read.
    """

    code: str
    title: str | Promise
    columns: tuple[Column, ...]
    load: Callable[[list[Row], Run, Outcome], None]
    office: Office
    roles: frozenset[Role] = frozenset()
    by_machine: bool = False
    besides: Callable[[list[Row], Run], Iterable[Fault]] = nothing


# What a row names, by the columns it is named in: looked up without the rest of the row. Raises Invalid.
Looks = Mapping[tuple[str, ...], Callable[[dict[str, Any], Run], object]]


def looked_up(columns: Sequence[Column], looks: Looks) -> Callable[[list[Row], Run], Iterable[Fault]]:
    """The faults of what rows name, as far as the cells that name it can be read."""

    def besides(rows: list[Row], run: Run) -> Iterator[Fault]:
        for row in rows:
            found: dict[str, str] = {}
            for names, look in looks.items():
                if row.unread.isdisjoint(names):
                    try:
                        look(row.values, run)
                    except Invalid as error:
                        found |= error.fields
            yield from by_field(row.number, found, columns)

    return besides


def row_by_row(
    columns: Sequence[Column], put: Callable[[dict[str, Any], Run], Effect], looks: Looks | None = None
) -> Callable[..., None]:
    """A load that puts one row after the other; a row at fault leaves nothing and the next is tried.

    Of a row at fault everything it names is looked up, so that all its faults are told at once.
    """
    besides = looked_up(columns, looks or {})

    def load(rows: list[Row], run: Run, outcome: Outcome) -> None:
        for done, row in enumerate(rows, start=1):
            try:
                with transaction.atomic():
                    effect = put(row.values, run)
            except DomainError as error:
                outcome.refuse(dict.fromkeys([*faults_of(row.number, error, columns), *besides([row], run)]))
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
        return by_field(number, error.fields, columns)
    return [Fault(number, "", str(error.message))]


def by_field(number: int, fields: Mapping[str, str], columns: Sequence[Column]) -> list[Fault]:
    """A fault for each field, in the column it stands in."""
    return [Fault(number, title_of(columns, name), words) for name, words in fields.items()]


def institution_of(code: str, run: Run) -> Institution:
    """The institution a row names by code or name; raises Invalid when there is none or it is not the file's own."""
    found = Institution.objects.filter(code=code).first() or Institution.objects.filter(name=code).first()
    if found is None:
        raise Invalid(fields={"institution": _("没有这个机构代码或名称。")})
    if run.institution is not None and found.pk != run.institution.pk:
        raise Invalid(fields={"institution": _("只能导入本机构的数据。")})
    return found
