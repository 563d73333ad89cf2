"""Brings a backup back into an empty database, proves that it is the same, and gives the application its rights."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote, urlsplit

import psycopg
from django.db.utils import ConnectionHandler
from psycopg import sql

from fenji.config import backup_keys, inventory, postgres_clients
from fenji.config.backup_file import Backup, BackupError
from fenji.config.database import database_settings
from fenji.config.rights import grant_application_rights

Report = Callable[[int, int], None]
EMPTY = """
    SELECT NOT EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
"""
# Whole, or nothing; without comments, since that of an extension is its owner's, who may be the server's administrator.
AS_ONE = ("--no-owner", "--no-privileges", "--no-comments", "--single-transaction", "--exit-on-error")


def silent(done: int, total: int) -> None:
    """Nobody is told."""


def restore(
    backup: Backup,
    url: str,
    *,
    application: str,
    without_keys: bool = False,
    loading: Report = silent,
    counting: Report = silent,
) -> None:
    """Fill the empty database at `url`, whose owner the url names; `application` is the role that works with it.

    Raises BackupError: for other keys than the backup's (unless `without_keys`), for a database that is not empty or
    older than the backup's; and, after the fact, should one row, audit link or sequence differ.
    """
    _check_keys(backup, without_keys=without_keys)
    with postgres_clients.connected(url) as connection:
        program = _program(backup, connection)
        if not connection.execute(EMPTY).fetchall()[0][0]:
            raise BackupError(
                f"数据库 {connection.info.dbname} 不是空的，未作任何改动：请用 --into 指定新的数据库名。"
                f" / The database {connection.info.dbname} is not empty and stays as it is: name a new one with --into."
            )
    backup.check()
    with (
        backup.dump() as file,
        _followed(file, backup.size, loading),
        postgres_clients.at_work(program, url, *AS_ONE, stdin=file) as client,
    ):
        client.process.wait()
    if client.process.returncode:
        raise BackupError(f"pg_restore: {' | '.join(client.words)}")
    _prove(backup, url, counting)
    _grant(url, application)


def another_database(url: str, name: str) -> str:
    """The address of the database `name` on the same server, for the same role."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{quote(name)}{query}"  # urlunsplit would drop an empty host


def create_database(url: str, name: str, *, owner: str) -> bool:
    """Make the database `name` if it is not there; `url` is of a role that may. Returns whether it was made."""
    with postgres_clients.connected(url) as connection:
        connection.autocommit = True
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        statement = sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0")
        try:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))
        except psycopg.errors.InsufficientPrivilege:
            raise BackupError(
                f"{owner} 无权建库，请数据库管理员执行 / may not create databases; ask its administrator for:"
                f" CREATE DATABASE {name} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0;"
            ) from None
    return True


def role_of(url: str) -> str:
    return unquote(urlsplit(url).username or "")


def _check_keys(backup: Backup, *, without_keys: bool) -> None:
    backup_keys.check_seal(backup.manifest)
    unknown = backup_keys.unknown_keys(backup.manifest)
    if unknown and not without_keys:
        raise BackupError(
            f"当前密钥不是该备份的密钥（{'、'.join(unknown)}），恢复后证件号无法读取：请先放回原密钥；"
            "确已遗失时用 --without-keys。"
            f" / {', '.join(unknown)} are not the backup's, so that no ID number could be read: bring the keys back"
            " first (in a demonstration: keys.env in FENJI_HOME); if they are lost for good, --without-keys."
        )


def _program(backup: Backup, connection: postgres_clients.Connection) -> Path:
    major, made_by = postgres_clients.server_major(connection), int(backup.manifest["postgresql"])
    if major < made_by:
        raise BackupError(
            f"备份来自 PostgreSQL {made_by}，不能恢复到较旧的 {major}。"
            f" / The backup is of PostgreSQL {made_by} and does not go into the older {major}."
        )
    return postgres_clients.programs_for(major) / "pg_restore"


@contextmanager
def _followed(file: IO[bytes], size: int, report: Report) -> Iterator[None]:
    """Progress from how far the file was read; its position is shared with the program that reads it."""
    begins, finished = file.tell(), threading.Event()

    def follow() -> None:
        while not finished.wait(0.2):
            report(min(file.tell() - begins, size), size)

    follower = threading.Thread(target=follow, daemon=True)
    follower.start()
    try:
        yield
    finally:
        finished.set()
        follower.join()


def _prove(backup: Backup, url: str, report: Report) -> None:
    """Raises BackupError unless the database holds what the manifest says, and could go on from there."""
    held = inventory.from_json(backup.manifest["inventory"])
    with postgres_clients.connected(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        faults = inventory.differences(held, inventory.take(connection, report))
        faults += [f"{table}: 序号落后 / its sequence is behind" for table in inventory.sequences_behind(connection)]
    if faults:
        raise BackupError(
            "恢复结果与备份不符，请勿使用该数据库 / what was restored is not what was backed up, do not use it: "
            + "; ".join(faults)
        )


def _grant(url: str, application: str) -> None:
    """Rights of the application, and figures for the planner, which a dump does not carry."""
    wrapper = ConnectionHandler({"default": database_settings(url)})["default"]
    try:
        grant_application_rights(wrapper, application)
        with wrapper.cursor() as cursor:
            cursor.execute("ANALYZE")
    finally:
        wrapper.close()
