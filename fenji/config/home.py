"""Where Fenji keeps what it makes on this machine: database, keys, static files, logs. `FENJI_HOME`, else `.fenji/`.

PostgreSQL never runs as root, so root's database belongs to the account `nobody`, which must be able to reach it: in a
project under /root it cannot, and the database then lies under /var/lib/fenji instead.
"""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path("/var/lib/fenji")
SOCKET_BYTES = 107 - len("/.s.PGSQL.5432")  # sockaddr_un.sun_path, less the name PostgreSQL adds


def home() -> Path:
    """The directory of this installation, made if it is not there; others may pass through but not look around."""
    directory = home_path()
    directory.mkdir(parents=True, exist_ok=True, mode=0o711)
    return directory


def home_path() -> Path:
    """Where `home` is, whether or not it was made yet."""
    return Path(os.environ.get("FENJI_HOME") or PROJECT / ".fenji").resolve()


@dataclass(frozen=True)
class Account:
    """The operating system account that a program runs as."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    def popen(self) -> dict[str, Any]:
        """Arguments of `subprocess` that start a program as this account, in a directory that it can enter."""
        if not self.is_other:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, path: Path) -> bool:
        """Whether every directory above `path` lets this account pass; asked of root, who could pass anywhere."""
        return not self.is_other or all(_lets_pass(parent.stat(), self) for parent in path.parents if parent.exists())

    def own(self, directory: Path) -> Path:
        """Make a directory that only this account (and root) may enter; refuses one that is somebody else's."""
        directory.mkdir(parents=True, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {self.uid, os.geteuid()}:
            raise PermissionError(f"{directory} belongs to somebody else: remove it or set FENJI_HOME")
        if self.is_other:
            os.chown(directory, self.uid, self.gid)
        directory.chmod(0o700)
        return directory


def database_account() -> Account:
    """Who runs the embedded PostgreSQL: oneself, or `nobody` for root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def database_directory(base: Path, account: Account) -> Path:
    """Where the database of the installation at `base` lies, reachable for its account."""
    return base if account.can_reach(base / "postgres") else SHARED / _short_name(base)


def socket_directory(base: Path) -> Path:
    """A directory for the socket, short enough for the kernel."""
    inside = base / "socket"
    return inside if len(os.fsencode(inside)) <= SOCKET_BYTES else Path("/tmp") / f"fenji-{_short_name(base)}"  # noqa: S108


def _short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _lets_pass(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
