"""A thousand hands on the same places, and a release rush, over HTTP with login, validation and audit on.

    python bench/booking.py [--rounds 20] [--places 10000] [--small] [--keep] [--ratio]

1. (clients, places) = (1000, 1), (1000, 200), (2000, 1000): exactly the places are confirmed, the rest are told
   "taken", nothing is answered 5xx.
2. The rush: 10,000 places of 100 clinics opened at one instant to 500 clients; then 32 clients at their own pace.
3. In turns with such clients the same SQL by pgbench, which is the limit, spread over clinics and on one; the ratio.

What a booking costs with ten million behind it: `bench/booking_size.py`.
`--keep` writes the figures into docs/reference/proof.md. The last line printed is one JSON object.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.proof import keep
from bench.rush_clients import Answer, Client, all_at_once, clients_of, statuses
from bench.rush_town import Town, town
from bench.served import percentile

CROWDS = ((1000, 1), (1000, 200), (2000, 1000))
BOOKED = """SELECT count(*), count(DISTINCT place_id) FROM booking_booking
    WHERE place_id = ANY(%s) AND state = 'booked'"""
RUSHERS, PACED, TURNS = 500, 32, 4
AIM_RATIO, AIM_P99_SECONDS = 0.25, 0.5


def main() -> None:
    given = _given()
    crowds = [(max(1, clients // 20), max(1, places // 20)) for clients, places in CROWDS] if given.small else CROWDS
    rush_places = 500 if given.small else given.places
    people = max(rush_places, *(clients for clients, _ in crowds)) + 3000
    with town(people) as served:
        if given.ratio:
            rush(served, 600, PACED)  # warm
            print(json.dumps(limit(served, places=1000, transactions=2000)))
            return
        figures: dict[str, Any] = {"bench": "booking", "crowds": [], "small": given.small}
        for clients, places in crowds:
            figures["crowds"].append(crowd(served, clients, places, rounds=given.rounds))
            print(figures["crowds"][-1], flush=True)
        figures["rush"] = rush(served, rush_places, RUSHERS if not given.small else 50)
        print(figures["rush"], flush=True)
        figures["paced"] = rush(served, min(rush_places, 3000), PACED)
        print(figures["paced"], flush=True)
        figures["limit"] = limit(served, places=min(rush_places, 1000), transactions=400 if given.small else 2000)
        print(figures["limit"], flush=True)
    if given.keep:
        keep("booking", figures, _lines(figures))
    print(json.dumps(figures))
    if any(one["wrong_rounds"] for one in figures["crowds"]):
        raise SystemExit(1)


def crowd(served: Town, clients: int, places: int, *, rounds: int) -> dict[str, Any]:
    """Everybody wants one of the same places at the same instant; a round is right when exactly they are confirmed."""
    wrong, said, taken = 0, dict[str, int](), list[float]()
    for number in range(rounds):
        (ids,) = served.clinics(1, places)
        answers = asyncio.run(_crowd(served, clients, ids, random.Random(number)))
        confirmed = [one.body["id"] for one in answers if one.status == 201]
        rows = served.sql(BOOKED, [ids])[0]
        others = [one for one in answers if one.status != 201]
        is_right = len(confirmed) == len(set(confirmed)) == places == rows[0] == rows[1]
        wrong += not (is_right and all(one.status == 409 and one.body["code"] == "slot_taken" for one in others))
        taken += [one.seconds for one in answers]
        for status, count in statuses(answers).items():
            said[status] = said.get(status, 0) + count
    return {
        "clients": clients, "places": places, "rounds": rounds, "wrong_rounds": wrong, "answers": said,
        **_latency(taken),
    }  # fmt: skip


async def _crowd(served: Town, clients: int, ids: list[int], chance: random.Random) -> list[Answer]:
    """Each tries places in an order of its own until one is its own or all are taken: then it is told so."""

    async def act(number: int, client: Client) -> Answer:
        answer = Answer(0, 0.0)
        begun = time.perf_counter()
        for place in _tries(ids, number, chance):
            answer = await client.book(served.residents[number], place)
            if answer.status != 409 or answer.body["code"] != "slot_taken" or not answer.body["alternatives"]:
                break
        return Answer(answer.status, time.perf_counter() - begun, answer.text)

    return await all_at_once(clients_of(served, clients), act)


def _tries(ids: list[int], number: int, chance: random.Random) -> list[int]:
    first = number % len(ids)
    rest = [one for one in ids if one != ids[first]]
    chance.shuffle(rest)
    return [ids[first], *rest]


def rush(served: Town, places: int, clients: int) -> dict[str, Any]:
    """Clinics opened at one instant; each client books for one resident after another until nothing is left."""
    ids = [one for clinic in served.clinics(100, -(-places // 100), is_open=False) for one in clinic]
    random.Random(places).shuffle(ids)
    todo = list(enumerate(ids[:places]))
    answers: list[Answer] = []

    async def act(_number: int, client: Client) -> Answer:
        last = Answer(0, 0.0)
        while todo:
            index, place = todo.pop()
            last = await client.book(served.residents[index % len(served.residents)], place)
            answers.append(last)
        return last

    served.open_all()
    begun, own = time.perf_counter(), time.process_time()
    asyncio.run(all_at_once(clients_of(served, clients), act))
    seconds, own = time.perf_counter() - begun, time.process_time() - own
    booked = sum(one.status == 201 for one in answers)
    return {
        "clients": clients, "places": places, "booked": booked, "answers": statuses(answers),
        "per_second": round(booked / seconds, 1), **_latency([one.seconds for one in answers]),
        "clients_share_of_machine": round(own / seconds / (os.cpu_count() or 1), 3),
    }  # fmt: skip


def limit(served: Town, *, places: int, transactions: int) -> dict[str, Any]:
    """The clients at their own pace and pgbench on the same database in turns: a machine's speed changes by the minute.

    What share of the limit the application reaches is told over all turns.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from bench.rush_limit import measured

    paced, spread, one_clinic = 0.0, 0.0, 0.0
    for _ in range(TURNS):
        paced += rush(served, places, PACED)["per_second"] / TURNS
        found = measured(served, transactions=transactions)
        spread, one_clinic = spread + found.spread / TURNS, one_clinic + found.one_clinic / TURNS
    return {
        "paced_per_second": round(paced, 1), "spread_per_second": round(spread, 1),
        "one_clinic_per_second": round(one_clinic, 1), "ratio_of_spread": round(paced / spread, 3),
        "ratio_of_one_clinic": round(paced / one_clinic, 3), "aim_ratio": AIM_RATIO,
    }  # fmt: skip


