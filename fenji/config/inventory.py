"""What a database holds, in figures that must be equal before a backup and after its restore.

For each table: the number of rows and a sum over them that does not depend on their order. For what is append-only: a
hash over the rows in their order, as a chain. For the audit trail: how many of its links lead to a row.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import sql

from fenji.config.postgres_clients import Connection
from fenji.config.rights import APPEND_ONLY

Report = Callable[[int, int], None]

# The text of a row must not depend on who asks.
PLAIN = (
    "SET LOCAL TIME ZONE 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
)
TABLES = """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1
"""
ROWS = """
    SELECT count(*), coalesce(sum(('x' || left(md5(whole_row::text), 16))::bit(64)::bigint::numeric), 0)::text
    FROM public.{} AS whole_row
"""
IN_ORDER = "COPY (SELECT whole_row::text FROM public.{} AS whole_row ORDER BY id) TO STDOUT"
LINKS = {
    "actor": "EXISTS (SELECT 1 FROM accounts_user WHERE id = actor_id)",
    "institution": "EXISTS (SELECT 1 FROM registry_institution WHERE id = institution_id)",
    "resident": "EXISTS (SELECT 1 FROM residents_resident WHERE id = resident_id)",
}
# Sequences behind the ids: the next one must be free.
SEQUENCES = """
    SELECT c.relname, a.attname, pg_get_serial_sequence(format('public.%I', c.relname), a.attname)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND pg_get_serial_sequence(format('public.%I', c.relname), a.attname) IS NOT NULL
"""


@dataclass(frozen=True)
class Table:
    rows: int
    content: str  # the sum over its rows


@dataclass(frozen=True)
class Inventory:
    tables: dict[str, Table]
    trail: dict[str, str]  # SHA-256 over an append-only table in the order of its ids
    links: dict[str, int]  # audit events whose actor, institution, resident is there
    migrations: list[str]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(value: dict[str, Any]) -> Inventory:
    tables = {name: Table(**found) for name, found in value["tables"].items()}
    return Inventory(tables, dict(value["trail"]), dict(value["links"]), list(value["migrations"]))


def take(connection: Connection, report: Report = lambda done, total: None) -> Inventory:
    """Count what the transaction of `connection` sees; the caller has opened it."""
    for statement in PLAIN:
        connection.execute(statement)
    names = [str(name) for (name,) in connection.execute(TABLES).fetchall()]
    tables = {}
    for done, name in enumerate(names, 1):
        found = connection.execute(sql.SQL(ROWS).format(sql.Identifier(name))).fetchone()
        tables[name] = Table(*found) if found else Table(0, "0")
        report(done, len(names))
    kept = [name for name in APPEND_ONLY if name in tables]
    return Inventory(
        tables,
        {name: _in_order(connection, name) for name in kept},
        _links(connection) if "common_auditevent" in tables else {},
        _migrations(connection) if "django_migrations" in tables else [],
    )


def differences(before: Inventory, after: Inventory) -> list[str]:
    """What is not equal, one sentence each; empty when everything is."""
    found = []
    for name in sorted(before.tables.keys() | after.tables.keys()):
        was, is_ = before.tables.get(name), after.tables.get(name)
        if was is None or is_ is None:
            found.append(f"{name}: {'缺少 / missing' if is_ is None else '多出 / not in the backup'}")
        elif was.rows != is_.rows:
            found.append(f"{name}: {was.rows} → {is_.rows} 行 / rows")
        elif was.content != is_.content:
            found.append(f"{name}: 内容不同 / other content")
    found += [f"{name}: 次序或内容不同 / the chain differs" for name in before.trail if _differs(before, after, name)]
    if before.links != after.links:
        found.append(f"审计关联 / audit links: {before.links} → {after.links}")
    return found


def sequences_behind(connection: Connection) -> list[str]:
    """Tables whose next id is taken already."""
    behind = []
    for table, column, sequence in connection.execute(SEQUENCES).fetchall():
        query = sql.SQL(
            "SELECT coalesce(max({column}), 0) > (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END"
            " FROM {sequence}) FROM public.{table}"
        ).format(column=sql.Identifier(column), table=sql.Identifier(table), sequence=sql.SQL(sequence))
        found = connection.execute(query).fetchone()
        if found and found[0]:
            behind.append(str(table))
    return behind


def _differs(before: Inventory, after: Inventory, name: str) -> bool:
    return before.trail[name] != after.trail.get(name)


def _in_order(connection: Connection, table: str) -> str:
    digest = hashlib.sha256()
    with connection.cursor() as cursor, cursor.copy(sql.SQL(IN_ORDER).format(sql.Identifier(table))) as rows:
        for block in rows:
            digest.update(block)
    return digest.hexdigest()


def _links(connection: Connection) -> dict[str, int]:
    columns = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in LINKS.values())
    found = connection.execute(f"SELECT {columns} FROM common_auditevent").fetchone()  # noqa: S608  fixed above
    return dict(zip(LINKS, found or (), strict=True))


def _migrations(connection: Connection) -> list[str]:
    found = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return [str(name) for (name,) in found]
