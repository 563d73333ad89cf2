"""`fenji run` as an operator knows it: killed in every way, it comes back, and when it ends nothing is left.

The content of the demonstration is marked as done, so that only the platform is started.
"""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from fenji.config import processes
from fenji.config.database import PROCESSES
from fenji.config.postgres import OWNER, Cluster
from tests.factories.homes import FENJI, environment


@dataclass
class Installation:
    """A home whose tables are made, and the supervisor at work on it."""

    home: Path
    port: int
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [*FENJI, "run", "--port", str(self.port)],
            env=environment(self.home),
            stdout=(self.home / "run.log").open("a"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )
        begun = self.said().count("Ctrl-C")
        eventually(lambda: self.is_alive() and self.said().count("Ctrl-C") > begun, 120)

    def is_started(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def is_alive(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said()
        return True

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=3) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def said(self) -> str:
        return (self.home / "run.log").read_text()

    def pids(self, name: str) -> set[int]:
        return {child.pid for child in processes.children_of(self.home) if child.name == name}

    def stop(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(60)

    def nothing_left(self) -> bool:
        return processes.children_of(self.home) == [] and Cluster(self.home).leftover() is None


def eventually(condition: Callable[[], object], seconds: float) -> float:
    """Wait for it; returns how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - began


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def standing(home: Path) -> Iterator[Installation]:
    """One for all tests here: starting it takes longer than most of what is done to it."""
    (home / "run.log").write_text("")
    standing = Installation(home, free_port())
    yield standing
    if standing.is_started():
        standing.stop(signal.SIGTERM)


@pytest.fixture
def installation(standing: Installation) -> Installation:
    """At work, however the test before left it."""
    if not standing.is_started():
        standing.start()
    eventually(standing.answers, 30)
    return standing


@pytest.fixture
def stopped(standing: Installation) -> Path:
    """The home, with nobody at work in it."""
    if standing.is_started():
        standing.stop(signal.SIGTERM)
    return standing.home


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_program_killed_with_9_is_replaced_within_seconds(installation: Installation, name: str) -> None:
    eventually(lambda: installation.pids(name), 30)  # the worker starts once the address answers
    before = installation.pids(name)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: f"{name} ended (signal 9)" in installation.said(), 6)
    eventually(lambda: installation.pids(name) and not installation.pids(name) & before, 6)
    eventually(installation.answers, 30)


def test_the_counts_of_all_processes_of_the_server_stand_on_one_page(installation: Installation) -> None:
    assert len(installation.pids("web")) == 1 + PROCESSES  # the one that loaded everything, and those parted from it
    assert all(installation.answers() for _ in range(30))
    with urllib.request.urlopen(f"http://127.0.0.1:{installation.port}/metrics/", timeout=9) as page:
        found = re.search(r"^django_http_requests_before_middlewares_total (\S+)", page.read().decode(), re.MULTILINE)
    assert found is not None
    assert float(found[1]) >= 30


def test_a_database_killed_with_9_recovers_and_keeps_what_was_committed(installation: Installation) -> None:
    cluster = Cluster(installation.home)
    with psycopg.connect(cluster.url(OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("TRUNCATE kept")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 500)")
    pid = cluster.leftover()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: cluster.leftover() not in {None, pid} and cluster.answers(), 30)
    eventually(installation.answers, 30)
    with psycopg.connect(cluster.url(OWNER)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (500,)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_everything(installation: Installation, how: signal.Signals) -> None:
    said = installation.said()
    assert installation.stop(how) == 0
    eventually(installation.nothing_left, 6)
    assert "stopped" in installation.said().removeprefix(said)


def test_after_the_supervisor_was_killed_with_9_the_next_start_clears_up(installation: Installation) -> None:
    orphans = {child.pid for child in processes.children_of(installation.home)}
    database = Cluster(installation.home).leftover()
    installation.stop(signal.SIGKILL)
    assert orphans
    assert database is not None
    installation.start()
    now = {child.pid for child in processes.children_of(installation.home)}
    assert not now & orphans
    assert Cluster(installation.home).leftover() not in {None, database}
    assert "left from before" in installation.said()


def test_a_second_start_beside_the_first_is_refused(installation: Installation) -> None:
    second = subprocess.run(
        [*FENJI, "run", "--port", str(free_port())],
        env=environment(installation.home),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert second.returncode == 1
    assert installation.process is not None
    assert str(installation.process.pid) in second.stdout
    assert "already" in second.stdout  # and not a bare number
    assert installation.answers()


def test_a_port_in_use_is_named_with_the_way_out(stopped: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = subprocess.run(
            [*FENJI, "run", "--port", str(port)],
            env=environment(stopped),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert found.returncode == 1
    assert f"PORT={port + 1}" in found.stdout


def test_keys_that_are_not_the_databases_are_refused(stopped: Path) -> None:
    kept = (stopped / "keys.env").read_text()
    (stopped / "keys.env").unlink()
    try:
        found = subprocess.run(
            [*FENJI, "run", "--port", str(free_port())],
            env=environment(stopped),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        (stopped / "keys.env").write_text(kept)
    assert found.returncode == 1
    assert "keys.env" in found.stdout
    assert Cluster(stopped).leftover() is None


def test_the_login_of_every_role_is_printed_and_keys_stay_private(installation: Installation) -> None:
    eventually(lambda: "Ctrl-C" in installation.said(), 10)
    from fenji.config.demonstration_accounts import LOGINS, PASSWORD

    assert all(login.username in installation.said() for login in LOGINS)
    assert PASSWORD in installation.said()
    assert (installation.home / "keys.env").stat().st_mode & 0o777 == 0o600
    assert "FENJI_" not in installation.said()
