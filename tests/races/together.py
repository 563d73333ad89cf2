"""Threads that begin at the same instant, each on a database connection of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

START_SECONDS = 60
SOMEBODY_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


def together(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all acts at once; for each what it returned, or the exception it raised."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(START_SECONDS)
            outcomes[index] = acts[index]()
        except Exception as error:
            outcomes[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def aside(act: Callable[[], Any]) -> "Aside":
    """Start one act in a thread of its own and go on."""
    return Aside(act)


class Aside:
    """A running thread; `result` waits for it and gives what it returned or raised."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._outcome: Any = None
        self._thread = threading.Thread(target=self._run, args=(act,))
        self._thread.start()

    def _run(self, act: Callable[[], Any]) -> None:
        try:
            self._outcome = act()
        except Exception as error:
            self._outcome = error
        finally:
            connection.close()

    @property
    def result(self) -> Any:
        self._thread.join(START_SECONDS)
        if self._thread.is_alive():
            raise TimeoutError("the thread did not end")
        return self._outcome


def until_somebody_waits() -> None:
    """Go on once another connection waits for a lock of this transaction."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(SOMEBODY_WAITS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise TimeoutError("nobody waits")
