"""Refuses to serve real people from an installation that is not fit for them."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from fenji.config.rights import APPEND_ONLY
from fenji.config.variables import VARIABLES


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured with every reason at once, unless this is a demonstration."""
    found = [] if settings.DEMONSTRATION else reasons_not_to_start()
    if found:
        raise ImproperlyConfigured("Fenji does not start:\n" + "\n".join(f"  - {reason}" for reason in found))


def reasons_not_to_start() -> list[str]:
    """Why production must not start; empty when it may. The database is asked only once the rest is right."""
    missing = [item.name for item in VARIABLES if item.production and not os.environ.get(item.name)]
    reasons = [f"{name} is not set" for name in missing]
    if settings.DEBUG:
        reasons.append("FENJI_DEBUG is on")
    if not reasons and demonstration_accounts():
        reasons.append(
            "the database holds demonstration accounts, whose passwords everybody knows: use a database of its own"
            " (or FENJI_DEMONSTRATION=1 for a demonstration)"
        )
    return reasons


def warnings() -> list[str]:
    """What production can start with but should not keep."""
    found = []
    if can_change_audit_rows():
        found.append(
            "the application's database role may change audit rows: give FENJI_DATABASE_URL a role of its own and"
            " FENJI_OWNER_DATABASE_URL the owner of the tables, then run `fenji migrate`"
        )
    if not settings.PUBLIC_URL.startswith("https://"):
        found.append("FENJI_PUBLIC_URL does not begin with https://: sessions travel in the clear")
    return found


def demonstration_accounts() -> int:
    """How many demonstration accounts the database holds; 0 before the first migration."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('accounts_user') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT count(*) FROM accounts_user WHERE is_demonstration")
        return int(cursor.fetchone()[0])


def can_change_audit_rows() -> bool:
    """Whether the role of this connection may update or delete what is append-only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(bool_or(has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')), false)"
            " FROM pg_class c WHERE c.oid IN (SELECT to_regclass(t) FROM unnest(%s::text[]) t)",
            [list(APPEND_ONLY)],
        )
        return bool(cursor.fetchone()[0])
