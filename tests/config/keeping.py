"""What the tests of backup and restore share: a database with people at work, and a new one on the same server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from fenji.config.postgres import SUPERUSER, Cluster
from fenji.config.restore import another_database, create_database, role_of

OWNER, APPLICATION = "kept_owner", "kept_app"

Rows = dict[str, list[tuple[Any, ...]]]


def address(cluster: Cluster) -> str:
    """The tests' own database."""
    return cluster.url(SUPERUSER, str(connection.settings_dict["NAME"]))


def create_roles(url: str) -> None:
    """Ordinary roles, as an operator makes them; roles outlive databases."""
    with psycopg.connect(url, autocommit=True) as made:
        for role in (OWNER, APPLICATION):
            if not made.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                made.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


@contextmanager
def new_database(url: str, name: str) -> Iterator[str]:
    """An empty database on the server of `url`, with its owner's address; its extension is the administrator's."""
    create_roles(url)
    create_database(url, name, owner=OWNER)
    new = another_database(url, name)
    with psycopg.connect(new, autocommit=True) as administrator:
        administrator.execute("CREATE EXTENSION btree_gist")
    yield of_role(new, OWNER)
    with psycopg.connect(url, autocommit=True) as done:
        done.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def of_role(url: str, role: str) -> str:
    """The same database as another role."""
    return url.replace(f"{role_of(url)}@", f"{role}@", 1)


def every_row(url: str) -> Rows:
    """Each table with all its rows, sorted by their text: the plain way, with nothing of what is under test."""
    with psycopg.connect(url) as reader:
        names = reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        return {name: sorted(reader.execute(f'SELECT * FROM "{name}"').fetchall(), key=str) for (name,) in names}
