"""How gunicorn's processes share what comes: whoever has a thread free takes the next connection at once.

gunicorn's own worker takes every connection it sees at once. Of two processes the one that is awake has nearly all of
them while the other idles, and a connection that a browser keeps in reserve, which says nothing yet, holds a thread.
"""

import selectors
import socket
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

FEW_SILENT = 16  # with so many that have said nothing yet, or all threads at work, the next is taken after a pause,
PAUSE_SECONDS = 0.005  # in which another process may take it; so nobody waits for ever behind who came before
SILENT_SECONDS = 15.0  # then a connection that said nothing is closed


class Worker(ThreadWorker):  # type: ignore[misc]
    """A process that lets the others go first while its threads are all at work."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._at_work, self._took_at = 0, 0.0

    def accept(self, listener: socket.socket) -> None:
        """Take a connection and wait, without a thread, until it says something."""
        self.set_accept_enabled(True)
        if not self._accepting:
            return
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another process was faster, or it was given up
        client.setblocking(False)
        self.nr_conns += 1
        self._took_at = time.monotonic()
        connection = TConn(self.cfg, client, address, listener.getsockname())
        connection.timeout = self._took_at + SILENT_SECONDS
        self.pending_conns.append(connection)
        self.poller.register(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, connection))

    def set_accept_enabled(self, enabled: bool) -> None:
        """gunicorn asks each time round whether to take more."""
        super().set_accept_enabled(enabled and not self._pauses())

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(PAUSE_SECONDS if self._pauses() else timeout)

    def _pauses(self) -> bool:
        is_full = self._at_work >= self.cfg.threads or len(self.pending_conns) >= FEW_SILENT
        return is_full and time.monotonic() < self._took_at + PAUSE_SECONDS

    def enqueue_req(self, conn: Any) -> None:
        self._at_work += 1
        super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        self._at_work -= 1
        super().finish_request(conn, fs)
