"""A table's shape: its columns, and a file's rows read by them, every fault with row, column and reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fenji.exchange.cells import Cell, CellFault, Reader, text
from fenji.exchange.errors import FileRefused

KEPT_FAULTS = 1000


@dataclass(frozen=True)
class Column:
    """One column: its name in the code, its Chinese title, how a cell is read, what the template says about it."""

    name: str
    title: str
    read: Reader
    note: str | Promise
    example: str | int | float = ""
    required: bool = False


@dataclass(frozen=True)
class Fault:
    """What is wrong where; `row` as Excel counts, the header being 1."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class Row:
    """A row as read; `unread` are the columns whose cells could not be, then missing in `values`."""

    number: int
    values: dict[str, Any]
    unread: frozenset[str] = frozenset()


@dataclass
class Outcome:
    """What a run did or would do to `rows` rows. `faults` keeps the first thousand, `fault_count` counts all.

    `broken` are the rows that cannot be loaded for the sake of a cell, to be asked what else is wrong with them.
    """

    rows: int = 0
    new: int = 0
    changed: int = 0
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    broken: list[Row] = field(default_factory=list)

    def refuse(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.fault_count += 1
            if len(self.faults) < KEPT_FAULTS:
                self.faults.append(fault)


def read_table(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> tuple[list[Row], Outcome]:
    """The rows that can be read, and the faults of those that cannot; empty rows and the example are passed over.

    Raises FileRefused when the header lacks a required column, has one twice or one that is unknown.
    """
    places = _places(rows[0], columns)
    example = {column.name: str(column.example) for column in columns if column.name in places}
    outcome, read = Outcome(), []
    for number, cells in enumerate(rows[1:], start=2):
        given = {name: cells[place] if place < len(cells) else None for name, place in places.items()}
        if all(cell is None or cell == "" for cell in given.values()) or _is_example(given, example):
            continue
        outcome.rows += 1
        values, faults = _read(number, given, columns)
        if faults:
            outcome.refuse(faults)
            outcome.broken.append(Row(number, values, frozenset(values.keys() ^ {column.name for column in columns})))
        else:
            read.append(Row(number, values))
    return read, outcome


def title_of(columns: Sequence[Column], name: str) -> str:
    return next((column.title for column in columns if column.name == name), "")


def _places(header: Sequence[Cell], columns: Sequence[Column]) -> dict[str, int]:
    by_title = {column.title: column for column in columns}
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        try:
            title = text(cell).rstrip("*＊ ")
        except CellFault as fault:
            raise FileRefused(str(fault)) from None
        if not title:
            continue
        if title not in by_title:
            raise FileRefused(_("第 %(n)d 列的标题不在模板中。") % {"n": place + 1})
        if by_title[title].name in places:
            raise FileRefused(_("标题“%(title)s”出现了两次。") % {"title": title})
        places[by_title[title].name] = place
    missing = [column.title for column in columns if column.required and column.name not in places]
    if missing:
        raise FileRefused(_("缺少这些列：%(titles)s。") % {"titles": "、".join(missing)})
    return places


def _read(number: int, given: dict[str, Cell], columns: Sequence[Column]) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults = []
    for column in columns:
        try:
            values[column.name] = column.read(given.get(column.name))
        except CellFault as fault:
            faults.append(Fault(number, column.title, str(fault)))
            continue
        if column.required and values[column.name] in (None, ""):
            del values[column.name]
            faults.append(Fault(number, column.title, _("请填写这一项。")))
    return values, faults


def _is_example(given: dict[str, Cell], example: dict[str, str]) -> bool:
    try:
        return all(text(cell) == example[name] for name, cell in given.items())
    except CellFault:
        return False
