"""Finds and ends the processes that a supervisor of this installation started, even if it was killed itself.

Each child carries `FENJI_CHILD_OF=<home>` in its environment, which the kernel shows under /proc and which no reused
process id can fake.
"""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

MARK = "FENJI_CHILD_OF"


@dataclass(frozen=True)
class Process:
    pid: int
    name: str  # of the supervised child it belongs to


def children_of(home: Path) -> list[Process]:
    """Living processes that carry the mark of the supervisor of `home`."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended meanwhile, or somebody else's
            lines = (directory / "environ").read_bytes().split(b"\0")
            mark = next((line for line in lines if line.startswith(f"{MARK}={home}:".encode())), None)
            if mark is not None:
                found.append(Process(int(directory.name), os.fsdecode(mark).rsplit(":", 1)[1]))
    return found


def mark(home: Path, name: str) -> dict[str, str]:
    """What a child's environment must carry."""
    return {MARK: f"{home}:{name}"}


def end_children_of(home: Path) -> int:
    """End what an earlier supervisor left behind; returns how many processes there were."""
    leftovers = children_of(home)
    for how, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + seconds
        for process in children_of(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, how)
        while children_of(home) and time.monotonic() < deadline:
            time.sleep(0.05)
    return len(leftovers)
