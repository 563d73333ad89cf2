"""Takes a backup: everything the database holds at one instant, while people go on working.

Papers are rows, so the database is all there is; the keys stay outside (`fenji.config.backup_keys`).
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import psycopg

from fenji.config import backup_file, backup_keys, inventory, postgres_clients
from fenji.config.backup_file import Backup, BackupError, Manifest, Written
from fenji.config.inventory import Inventory

Report = Callable[[int, int], None]
QUICK = "3"  # of 9: half the time of the default for a few per cent more bytes
CUT_OFF = timedelta(days=1)  # a half file this old is nobody's any more
TABLE_DATA = " TABLE DATA public "
TABLE_BEGINS = re.compile(r'dumping contents of table "public\.(.+)"')


def silent(done: int, total: int) -> None:
    """Nobody is told."""


def name_in(directory: Path, city: str, at: datetime) -> Path:
    return directory / f"fenji-{city}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"


def take(url: str, target: Path, city: str, *, counting: Report = silent, dumping: Report = silent) -> Backup:
    """Back up the database at `url` into the new file `target`. Raises BackupError, NoClientPrograms."""
    with (
        backup_file.new_file(target) as out,
        postgres_clients.connected(url) as connection,
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        major = postgres_clients.server_major(connection)
        programs = postgres_clients.programs_for(major)
        snapshot, at = connection.execute("SELECT pg_export_snapshot(), now()").fetchall()[0]
        held = inventory.take(connection, counting)

        def manifest(written: Written) -> Manifest:
            return backup_keys.seal(_manifest(held, written, city, major, at))

        backup_file.write(out, _dump(programs / "pg_dump", url, snapshot, _by_rows(held, dumping)), manifest)
    return backup_file.read(target)


def check(path: Path, report: Report = silent) -> Backup:
    """Read a backup as a whole; raises BackupError unless it is complete, unchanged and readable by pg_restore."""
    backup = backup_file.read(path)
    backup_keys.check_seal(backup.manifest)
    backup.check(report)
    tables = _listed(backup)
    lacking = sorted(set(backup.manifest["inventory"]["tables"]) - tables)
    if lacking:
        raise BackupError(f"{path} 缺少 / lacks: {', '.join(lacking)}")
    return backup


def keep_newest(directory: Path, city: str, number: int) -> list[Path]:
    """Remove all but the newest `number` backups of this city, and what was cut off; returns what was removed."""
    backups = sorted(directory.glob(f"fenji-{city}-*Z.tar"))
    now = datetime.now(UTC).timestamp()
    halves = [
        half for half in directory.glob(f"fenji-{city}-*.half") if now - half.stat().st_mtime > CUT_OFF.total_seconds()
    ]
    gone = [*backups[:-number], *halves]
    for file in gone:
        file.unlink()
    return gone


def _manifest(held: Inventory, written: Written, city: str, major: int, at: datetime) -> Manifest:
    return {
        "format": backup_file.FORMAT,
        "program": version("fenji"),
        "city": city,
        "at": at.isoformat(),
        "postgresql": major,
        "keys": backup_keys.marks(),
        "dump": {"size": written.size, "sha256": written.sha256},
        "inventory": held.as_json(),
    }


def _dump(program: Path, url: str, snapshot: str, heard: Callable[[str], None]) -> Iterator[bytes]:
    options = ("--format=custom", f"--compress={QUICK}", "--no-owner", "--no-privileges", "--verbose")
    with postgres_clients.at_work(program, url, f"--snapshot={snapshot}", *options, heard=heard) as client:
        while block := client.output.read(backup_file.BLOCK):
            yield block
    if client.process.returncode:
        raise BackupError(f"pg_dump: {' | '.join(client.words)}")


def _by_rows(held: Inventory, report: Report) -> Callable[[str], None]:
    """Progress in rows, from what pg_dump says: when a table begins, the one before is done."""
    done, under_way = 0, 0

    def heard(line: str) -> None:
        nonlocal done, under_way
        match = TABLE_BEGINS.search(line)
        if match and match[1] in held.tables:
            done, under_way = done + under_way, held.tables[match[1]].rows
            report(done, held.rows)

    return heard


def _listed(backup: Backup) -> set[str]:
    """The tables whose rows the archive holds, as pg_restore lists them."""
    program = postgres_clients.newest_programs(backup.manifest["postgresql"]) / "pg_restore"
    with backup.dump() as file, postgres_clients.at_work(program, "", "--list", stdin=file) as client:
        lines = client.output.read().decode().splitlines()
    if client.process.returncode:
        raise BackupError(f"pg_restore: {' | '.join(client.words)}")
    return {line.split(TABLE_DATA)[1].split(" ")[0] for line in lines if TABLE_DATA in line}
