"""Remembers which steps of preparation are done and on what they rested, so that a second start does nothing twice.

The memory lies in the database itself: an empty database is an unprepared one, whatever files say. It is read without
Django, which takes a second to load.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

from fenji.config.home import PROJECT

PACKAGE = PROJECT / "fenji"
LOCK = PROJECT / "requirements.lock"
TABLE = sql.Identifier("fenji_prepared")


def fingerprints(city: str, policy: str = "") -> dict[str, str]:
    """Every step in its order, with the fingerprint of what it rests on; a fixed word means once and for all.

    `policy` names the pack whose rules hold, where it is not the city's own.
    """
    network = _hash([*(PACKAGE / "cities").rglob("*.toml"), *(PACKAGE / "cities" / city).rglob("*")])
    network += policy if policy != city else ""
    return {
        "schema": _hash([LOCK, *PACKAGE.glob("apps/*/migrations/*.py"), PACKAGE / "config" / "rights.py"]),
        "city": network,
        "residents": "once",
        "clinics": network,
        "accounts": network + _hash([PACKAGE / "config" / "demonstration_accounts.py"]),  # a load resets user names
        "referrals": "once",
        "beds": "once",
        "examinations": "once",
        "waiting": "once",
        "visits": "once",
        "bills": "once",
    }


def outstanding(url: str, wanted: dict[str, str]) -> list[str]:
    """The steps whose fingerprint is not the remembered one."""
    done = _remembered(url)
    return [step for step, fingerprint in wanted.items() if done.get(step) != fingerprint]


def remember(url: str, step: str, fingerprint: str) -> None:
    """Note a step as done; the owner of the tables calls this."""
    with psycopg.connect(url) as connection:
        connection.execute(
            sql.SQL("CREATE TABLE IF NOT EXISTS {} (step text PRIMARY KEY, fingerprint text NOT NULL)").format(TABLE)
        )
        connection.execute(
            sql.SQL(
                "INSERT INTO {} VALUES (%s, %s) ON CONFLICT (step) DO UPDATE SET fingerprint = excluded.fingerprint"
            ).format(TABLE),
            [step, fingerprint],
        )


def keys_fit(url: str, keys: str) -> bool:
    """Whether the database was begun with these keys (remembered as a hash); one that is new takes any."""
    fingerprint = hashlib.sha256(b"fenji keys\0" + keys.encode()).hexdigest()
    known = _remembered(url).get("keys")
    if known is None:
        remember(url, "keys", fingerprint)
    return known in {None, fingerprint}


def static_fingerprint() -> str:
    return _hash([LOCK, *(PACKAGE / "web" / "static").rglob("*")])


def static_is_current(root: Path) -> bool:
    """Whether the collected static files are those of this version; they are files, so a file remembers it."""
    note = root / ".fingerprint"
    return note.exists() and note.read_text() == static_fingerprint()


def remember_static(root: Path) -> None:
    (root / ".fingerprint").write_text(static_fingerprint())


def _remembered(url: str) -> dict[str, str]:
    with psycopg.connect(url, connect_timeout=10) as connection:
        try:
            return dict(connection.execute(sql.SQL("SELECT step, fingerprint FROM {}").format(TABLE)).fetchall())
        except psycopg.errors.UndefinedTable:
            return {}


def _hash(files: Iterable[Path]) -> str:
    """One hash over names and contents, in the order of names."""
    total = hashlib.sha256()
    for file in sorted(files):
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".mo":
            total.update(str(file.relative_to(PROJECT)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
