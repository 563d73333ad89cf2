"""Connections are shared by the processes of the server, and one that says nothing stands in nobody's way."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from fenji.config.server import FEW_SILENT, Worker

PROCESSES, THREADS = 2, 2
WORK_SECONDS = 0.05
APPLICATION = f"""
import os, time
def application(environ, start_response):
    time.sleep({WORK_SECONDS})
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
"""


def served_by(folder: Path, worker: str) -> Iterator[int]:
    (folder / "answers_with_its_process.py").write_text(APPLICATION)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        os.set_inheritable(listener.fileno(), True)
        command = [
            sys.executable, "-m", "gunicorn", "answers_with_its_process", "--bind", f"fd://{listener.fileno()}",
            "--workers", str(PROCESSES), "--threads", str(THREADS), "--worker-class", worker, "--no-control-socket",
        ]  # fmt: skip
        path = os.pathsep.join([str(folder), str(Path(__file__).resolve().parents[2])])
        environment = {**os.environ, "PYTHONPATH": path}
        process = subprocess.Popen(command, pass_fds=[listener.fileno()], env=environment, cwd=folder)
        try:
            port = listener.getsockname()[1]
            until = time.monotonic() + 20
            while len(set(pids(port, 4))) < PROCESSES and time.monotonic() < until:
                time.sleep(0.05)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from served_by(tmp_path_factory.mktemp("server"), f"{Worker.__module__}.{Worker.__name__}")


def pids(port: int, clients: int, requests: int = 1) -> list[str]:
    """Which process answered: everybody connects first, then asks, on a connection that is kept."""
    with ExitStack() as open_ones:
        lines = [http.client.HTTPConnection("127.0.0.1", port, timeout=20) for _number in range(clients)]
        for line in lines:
            open_ones.callback(line.close)
            line.connect()

        def ask(line: http.client.HTTPConnection) -> list[str]:
            answers = []
            for _number in range(requests):
                line.request("GET", "/")
                answers.append(line.getresponse().read().decode())
            return answers

        with ThreadPoolExecutor(clients) as pool:
            return [one for answers in pool.map(ask, lines) for one in answers]


def test_the_processes_share_what_many_ask_at_once(port: int) -> None:
    answered = Counter(pids(port, clients=24, requests=2))
    assert sum(answered.values()) == 48
    assert len(answered) == PROCESSES and min(answered.values()) >= 12, answered


def test_connections_that_say_nothing_hold_no_thread(port: int) -> None:
    with ExitStack() as silent:
        for _number in range(PROCESSES * (FEW_SILENT + THREADS + 2)):  # more than either takes without a pause
            silent.enter_context(socket.create_connection(("127.0.0.1", port)))
        time.sleep(0.3)
        begun = time.monotonic()
        assert len(pids(port, clients=4)) == 4
        assert time.monotonic() - begun < 2.5  # gunicorn's own worker lets each of them hold a thread for five seconds


def test_a_request_that_comes_in_pieces_is_answered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for piece in (b"GET / HT", b"TP/1.1\r\nHost: a\r\n", b"Connection: close\r\n\r\n"):
            line.sendall(piece)
            time.sleep(0.05)
        assert line.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_connection_given_up_at_once_leaves_nothing_behind(port: int) -> None:
    for _number in range(3 * FEW_SILENT):
        socket.create_connection(("127.0.0.1", port)).close()
    assert len(pids(port, clients=4)) == 4


def test_many_more_than_either_takes_at_once_are_all_answered(port: int) -> None:
    assert len(pids(port, clients=8 * FEW_SILENT)) == 8 * FEW_SILENT


def test_who_comes_later_does_not_wait_until_those_before_have_gone(port: int) -> None:
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(pids, port, clients=12, requests=25)
        time.sleep(0.5)
        begun = time.monotonic()
        assert len(pids(port, clients=1)) == 1
        assert time.monotonic() - begun < 1.5 and not busy.done()
        assert len(busy.result()) == 300
