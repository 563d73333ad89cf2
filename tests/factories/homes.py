"""Homes of installations for tests that start the program as an operator does: one is made, the others are copies."""

import os
import subprocess
import sys
from pathlib import Path

FENJI = [sys.executable, "-m", "fenji"]


def make(home: Path) -> Path:
    """Tables and static files, by the program's own commands."""
    for command in ("migrate", "prepare-static"):
        subprocess.run([*FENJI, command], env=environment(home), check=True, capture_output=True)
    return home


def copy(home: Path, to: Path) -> Path:
    """With the owners of its files, as PostgreSQL wants them."""
    subprocess.run(["cp", "-a", f"{home}/.", to], check=True)
    return to


def environment(home: Path) -> dict[str, str]:
    """What an operator's shell has: nothing of the tests, and a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FENJI_", "DJANGO_"))}
    return kept | {"FENJI_HOME": str(home)}
