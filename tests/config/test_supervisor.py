"""The supervisor: what dies comes back, what keeps dying is given pauses, what is stopped stays stopped."""

import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fenji.config import processes
from fenji.config.supervisor import (
    AlreadyRunning,
    Child,
    Supervisor,
    only_one,
    stopped_by_signals,
    terminate,
)


def program(code: str, home: Path, name: str = "program") -> Child:
    def start() -> "subprocess.Popen[bytes]":
        environment = os.environ | processes.mark(home, name)
        return subprocess.Popen([sys.executable, "-c", code], env=environment, start_new_session=True)

    return Child(name, start, terminate)


SLEEPS = "import time; time.sleep(60)"
FORKS = "import os, time; os.fork(); time.sleep(60)"
IGNORES = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"


def wait_until(condition: object, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def test_a_killed_child_is_back_within_a_second(tmp_path: Path) -> None:
    child = program(SLEEPS, tmp_path)
    supervisor = Supervisor([child], say=lambda line: None)
    supervisor.look()
    assert child.process is not None
    first = child.process.pid
    child.process.kill()
    child.process.wait()
    began = time.monotonic()
    while child.process is None or child.process.pid == first:
        supervisor.look()
        time.sleep(0.02)
        assert time.monotonic() - began < 1
    supervisor.stop()
    assert processes.children_of(tmp_path) == []


def test_a_child_that_keeps_dying_is_tried_less_and_less_often(tmp_path: Path) -> None:
    child = program("raise SystemExit(3)", tmp_path)
    pauses = []
    for now in (0.0, 100.0, 200.0, 300.0):
        child.not_before = 0.0
        child.look(now)
        assert child.process is not None
        child.process.wait()
        assert "ended (3)" in str(child.look(now + 1))
        pauses.append(child.not_before - (now + 1))
    assert pauses == [0.25, 0.5, 1.0, 2.0]


def test_a_steady_child_is_started_again_at_once(tmp_path: Path) -> None:
    child = program(SLEEPS, tmp_path)
    child.look(0.0)
    assert child.process is not None
    child.process.kill()
    child.process.wait()
    child.look(60.0)
    assert child.process is not None
    assert child.process.poll() is None
    terminate(child.process)


def test_a_child_that_cannot_start_is_tried_again_and_the_others_live(tmp_path: Path) -> None:
    said: list[str] = []
    broken = Child("broken", lambda: subprocess.Popen(["/nonexistent"]), terminate)
    other = program(SLEEPS, tmp_path)
    supervisor = Supervisor([broken, other], say=said.append)
    supervisor.look()
    assert other.process is not None
    assert "broken" in said[0]
    assert broken.not_before > 0
    supervisor.stop()


def test_stopping_ends_whole_process_groups_last_started_first(tmp_path: Path) -> None:
    order: list[str] = []
    children = [program(FORKS, tmp_path, name) for name in ("database", "web", "worker")]
    for child in children:
        ending = child.stop
        child.stop = lambda process, name=child.name, ending=ending: (order.append(name), ending(process))[0]  # type: ignore[misc]
    supervisor = Supervisor(children, say=order.append)
    supervisor.look()
    wait_until(lambda: len(processes.children_of(tmp_path)) == 6)
    supervisor.stop()
    wait_until(lambda: processes.children_of(tmp_path) == [])
    assert order == ["worker", "web", "database"]


def test_a_child_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", IGNORES], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    terminate(process, seconds=0.3)
    assert process.returncode == -signal.SIGKILL


def test_run_returns_and_stops_everything_once_told(tmp_path: Path) -> None:
    child = program(SLEEPS, tmp_path)
    stopping = threading.Event()
    threading.Timer(0.5, stopping.set).start()
    Supervisor([child], say=lambda line: None, stopping=stopping).run()
    assert child.process is None
    assert processes.children_of(tmp_path) == []


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_ask_for_the_stop(kind: signal.Signals) -> None:
    stopping = threading.Event()
    with stopped_by_signals(stopping):
        os.kill(os.getpid(), kind)
        assert stopping.wait(1)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_supervisor_of_the_same_home_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(AlreadyRunning, match=str(os.getpid())), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass  # free again


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_did_does_not_lock_the_services_out(tmp_path: Path) -> None:
    """`fenji upgrade` by root, then `fenji run` by the account that the home belongs to."""
    account = pwd.getpwnam("nobody")
    os.chown(tmp_path, account.pw_uid, account.pw_gid)
    with only_one(tmp_path):
        found = (tmp_path / "lock").stat()
    assert (found.st_uid, found.st_gid) == (account.pw_uid, account.pw_gid)


def test_leftovers_are_found_by_their_mark_and_others_are_left_alone(tmp_path: Path) -> None:
    ours, others = tmp_path / "ours", tmp_path / "others"
    orphan = program(FORKS, ours).start()
    stranger = program(SLEEPS, others).start()
    wait_until(lambda: len(processes.children_of(ours)) == 2)
    reaper = threading.Thread(target=orphan.wait)
    reaper.start()
    assert processes.end_children_of(ours) == 2
    reaper.join(5)
    assert processes.children_of(ours) == []
    assert stranger.poll() is None
    terminate(stranger)


def test_the_mark_tells_a_home_from_one_whose_name_begins_alike(tmp_path: Path) -> None:
    child = program(SLEEPS, tmp_path / "fenji-2").start()
    wait_until(lambda: len(processes.children_of(tmp_path / "fenji-2")) == 1)
    assert processes.children_of(tmp_path / "fenji") == []
    terminate(child)
