"""What one booking over HTTP costs with millions of past bookings behind it, against an empty system, in one run.

    python bench/booking_size.py [--past 10000000] [--keep]

Both installations are served side by side and asked in turns, so that what else the machine does falls on both.
`--keep` writes the figures into docs/reference/proof.md. The last line printed is one JSON object.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.proof import keep
from bench.rush_clients import clients_of
from bench.rush_past import add_past
from bench.rush_town import Town, town
from bench.served import percentile

TURNS, EACH, WARM = 8, 100, 60
AIM_RATIO = 1.2


def main() -> None:
    given = _given()
    people = TURNS * EACH + WARM
    with town(people) as empty, town(people) as full:
        seconds = add_past(full, given.past)
        print(f"{given.past:,} past bookings written in {seconds:.0f} s", flush=True)
        for one in (empty, full):
            turn(one, range(WARM))
        taken: dict[int, list[float]] = {empty.port: [], full.port: []}
        for number in range(TURNS):
            for one in (empty, full):
                first = WARM + number * EACH
                taken[one.port] += turn(one, range(first, first + EACH))
    figures = _figures(given.past, seconds, taken[empty.port], taken[full.port])
    if given.keep:
        keep("size", figures, _lines(figures))
    print(json.dumps(figures))


def turn(served: Town, numbers: range) -> list[float]:
    """Seconds of each booking: one client, one after another, each for another resident, in a new clinic."""
    (ids,) = served.clinics(1, len(numbers))

    async def act() -> list[float]:
        (client,) = clients_of(served, 1)
        answers = [
            await client.book(served.residents[number], place) for number, place in zip(numbers, ids, strict=True)
        ]
        client.close()
        if wrong := next((one for one in answers if one.status != 201), None):
            raise SystemExit(f"{wrong.status}: {wrong.text[:300]!r}")
        return [one.seconds for one in answers]

    return asyncio.run(act())


def _figures(past: int, seconds: float, empty: list[float], full: list[float]) -> dict[str, Any]:
    ratio = percentile(full, 0.5) / percentile(empty, 0.5)
    return {
        "bench": "booking_size", "past": past, "written_in_seconds": round(seconds),
        **{f"empty_p{share}_ms": round(percentile(empty, share / 100) * 1000, 2) for share in (50, 95)},
        **{f"full_p{share}_ms": round(percentile(full, share / 100) * 1000, 2) for share in (50, 95)},
        "ratio": round(ratio, 3), "aim_ratio": AIM_RATIO,
    }  # fmt: skip


def _lines(figures: dict[str, Any]) -> list[str]:
    """The figures as a page shows them."""
    return [
        f"With {figures['past']:,} past bookings one booking takes {figures['full_p50_ms']} ms"
        f" (p95 {figures['full_p95_ms']}) against {figures['empty_p50_ms']} ms (p95 {figures['empty_p95_ms']}) in an"
        f" empty system: **{figures['ratio']} ×** (aim ≤ {AIM_RATIO} ×)."
    ]


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--past", type=int, default=10_000_000)
    parser.add_argument("--keep", action="store_true", help="write the figures into docs/reference/proof.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
