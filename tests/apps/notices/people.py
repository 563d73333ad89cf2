"""Who is told in the tests of notices, and what those carry on that stand outside."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any

from fenji.apps.accounts.models import User

_number = count(1)
MOBILE = "13800138000"


def user(name: str = "陈医生") -> User:
    return User.objects.create_user(f"notices{next(_number)}", name=name)


class Gateway(ThreadingHTTPServer):
    """An HTTP server that answers what it is told to and remembers what it got."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.answers: list[tuple[int, str]] = []  # consumed from the front; the last one stays
        self.delay = 0.0
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def next_answer(self) -> tuple[int, str]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        self.server.got.append({"path": self.path, "body": body.decode(), "headers": dict(self.headers)})
        time.sleep(self.server.delay)
        status, text = self.server.next_answer()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", text)
            text = ""
        data = text.encode()
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """The test's output stays quiet."""


@contextmanager
def gateway(*answers: tuple[int, str]) -> Iterator[Gateway]:
    server = Gateway()
    server.answers = list(answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
