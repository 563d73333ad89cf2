"""Brings a database to the version of this program: a backup first, then the migrations, then a look at the result.

It starts and stops nothing: who runs the services stops them before and starts them afterwards.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor

from fenji.config import inventory, postgres_clients, restore, schema
from fenji.config.backup_file import Backup, BackupError
from fenji.config.rights import APPEND_ONLY

TakeBackup = Callable[[], Backup]
SESSIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = %s AND pid <> pg_backend_pid()
"""


class UpgradeFailed(BackupError):
    """The upgrade did not begin, or broke off; the message says how things stand and how to go back."""


@dataclass(frozen=True)
class Upgraded:
    """What was done; `backup` is None where nothing was outstanding."""

    applied: list[str]
    backup: Backup | None


def upgrade(city: str, *, owner_url: str, application_url: str, back_up: TakeBackup) -> Upgraded:
    """Apply what is outstanding; this process is connected as the owner. Raises UpgradeFailed."""
    application = restore.role_of(application_url)
    _refuse_a_newer_database()
    outstanding = schema.unapplied_migrations()
    if not outstanding:
        return Upgraded([], None)
    _refuse_while_in_use(application, owner_url)
    backup = back_up()
    try:
        applied = schema.migrate(city, application_url=application_url)
        _look(backup, owner_url)
    except (DatabaseError, InconsistentMigrationHistory, ValueError, UpgradeFailed) as error:
        raise UpgradeFailed(f"{error}\n{way_back(backup.path)}") from error
    return Upgraded(applied, backup)


def way_back(backup: Path) -> str:
    """What an operator types after an upgrade that broke off."""
    file = shlex.quote(str(backup))
    return (
        "升级未完成，服务请勿启动。恢复原状 / the upgrade is not complete, do not start the services. To go back:\n"
        "  1. 换回原版本程序 / bring the earlier version of the program back, e.g. git checkout …; make .venv/.run\n"
        f"  2. fenji restore {file} --into fenji_before\n"
        "  3. 将 FENJI_DATABASE_URL 与 FENJI_OWNER_DATABASE_URL 改为 fenji_before，启动服务"
        " / name fenji_before in both addresses and start the services"
    )


def _refuse_a_newer_database() -> None:
    """Migrations that this program does not know: the database belongs to a later version."""
    loader = MigrationExecutor(connection).loader
    apps = {app for app, _ in loader.graph.nodes}
    applied = [key for key in loader.applied_migrations if key[0] in apps]  # apps that are gone are no fault
    unknown = sorted(f"{app}.{name}" for app, name in applied if (app, name) not in loader.graph.nodes)
    if unknown:
        raise UpgradeFailed(
            f"数据库比程序新（{'、'.join(unknown)}）：请安装更新的版本。"
            f" / The database is newer than this program ({', '.join(unknown)}): install the later version."
        )


def _refuse_while_in_use(application: str, owner_url: str) -> None:
    if application in {"", restore.role_of(owner_url)}:
        return  # one role for everything: our own connections cannot be told from theirs
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS, [application])
        sessions = cursor.fetchone()[0]
    if sessions:
        raise UpgradeFailed(
            f"仍有 {sessions} 个 {application} 的数据库连接：请先停止服务（systemctl stop fenji.target，"
            f"或 Ctrl-C）。 / {application} still has {sessions} connections: stop the services first"
            " (systemctl stop fenji.target, or Ctrl-C)."
        )


def _look(backup: Backup, owner_url: str) -> None:
    """Raises UpgradeFailed unless the database is whole, of this version, and its trail has lost nothing."""
    faults = [f"{name} 未执行 / not applied" for name in schema.unapplied_migrations()]
    faults += [str(message) for message in checks.run_checks() if message.level >= checks.ERROR]
    before = inventory.from_json(backup.manifest["inventory"]).tables
    with postgres_clients.connected(owner_url) as owner:
        now = inventory.take(owner).tables
    for table in set(APPEND_ONLY) & before.keys():
        if table not in now or now[table].rows < before[table].rows:
            faults.append(f"{table}: 记录减少 / rows are gone")
    if faults:
        raise UpgradeFailed("; ".join(faults))
