"""How far a run is, written on a connection of its own: what the run itself writes nobody sees before it ends."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection

EVERY_SECONDS = 1.0
# Whoever confirms in a longer transaction holds the row: then nobody could see the progress anyway.
WRITE = """UPDATE exchange_upload SET done = %s
    WHERE id IN (SELECT id FROM exchange_upload WHERE id = %s FOR UPDATE SKIP LOCKED)"""


@contextmanager
def reported(upload_id: UUID, also: Callable[[int], None] | None = None) -> Iterator[Callable[[int], None]]:
    """A function that is told how many rows are done; at most once a second it writes that down."""
    own = connection.copy()
    last = time.monotonic()

    def report(done: int) -> None:
        nonlocal last
        if also is not None:
            also(done)
        if time.monotonic() - last >= EVERY_SECONDS:
            last = time.monotonic()
            with own.cursor() as cursor:
                cursor.execute(WRITE, [done, upload_id])

    try:
        yield report
    finally:
        own.close()
