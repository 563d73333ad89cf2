"""Many clients at once over HTTP: each a connection of its own that waits for its turn, sends, and reads the answer.

They share the machine with what they measure, so they do no more than they must: bytes written ahead, a bare socket
each, answers read as JSON only where somebody looks. The figures say how much of the machine they took.
"""

import asyncio
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

from bench.rush_town import Session, Town

LONGEST = 120.0  # seconds for one answer; many wait in the queue in front of the server
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSING = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What came back and how long it took; status 0 for none."""

    status: int
    seconds: float
    text: bytes = b""

    @cached_property
    def body(self) -> Any:
        return json.loads(self.text) if self.text.startswith(b"{") else None


class Client:
    """One keep-alive connection, opened when first needed and again after it broke."""

    def __init__(self, town: Town, session: Session) -> None:
        self.town, self.session = town, session
        self._socket: socket.socket | None = None

    async def connect(self) -> socket.socket:
        made = socket.socket()
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", self.town.port))
        self._socket = made
        return made

    async def book(self, resident: object, place: int, key: str = "") -> Answer:
        """Book a place for a resident, once for the key."""
        body = {"resident_id": str(resident), "place_id": place, "mode": "book"}
        return await self.post("/api/v1/bookings", body, key or str(uuid4()))

    async def post(self, path: str, body: Any, key: str) -> Answer:
        begun = time.perf_counter()
        text = json.dumps(body)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.town.port}\r\n{self.session.lines}"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\nIdempotency-Key: {key}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(LONGEST):
                status, answered = await self._exchange((head + text).encode())
        except (OSError, EOFError, TimeoutError, ValueError):
            self.close()
            return Answer(0, time.perf_counter() - begun)
        return Answer(status, time.perf_counter() - begun, answered)

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        loop, line = asyncio.get_running_loop(), self._socket or await self.connect()
        await loop.sock_sendall(line, request)
        got, end, whole = b"", -1, 0
        while end < 0 or len(got) < whole:
            more = await loop.sock_recv(line, 65536)
            if not more:
                raise EOFError
            got += more
            if end < 0 and (end := got.find(b"\r\n\r\n")) >= 0:
                length = LENGTH.search(got, 0, end)
                whole = end + 4 + (int(length[1]) if length else 0)
        if CLOSING.search(got, 0, end):
            self.close()
        return int(got[9:12]), got[end + 4 :]


async def all_at_once(clients: list[Client], act: Callable[[int, Client], Awaitable[Answer]]) -> list[Answer]:
    """Every client connected first, then all act at the same instant."""
    for some in (clients[start : start + 100] for start in range(0, len(clients), 100)):
        await asyncio.gather(*(client.connect() for client in some))
    try:
        return list(await asyncio.gather(*(act(number, client) for number, client in enumerate(clients))))
    finally:
        for client in clients:
            client.close()


def clients_of(town: Town, count: int) -> list[Client]:
    """Clients that share the doctors' sessions in turn."""
    return [Client(town, town.sessions[number % len(town.sessions)]) for number in range(count)]


def statuses(answers: list[Answer]) -> dict[str, int]:
    """How often each status came."""
    return {str(status): count for status, count in sorted(Counter(one.status for one in answers).items())}
