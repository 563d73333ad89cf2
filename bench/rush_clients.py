"""Many clients at once over HTTP: each a connection of its own that waits for its turn, sends, and reads the answer."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bench.rush_town import Session, Town

LONGEST = 120.0  # seconds for one answer; many wait in the queue in front of the server


@dataclass(frozen=True)
class Answer:
    """What came back and how long it took; status 0 for none."""

    status: int
    seconds: float
    body: Any = None


class Client:
    """One keep-alive connection, opened when first needed and again after it broke."""

    def __init__(self, town: Town, session: Session) -> None:
        self.town, self.session = town, session
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def connect(self) -> None:
        self._streams = await asyncio.open_connection("127.0.0.1", self.town.port)

    async def book(self, resident: object, place: int, key: str = "") -> Answer:
        """Book a place for a resident, once for the key."""
        body = {"resident_id": str(resident), "place_id": place, "mode": "book"}
        return await self.post("/api/v1/bookings", body, key or str(uuid4()))

    async def post(self, path: str, body: Any, key: str) -> Answer:
        begun = time.perf_counter()
        try:
            status, text = await asyncio.wait_for(self._exchange(path, json.dumps(body).encode(), key), LONGEST)
        except (OSError, EOFError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            self.close()
            return Answer(0, time.perf_counter() - begun)
        return Answer(status, time.perf_counter() - begun, json.loads(text) if text.startswith(b"{") else None)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None

    async def _exchange(self, path: str, body: bytes, key: str) -> tuple[int, bytes]:
        if self._streams is None:
            await self.connect()
        assert self._streams is not None
        reader, writer = self._streams
        headers = {
            "Host": f"127.0.0.1:{self.town.port}", "Content-Type": "application/json",
            "Content-Length": str(len(body)), "Idempotency-Key": key, **self.session.headers,
        }  # fmt: skip
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        await writer.drain()
        return await self._read(reader)

    async def _read(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        if fields.get("connection", "").lower() == "close":
            self.close()
        return int(head[0].split()[1]), body


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
