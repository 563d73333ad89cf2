"""Whole rows by SQL whose text is written once: for what nearly every request reads or writes.

The ORM builds a statement anew each time it is asked, which takes it several times as long as PostgreSQL takes for the
answer. Where a page asks once, that is no matter.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

from django.db import connection, connections, models

Row = TypeVar("Row", bound=models.Model)


class Rows(Generic[Row]):
    """Rows of a model, each with the rows it points to: `Rows(Place, "department", "department__institution")`.

    In SQL the row is called `this`, the others by their path; a model's fields stand in the model's order.
    """

    def __init__(self, model: type[Row], *paths: str) -> None:
        self._model, self._paths = model, paths

    @cached_property
    def _parts(self) -> list["_Part"]:
        parts = [_Part(self._model, "this")]
        for path in self._paths:
            before, _, name = path.rpartition("__")
            parent = next(part for part in parts if part.alias == (before or "this"))
            parts.append(_Part(parent.fields[name].related_model, path, parent, parent.fields[name]))
        return parts

    @cached_property
    def columns(self) -> str:
        return ", ".join(f"{part.alias}.{one.column}" for part in self._parts for one in part.fields.values())

    @cached_property
    def tables(self) -> str:
        return " ".join(part.table for part in self._parts)

    def select(self, rest: str, values: Mapping[str, Any]) -> list[Row]:
        """The rows; `rest` is everything from WHERE on, with the values by name."""
        return self.read(f"SELECT {self.columns} FROM {self.tables} {rest}", values)  # noqa: S608 (names of models)

    def read(self, statement: str, values: Mapping[str, Any]) -> list[Row]:
        """The rows of a statement that gives `columns`."""
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return [self._row(found) for found in cursor.fetchall()]

    def first(self, rest: str, values: Mapping[str, Any]) -> Row | None:
        return next(iter(self.select(rest, values)), None)

    def _row(self, found: Sequence[Any]) -> Row:
        made: dict[str, Any] = {}
        start = 0
        for part in self._parts:
            end = start + len(part.fields)
            made[part.alias] = part.row(found[start:end])
            if part.parent is not None and (parent := made[part.parent.alias]) is not None:
                part.pointer.set_cached_value(parent, made[part.alias])
            start = end
        first: Row = made["this"]
        return first


class _Part:
    """One table of a statement: the row itself, or what the field `pointer` of a part before it points to."""

    def __init__(self, model: type[models.Model], alias: str, parent: "_Part | None" = None, pointer: Any = None):
        self.model, self.alias, self.parent, self.pointer = model, alias, parent, pointer
        self.fields: dict[str, Any] = {one.name: one for one in model._meta.concrete_fields}
        fields = list(self.fields.values())
        self.names = [one.attname for one in fields]
        self.key = next(place for place, one in enumerate(fields) if one.primary_key)
        self.loaded = [(place, one.from_db_value) for place, one in enumerate(fields) if hasattr(one, "from_db_value")]
        self.table = f"{model._meta.db_table} AS {alias}"
        if parent is not None:
            key = f"{alias}.{fields[self.key].column}"
            self.table = f"LEFT JOIN {self.table} ON {key} = {parent.alias}.{pointer.column}"

    def row(self, found: Sequence[Any]) -> models.Model | None:
        if self.parent is not None and found[self.key] is None:
            return None
        values = list(found)
        for place, load in self.loaded:
            values[place] = load(values[place], None, connection)
        return self.model.from_db(connection.alias, self.names, values)


def insert(row: models.Model, *along: models.Model, if_nothing_conflicts: bool = False) -> bool:
    """Insert a new row and give it its key; False when it was to be passed over and a constraint stood in the way.

    Rows of other tables that are written `along` go in by the same statement, whatever becomes of the first, and learn
    no keys. Without signals, and without the savepoint that a refused insert needs else.
    """
    kinds = tuple((type(one), one.pk is not None) for one in (*along, row))
    statement, fields, key = _insertion(kinds, if_nothing_conflicts)
    database = connections[connection.alias]  # itself: each field would ask the one that stands for it
    values = [
        one.get_db_prep_save(one.pre_save(written, True), database)
        for written, columns in zip((*along, row), fields, strict=True)
        for one in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    if found is None:
        return False
    setattr(row, key, found[0])
    row._state.adding, row._state.db = False, connection.alias
    return True


@lru_cache
def _insertion(
    kinds: tuple[tuple[type[models.Model], bool], ...], may_conflict: bool
) -> tuple[str, list[list[Any]], str]:
    """The statement for rows of these models (with a key of their own?); the fields of each; the last one's key."""
    fields = [
        [one for one in model._meta.concrete_fields if with_key or one is not model._meta.pk]
        for model, with_key in kinds
    ]
    *along, last = [_into(model, columns) for (model, _), columns in zip(kinds, fields, strict=True)]
    before = ", ".join(f"along_{place} AS ({one})" for place, one in enumerate(along))
    key: Any = kinds[-1][0]._meta.pk
    otherwise = "ON CONFLICT DO NOTHING " if may_conflict else ""
    statement = f"{last} {otherwise}RETURNING {key.column}"
    return f"WITH {before} {statement}" if before else statement, fields, key.attname


def _into(model: type[models.Model], fields: list[Any]) -> str:
    columns, values = ", ".join(one.column for one in fields), ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({values})"  # noqa: S608 (names of the model)