def _latency(seconds: list[float]) -> dict[str, float]:
    return {f"p{share}_ms": round(percentile(seconds, share / 100) * 1000, 1) for share in (50, 95, 99)}


def _lines(figures: dict[str, Any]) -> list[str]:
    """The figures as a page shows them."""
    lines = [
        "| clients | places | rounds | wrong | answers | p50 ms | p95 ms | p99 ms |",
        "|--:|--:|--:|--:|---|--:|--:|--:|",
    ]
    for one in figures["crowds"]:
        said = ", ".join(f"{status}: {count:,}" for status, count in one["answers"].items())
        lines.append(
            f"| {one['clients']:,} | {one['places']:,} | {one['rounds']} | {one['wrong_rounds']} | {said}"
            f" | {one['p50_ms']:,.0f} | {one['p95_ms']:,.0f} | {one['p99_ms']:,.0f} |"
        )
    for name, title in (("rush", "Release rush"), ("paced", "At their own pace")):
        one = figures[name]
        lines += [
            "",
            f"{title}: {one['places']:,} places, {one['clients']} clients: **{one['per_second']:,.0f} bookings/s**,"
            f" p50 {one['p50_ms']:,.0f} ms, p95 {one['p95_ms']:,.0f} ms, p99 {one['p99_ms']:,.0f} ms,"
            f" {one['booked']:,} booked; the clients took {one['clients_share_of_machine']:.0%} of the machine.",
        ]
    top = figures["limit"]
    lines += [
        "",
        f"The same SQL by pgbench, in turns with the clients: {top['spread_per_second']:,.0f}/s spread,"
        f" {top['one_clinic_per_second']:,.0f}/s on one clinic. Over HTTP {top['paced_per_second']:,.0f}/s:"
        f" **{top['ratio_of_spread']:.1%}** and {top['ratio_of_one_clinic']:.1%} of it"
        f" (aim ≥ {AIM_RATIO:.0%}; p99 at {PACED} clients ≤ {AIM_P99_SECONDS:g} s).",
    ]
    return lines


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--places", type=int, default=10_000)
    parser.add_argument("--ratio", action="store_true", help="the third alone; keeps nothing")
    parser.add_argument("--small", action="store_true", help="a twentieth of everything, to try it out")
    parser.add_argument("--keep", action="store_true", help="write the figures into docs/reference/proof.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
