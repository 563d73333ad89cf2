"""Keeps the programs of one installation at work: starts them in order, starts again what died, stops them in reverse.

The web server's listening socket belongs to the supervisor, so that requests wait, not fail, while a dead server is
replaced.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

LOOK_SECONDS = 0.2
STEADY_SECONDS = 3.0  # a child that lived this long is started again at once; the web server needs most of it to start
LONGEST_PAUSE = 2.0  # who is waiting for a program that keeps dying does not wait for long in vain

Popen = subprocess.Popen[bytes]


class AlreadyRunning(Exception):
    """Another supervisor of the same installation is alive."""


@dataclass
class Child:
    """A program to keep alive. `stop` ends it gently and returns when it is gone."""

    name: str
    start: Callable[[], Popen]
    stop: Callable[[Popen], None]
    process: Popen | None = None
    started: float = 0.0
    quick_deaths: int = 0
    not_before: float = 0.0

    def look(self, now: float) -> str | None:
        """Start the program if it is not there; returns what there is to say."""
        if self.process is not None and self.process.poll() is None:
            return None
        said = self._bury(self.process, now) if self.process is not None else None
        if now >= self.not_before:
            self._begin(now)
        return said

    def _begin(self, now: float) -> None:
        try:
            self.process, self.started = self.start(), now
        except Exception as error:  # e.g. the database is not yet ready to recover: tried again
            self.process = None
            self._pause(now)
            raise ChildFailed(f"{self.name}: {error}") from error

    def _bury(self, dead: Popen, now: float) -> str:
        how = dead.returncode
        end_group(dead.pid, signal.SIGKILL)
        self.process = None
        if now - self.started < STEADY_SECONDS:
            self._pause(now)
        else:
            self.quick_deaths = 0
        return f"{self.name} ended ({'signal ' + str(-how) if how < 0 else how}); starting it again"

    def _pause(self, now: float) -> None:
        self.not_before = now + min(LONGEST_PAUSE, 0.25 * 2**self.quick_deaths)
        self.quick_deaths += 1


class ChildFailed(Exception):
    """A child could not be started; it is tried again later."""


@dataclass
class Supervisor:
    """`children` in the order of starting; `say` gets one line a happening."""

    children: list[Child]
    say: Callable[[str], None] = print
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Keep the children alive until `stopping` is set, then stop them, last one first."""
        try:
            while not self.stopping.is_set():
                self.look()
                self.stopping.wait(LOOK_SECONDS)
        finally:
            self.stop()

    def look(self) -> None:
        for child in self.children:
            try:
                said = child.look(time.monotonic())
            except ChildFailed as failure:
                said = str(failure)
            if said:
                self.say(said)

    def stop(self) -> None:
        for child in reversed(self.children):
            if child.process is not None:
                child.stop(child.process)
                end_group(child.process.pid, signal.SIGKILL)
                child.process = None


def terminate(process: Popen, *, seconds: float = 10) -> None:
    """Ask a program to end, then insist."""
    for how, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        if process.poll() is not None:
            return
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def end_group(leader: int, how: signal.Signals) -> None:
    """Signal what is left of a child's process group (each child leads one)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, how)


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the installation's lock, which the kernel frees however the supervisor ends."""
    with _lock_of(home).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"此目录的 fenji 已在运行（进程 {_holder(lock)}）：请先停止（Ctrl-C），或另设 FENJI_HOME。"
                f" / Fenji is at work in this directory already (process {_holder(lock)}): stop it first (Ctrl-C),"
                " or set another FENJI_HOME."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _lock_of(home: Path) -> Path:
    """The file of the lock. What root makes (an upgrade) belongs to the home's account, which comes next."""
    lock = home / "lock"
    with contextlib.suppress(FileExistsError):
        made = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)  # exclusive: never through a link
        if os.geteuid() == 0:
            owner = home.stat()
            os.fchown(made, owner.st_uid, owner.st_gid)
        os.close(made)
    return lock


def _holder(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip() or "?"


@contextlib.contextmanager
def stopped_by_signals(stopping: threading.Event) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal set `stopping`."""
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {kind: signal.signal(kind, lambda *_: stopping.set()) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
