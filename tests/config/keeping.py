"""What the tests of backup and restore share: a database with people at work, and a new one on the same server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from fenji.config.postgres import SUPERUSER, Cluster
from fenji.config.restore import another_database, create_database

APPLICATION = "kept_app"

Rows = dict[str, list[tuple[Any, ...]]]


def address(cluster: Cluster) -> str:
    """The tests' own database."""
    return cluster.url(SUPERUSER, str(connection.settings_dict["NAME"]))


def create_application(url: str) -> None:
    """The role that the restored database's application has; roles outlive databases."""
    with psycopg.connect(url, autocommit=True) as made:
        if not made.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
            made.execute(f"CREATE ROLE {APPLICATION} LOGIN")


@contextmanager
def new_database(url: str, name: str) -> Iterator[str]:
    """An empty database on the server of `url`, gone afterwards."""
    create_database(url, name, owner=SUPERUSER)
    yield another_database(url, name)
    with psycopg.connect(url, autocommit=True) as done:
        done.execute(f"DROP DATABASE {name} WITH (FORCE)")


def every_row(url: str) -> Rows:
    """Each table with all its rows, sorted by their text: the plain way, with nothing of what is under test."""
    with psycopg.connect(url) as reader:
        names = reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        return {name: sorted(reader.execute(f'SELECT * FROM "{name}"').fetchall(), key=str) for (name,) in names}
