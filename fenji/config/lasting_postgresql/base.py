"""Django's PostgreSQL by connections that last: each thread keeps its own, and finds out what became of it by a look.

Whether the server is still there is seen at the socket, without a question to it in every request. While PostgreSQL is
coming back, whoever needs it waits a moment instead of failing.
"""

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base

COMES_BACK_SECONDS = 10.0  # for which somebody waits; recovery after a crash takes one or two
PAUSE_SECONDS = 0.1

_was_reached = False  # by this process or the one it parted from: a database never reached is told at once


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for how a connection begins and is judged."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection. Raises psycopg.OperationalError when there is none, after a while if there was one before."""
        global _was_reached
        until = time.monotonic() + (COMES_BACK_SECONDS if _was_reached else 0.0)
        while True:
            try:
                made = super().get_new_connection(conn_params)
            except psycopg.OperationalError:
                if time.monotonic() >= until:
                    raise
                time.sleep(PAUSE_SECONDS)
            else:
                _was_reached = True
                return made

    def is_usable(self) -> bool:
        """The server says nothing unasked: what there is to read is its farewell, or it is asked."""
        if self.connection is None or self.connection.closed:
            return False
        watched = select.poll()
        watched.register(self.connection.fileno(), select.POLLIN)
        return not watched.poll(0) or super().is_usable()
