"""A rush of bookings while something is killed, and what must be true afterwards."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from bench.rush_clients import Answer, Client, clients_of
from bench.rush_town import Town, answers

T = TypeVar("T")
CLIENTS = 16
COMES_BACK = 60.0  # seconds until a program killed again and again is started anew
BACK_SECONDS = 5.0
PATIENCE = 40.0  # seconds in which a client repeats a request whose answer it did not get
GONE = {0, 500, 502, 503}
PROGRAMS = {"web", "worker"}


@dataclass
class Drill:
    """What the clients saw: key → answer, for requests answered and for those never answered."""

    asked: dict[str, tuple[UUID, int]] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)  # key → booking
    refused: set[str] = field(default_factory=set)
    back_seconds: float = 0.0
    left: int = 0  # requests without an answer after it was struck


def run(served: Town, what: str, *, seed: int, places: int = 150) -> Drill:
    """Let clients book, kill `what` (web, worker, postmaster, backends) in the middle, repeat every unanswered key."""
    chance = random.Random(seed)
    (ids,) = served.clinics(1, places)
    todo = [(served.residents[index % len(served.residents)], place) for index, place in enumerate(ids * 2)]
    chance.shuffle(todo)
    drill = Drill()
    victims = _await_victims(served, what)  # looking for them in the rush might take until it is over
    after = int(chance.uniform(0.1, 0.5) * len(todo))
    to_the_end(_rush(served, what, drill, todo, after=after, found=victims if what in PROGRAMS else None))
    return drill


def to_the_end(talk: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: tests of the browser leave a loop at work in theirs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, talk).result()


async def _rush(
    served: Town, what: str, drill: Drill, todo: list[tuple[UUID, int]], *, after: int, found: list[int] | None
) -> None:
    wanted = len(todo)

    async def act(client: Client) -> None:
        while todo:
            key = str(uuid4())
            drill.asked[key] = todo.pop()
            await _insist(client, drill, key)
        client.close()

    async def strike() -> None:
        while len(drill.acknowledged) + len(drill.refused) < after:
            await asyncio.sleep(0.005)
        await asyncio.to_thread(kill, served, what, found)
        drill.left = wanted - len(drill.acknowledged) - len(drill.refused)
        drill.back_seconds = await asyncio.to_thread(answers, served.port, 60.0)

    await asyncio.gather(strike(), *(act(client) for client in clients_of(served, CLIENTS)))


async def _insist(client: Client, drill: Drill, key: str) -> None:
    """Send, and send again with the same key until there is an answer; then once more, to see the same."""
    until = time.monotonic() + PATIENCE
    answer = Answer(0, 0.0)
    while time.monotonic() < until:
        answer = await client.book(*drill.asked[key], key=key)
        if answer.status not in GONE and not (answer.status == 409 and answer.body["code"] == "busy"):
            break
        await asyncio.sleep(0.1)
    if answer.status == 201:
        drill.acknowledged[key] = answer.body["id"]
    elif answer.status == 409:
        drill.refused.add(key)
    else:
        raise AssertionError(f"no answer for {PATIENCE} s: {answer}")


def kill(served: Town, what: str, found: list[int] | None = None) -> None:
    """SIGKILL, at once, without a word; PostgreSQL's processes, which come and go, are looked for in the moment."""
    for pid in found or _await_victims(served, what):
        with contextlib.suppress(ProcessLookupError):  # a child of one killed just before
            os.kill(pid, signal.SIGKILL)


def _await_victims(served: Town, what: str) -> list[int]:
    """The processes to die; a program that is just coming back from the kill before is waited for."""
    until = time.monotonic() + COMES_BACK
    while not (found := victims(served, what)):
        assert time.monotonic() < until, f"nothing to kill: {what}"
        time.sleep(0.05)
    return found


def victims(served: Town, what: str) -> list[int]:
    """The processes to die."""
    if what in PROGRAMS:
        return served.processes(what)
    postmaster = served.cluster.leftover()
    assert postmaster is not None
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    if what == "postmaster":
        return [postmaster, *(int(pid) for pid in children)]
    return [int(pid) for pid in children if _serves_fenji(pid)]


def _serves_fenji(pid: str) -> bool:
    try:
        return b": fenji" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:  # it ended meanwhile
        return False


def check(served: Town, drill: Drill) -> None:
    """Every acknowledged booking is there, nothing is oversold, a key has one booking, all agree."""
    stands = {
        str(row[0]): row[1] for row in served.sql("SELECT id, place_id FROM booking_booking WHERE state = 'booked'")
    }
    lost = set(drill.acknowledged.values()) - stands.keys()
    assert not lost
    assert drill.left > 0, "it was struck when the rush was over"
    assert len(set(drill.acknowledged.values())) == len(drill.acknowledged)
    wrong = [key for key, booking in drill.acknowledged.items() if stands[booking] != drill.asked[key][1]]
    assert not wrong
    assert served.sql(OVERSOLD) == []
    assert served.sql(DISAGREE) == []
    assert served.sql(HALF_DONE) == []
    places = {place for _, place in drill.asked.values()}
    ours = [booking for booking, place in stands.items() if place in places]
    assert sorted(ours) == sorted(drill.acknowledged.values())  # nothing was booked that nobody was told of


OVERSOLD = """SELECT place_id FROM booking_booking WHERE state IN ('booked', 'arrived', 'no_show')
    GROUP BY place_id HAVING count(*) > 1"""
DISAGREE = """SELECT place.id FROM booking_place AS place
    FULL JOIN booking_booking AS booking ON booking.id = place.taken_by AND booking.place_id = place.id
        AND booking.state IN ('held', 'booked', 'arrived', 'no_show')
    WHERE (place.taken_by IS NOT NULL AND booking.id IS NULL)
        OR (place.id IS NULL AND booking.state IN ('held', 'booked', 'arrived', 'no_show'))"""
# A key without its answer, or a booking without its audit event, would be an effect that was cut in two.
HALF_DONE = """SELECT key FROM common_idempotencykey WHERE status IS NULL
    UNION ALL SELECT id::text FROM booking_booking AS booking WHERE NOT EXISTS (
        SELECT FROM common_auditevent AS event
        WHERE event.subject_id = booking.id::text AND event.verb IN ('booking.book', 'booking.hold'))"""
