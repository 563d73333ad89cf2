"""The tables: brought up to date by their owner, who then gives the application its rights."""

import os
from urllib.parse import unquote, urlsplit

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from fenji.config import prepared
from fenji.config.rights import grant_application_rights


def migrate(city: str, *, application_url: str) -> list[str]:
    """Apply what is outstanding and return its names; the connection is the owner's."""
    applied = unapplied_migrations()
    call_command("migrate", verbosity=0, interactive=False)
    grant_application_rights(connection, unquote(urlsplit(application_url).username or ""))
    prepared.remember(os.environ["FENJI_OWNER_DATABASE_URL"], "schema", prepared.fingerprints(city)["schema"])
    return applied


def unapplied_migrations() -> list[str]:
    """Names of migrations that the database still lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
