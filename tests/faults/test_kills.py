"""kill -9 of web server, worker and PostgreSQL in the middle of a rush: nothing acknowledged is lost or sold twice.

One small seeded round of each kind that a minute allows; twenty of every kind with `-m prove`, kept in
docs/reference/proof.md.
"""

import asyncio
import random
import time
from collections.abc import Awaitable
from uuid import uuid4

import pytest

from bench.proof import keep
from bench.rush_clients import Answer, all_at_once, clients_of
from bench.rush_town import Town
from tests.faults import drill

KINDS = ("web", "worker", "postmaster", "backends")
ROUNDS = 20


@pytest.mark.parametrize("what", ["web", pytest.param("postmaster", marks=pytest.mark.prove)])
def test_a_kill_in_the_rush_loses_and_doubles_nothing(served: Town, what: str) -> None:
    done = drill.run(served, what, seed=7, places=40)
    drill.check(served, done)
    assert len(done.acknowledged) == 40
    assert done.back_seconds < 6 * drill.BACK_SECONDS  # a machine full of other tests; the bar itself is proved alone


def test_the_check_notices_an_acknowledged_booking_that_is_lost(served: Town) -> None:
    done = drill.run(served, "worker", seed=8, places=60)
    drill.check(served, done)
    victim = next(iter(done.acknowledged.values()))
    served.sql("UPDATE booking_booking SET state = 'cancelled' WHERE id = %s", [victim])
    with pytest.raises(AssertionError):
        drill.check(served, done)
    served.sql("UPDATE booking_booking SET state = 'booked' WHERE id = %s", [victim])


def test_each_request_sent_up_to_five_times_at_once_has_one_effect(served: Town) -> None:
    """Also with the answers thrown away: the key finds the booking again."""
    (ids,) = served.clinics(1, 12)
    chance = random.Random(3)
    sent = [(index, str(uuid4()), chance.randint(1, 5)) for index in range(12)]
    copies = [(index, key) for index, key, times in sent for _ in range(times)]
    chance.shuffle(copies)
    clients = clients_of(served, len(copies))
    for client in clients:
        client.session = served.sessions[0]  # a key is its sender's

    def act(number: int, client: object) -> Awaitable[Answer]:
        index, key = copies[number]
        return clients[number].book(served.residents[index], ids[index], key=key)

    answers = drill.to_the_end(all_at_once(clients, act))
    assert {one.status for one in answers} == {201}
    by_key: dict[str, set[str]] = {}
    for (_, key), one in zip(copies, answers, strict=True):
        by_key.setdefault(key, set()).add(one.body["id"])
    assert all(len(bookings) == 1 for bookings in by_key.values())
    assert served.sql("SELECT count(*) FROM booking_booking WHERE place_id = ANY(%s)", [ids]) == [(12,)]


def test_a_key_that_comes_with_another_place_is_refused_and_a_cancel_before_the_booking_does_nothing(
    served: Town,
) -> None:
    (ids,) = served.clinics(1, 2)
    who, key = served.residents[0], str(uuid4())

    async def talk() -> list[Answer]:
        (client,) = clients_of(served, 1)
        early = await client.post(f"/api/v1/bookings/{uuid4()}/cancel", {"reason": "不去了"}, str(uuid4()))
        first = await client.book(who, ids[0], key=key)
        other = await client.book(who, ids[1], key=key)
        path, once = f"/api/v1/bookings/{first.body['id']}/cancel", str(uuid4())
        ends = [await client.post(path, {"reason": "不去了"}, once) for _ in range(3)]
        late = await client.book(who, ids[0], key=key)  # its answer was lost and it comes again after the cancelling
        client.close()
        return [early, first, other, *ends, late]

    early, first, other, *ends, late = drill.to_the_end(talk())
    assert (early.status, first.status, other.status, other.body["code"]) == (404, 201, 422, "key_reused")
    assert [one.body["state"] for one in ends] == ["cancelled"] * 3
    assert (late.status, late.body["id"]) == (201, first.body["id"])  # the same answer, no second booking
    assert served.sql("SELECT count(*), count(*) FILTER (WHERE state = 'booked') FROM booking_booking"
                      " WHERE place_id = ANY(%s)", [ids]) == [(1, 0)]  # fmt: skip


def test_an_abandoned_hold_is_free_at_its_end_without_anybody_tidying(served: Town) -> None:
    (ids,) = served.clinics(1, 1)

    async def talk() -> Answer:
        (client,) = clients_of(served, 1)
        body = {"resident_id": str(served.residents[0]), "place_id": ids[0], "mode": "hold"}
        held = await client.post("/api/v1/bookings", body, str(uuid4()))
        assert held.status == 201
        for table, key in (("booking_place", "taken_by"), ("booking_booking", "id")):
            served.sql(
                f"UPDATE {table} SET held_until = clock_timestamp() + interval '1 second' WHERE {key} = %s",
                [held.body["id"]],
            )
        refused = await client.book(served.residents[1], ids[0])
        assert refused.status == 409
        await asyncio.sleep(1.2)
        taken = await client.book(served.residents[1], ids[0])
        client.close()
        return taken

    assert drill.to_the_end(talk()).status == 201


@pytest.mark.prove
def test_twenty_kills_of_every_kind(served: Town) -> None:
    figures: dict[str, dict[str, float]] = {}
    for what in KINDS:
        slowest, told, begun = 0.0, 0, time.monotonic()
        for seed in range(ROUNDS):
            done = drill.run(served, what, seed=seed)
            drill.check(served, done)
            slowest, told = max(slowest, done.back_seconds), told + len(done.acknowledged)
            print(f"{what} {seed}: back after {done.back_seconds:.2f} s, {done.left} left when struck", flush=True)
        figures[what] = {
            "rounds": ROUNDS, "acknowledged": told, "lost": 0, "slowest_back_seconds": round(slowest, 2),
            "seconds": round(time.monotonic() - begun),
        }  # fmt: skip
    keep("faults", figures, _lines(figures))
    assert max(one["slowest_back_seconds"] for one in figures.values()) <= drill.BACK_SECONDS


def _lines(figures: dict[str, dict[str, float]]) -> list[str]:
    head = ["| killed | rounds | acknowledged | lost | slowest return, s |", "|---|--:|--:|--:|--:|"]
    return head + [
        f"| {what} | {one['rounds']} | {one['acknowledged']:,} | {one['lost']} | {one['slowest_back_seconds']} |"
        for what, one in figures.items()
    ]
