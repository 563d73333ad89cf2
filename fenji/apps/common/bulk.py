"""Filling tables that are still empty: without indexes and foreign keys first, with them again before the end.

All of it happens in the caller's transaction, so that a load that breaks off leaves the table as it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, models, transaction
from psycopg import sql

MEMORY = "256MB"  # for building an index
# Everything that costs time with each row and can be made anew; a primary key stays, since others refer to it.
CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('f', 'u', 'x') AND NOT EXISTS (
        SELECT 1 FROM pg_constraint AS other WHERE other.contype = 'f' AND other.conindid = pg_constraint.conindid
        AND pg_constraint.contype <> 'f')
    ORDER BY contype = 'f', conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 1
"""
IS_OWNER = "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass"


@contextmanager
def bare(tables: Sequence[type[models.Model]]) -> Iterator[list[type[models.Model]]]:
    """Take indexes and foreign keys off those of the tables that are empty and ours; put them back at the end.

    Yields the tables that were laid bare. Nobody else can read them until the transaction ends.
    """
    with transaction.atomic():
        laid = [table for table in tables if _is_ours(table) and not table._default_manager.exists()]
        if laid:
            _run([sql.SQL("SET CONSTRAINTS ALL IMMEDIATE"), sql.SQL("SET CONSTRAINTS ALL DEFERRED")])
        restore = [statement for table in laid for statement in _take_off(table)]
        yield laid
        if restore:
            _run([sql.SQL("SET LOCAL maintenance_work_mem = {}").format(sql.Literal(MEMORY))])
        _run(sorted(restore, key=lambda one: " FOREIGN KEY " in one.as_string(None)))  # what they refer to comes first
        _run([sql.SQL("ANALYZE {}").format(sql.Identifier(table._meta.db_table)) for table in laid])


def copy(table: type[models.Model], columns: Sequence[str], rows: Iterable[str]) -> None:
    """COPY rows already written in PostgreSQL's text format: columns parted by tabs, \\N for null, no line ends."""
    target = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(target) as stream:
        block: list[str] = []
        for row in rows:
            block.append(row)
            if len(block) == 1000:
                stream.write("\n".join(block) + "\n")
                block.clear()
        if block:
            stream.write("\n".join(block) + "\n")


def bytea(value: bytes | None) -> str:
    """Bytes as COPY reads them."""
    return "\\N" if value is None else "\\\\x" + value.hex()


def take_numbers(table: type[models.Model], n: int) -> int:
    """Take `n` primary keys from the table's sequence; returns the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(name, nextval(name) + %s) FROM pg_get_serial_sequence(%s, 'id') AS name",
            [n - 1, table._meta.db_table],
        )
        return int(cursor.fetchone()[0]) - n + 1


def _take_off(table: type[models.Model]) -> list[sql.Composed]:
    name = sql.Identifier(table._meta.db_table)
    constraints = _rows(CONSTRAINTS, table)
    _run([sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, sql.Identifier(one)) for one, _ in constraints])
    indexes = _rows(INDEXES, table)
    _run([sql.SQL("DROP INDEX {}").format(sql.SQL(one)) for one, _ in indexes])  # quoted by the server
    return [sql.SQL("{}").format(sql.SQL(definition)) for _, definition in indexes] + [
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(name, sql.Identifier(one), sql.SQL(definition))
        for one, definition in constraints
    ]


def _is_ours(table: type[models.Model]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(IS_OWNER, [table._meta.db_table])
        return bool(cursor.fetchone()[0])


def _rows(query: str, table: type[models.Model]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [table._meta.db_table])
        return list(cursor.fetchall())


def _run(statements: Iterable[sql.Composable]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
