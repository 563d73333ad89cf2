"""A demonstration of a chosen size, served as `fenji run` serves it, and people who are logged in to it over HTTP."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[1]
SMALL, LARGE = 26_000, 2_600_000
LONGEST_START = 3600  # seconds; 2.6 million residents take minutes
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Served:
    """A running demonstration."""

    residents: int
    address: str
    home: Path
    start_seconds: float

    def login(self, username: str) -> "Person":
        return Person(self.address, username)

    def memory_mb(self) -> float:
        """Proportional memory (PSS) of server and worker, without the database, in MB."""
        return sum(_pss(pid) for pid in _pids(self.home, ("gunicorn", "worker"))) / 1024


class Person:
    """Somebody's browser: cookies kept, forms posted with the token of the page before."""

    def __init__(self, address: str, username: str) -> None:
        from fenji.config.demonstration_accounts import PASSWORD

        self.address, self.session, self.token = address, requests.Session(), ""
        self.get("/login/")
        self.post("/login/", login=username, password=PASSWORD)
        if "/login" in self.get("/").url:
            raise SystemExit(f"{username} could not log in")

    def get(self, path: str) -> requests.Response:
        return self._read(self.session.get(self.address + path, timeout=60))

    def post(self, path: str, **form: object) -> requests.Response:
        data = {"csrfmiddlewaretoken": self.token, **form}
        headers = {"Referer": self.address + path}
        return self._read(self.session.post(self.address + path, data=data, headers=headers, timeout=60))

    def _read(self, answer: requests.Response) -> requests.Response:
        if answer.status_code >= 400:
            raise SystemExit(f"{answer.status_code} {answer.url}\n{re.sub('<[^>]+>', ' ', answer.text)[:600]}")
        if found := TOKEN.search(answer.text):
            self.token = found[1]
        return answer


@contextmanager
def served(residents: int) -> Iterator[Served]:
    """Start a demonstration with so many residents in a home of its own; stop and remove it afterwards."""
    home = Path(tempfile.mkdtemp(prefix="fenji-bench-", dir="/tmp"))
    home.chmod(0o755)
    port = _free_port()
    environment = {**os.environ, "FENJI_HOME": str(home), "FENJI_DEMONSTRATION_RESIDENTS": str(residents)}
    started = time.monotonic()
    with (home / "bench.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "fenji", "run", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process, home)
        yield Served(residents, address, home, time.monotonic() - started)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _wait(address: str, process: subprocess.Popen[bytes], home: Path) -> None:
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"the demonstration did not start:\n{(home / 'bench.log').read_text()[-2000:]}")
        try:
            if requests.get(address + "/login/", timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise SystemExit("the demonstration did not answer in time")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _pids(home: Path, words: tuple[str, ...]) -> list[int]:
    """Processes of this demonstration whose command holds one of the words."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                ours = str(home).encode() in (entry / "environ").read_bytes()
            except OSError:
                continue
            if ours and any(word in command for word in words):
                found.append(int(entry.name))
    return found


def _pss(pid: int) -> int:
    """Kilobytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
