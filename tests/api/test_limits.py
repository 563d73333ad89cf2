"""An account's calls count together, whichever process of the server answers them."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from fenji.api.limits import SLOTS, SharedCounts

MINUTE = 29_000_000
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the server parts before it has threads


def in_processes(count: int, work: Callable[[], None]) -> None:
    """Run it in children parted from this process, as the server's are."""
    parted = multiprocessing.get_context("fork")
    children = [parted.Process(target=work) for _number in range(count)]
    for child in children:
        child.start()
    for child in children:
        child.join(20)
    assert [child.exitcode for child in children] == [0] * count


def test_calls_of_processes_and_threads_count_together():
    counts = SharedCounts()

    def work() -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _number: counts.add(7, MINUTE), range(500)))

    in_processes(3, work)
    assert counts.add(7, MINUTE) == 1501


def test_a_new_minute_and_another_account_begin_anew():
    counts = SharedCounts()
    assert [counts.add(7, MINUTE), counts.add(7, MINUTE), counts.add(8, MINUTE)] == [1, 2, 1]
    assert counts.add(7, MINUTE + 1) == 1
    assert counts.add(7 + SLOTS, MINUTE + 1) == 2  # so far apart they share


def test_a_process_killed_while_it_counts_locks_nobody_out():
    counts = SharedCounts()
    parted = multiprocessing.get_context("fork")

    def count_for_ever() -> None:
        while True:
            counts.add(7, MINUTE)

    child = parted.Process(target=count_for_ever)
    child.start()
    while counts.add(7, MINUTE) < 100:
        time.sleep(0.001)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join(20)
    before = counts.add(7, MINUTE)
    assert counts.add(7, MINUTE) == before + 1
