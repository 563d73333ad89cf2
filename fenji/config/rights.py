"""What the application's database role may do: read and write rows, but not change what is append-only."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

# Tables whose rows are never changed or removed: what happened, happened.
APPEND_ONLY = (
    *("common_auditevent", "referrals_step", "payments_posting", "payments_casestep"),
    *("booking_release", "booking_reserveshare", "booking_difference"),
)
READ_ONLY = ("django_migrations",)


def grant_application_rights(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give `role` its rights on every table of the schema; run as the owner after each migration.

    Does nothing when the application connects as the owner itself: an owner cannot be held back.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
        if role in {"", owner}:
            return
        for statement in _statements(existing_tables(connection), owner, role):
            cursor.execute(statement)


def existing_tables(connection: BaseDatabaseWrapper) -> set[str]:
    return set(connection.introspection.table_names())


def _statements(tables: set[str], owner: str, role: str) -> list[sql.Composed]:
    names: dict[str, Any] = {"owner": sql.Identifier(owner), "role": sql.Identifier(role)}
    rows = "SELECT, INSERT, UPDATE, DELETE"
    lines = [
        "GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT {rows} ON ALL TABLES IN SCHEMA public TO {{role}}",
        "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} IN SCHEMA public GRANT {rows} ON TABLES TO {{role}}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {role}",
    ]
    composed = [sql.SQL(line).format(**names) for line in lines]
    for table in (*APPEND_ONLY, *READ_ONLY):
        if table in tables:
            held_back = "UPDATE, DELETE, TRUNCATE" if table in APPEND_ONLY else "INSERT, UPDATE, DELETE, TRUNCATE"
            revoke = sql.SQL(f"REVOKE {held_back} ON {{table}} FROM {{role}}")
            composed.append(revoke.format(table=sql.Identifier(table), **names))
    return composed
