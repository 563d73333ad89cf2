"""How long one bill takes over the API, explained step by step: estimated, settled, and read back.

    python bench/claims_api.py [residents]

A county hospital hands in stays of forty lines for patients in its care, one call at a time. The last line printed is
one JSON object.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg

from bench.served import SMALL, Person, Served, percentile, served
from fenji.config.demonstration_accounts import COUNTY
from fenji.config.postgres import SUPERUSER, Cluster

AIM_MS = 30.0
BILLS, WARM, LINES = 200, 20, 40
IN_CARE = """SELECT DISTINCT relation.resident_id FROM residents_carerelation AS relation
    JOIN registry_institution AS house ON house.id = relation.institution_id
    WHERE house.code = %s AND (relation.until_at IS NULL OR relation.until_at > now()) LIMIT %s"""


def main() -> None:
    os.environ["FENJI_API_CALLS_PER_MINUTE"] = "1000000"
    residents = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else SMALL
    with served(residents) as city:
        taken = measured(city, city.login("county-office"))
    figures = {
        name: {f"p{share}_ms": round(percentile(seconds, share / 100) * 1000, 1) for share in (50, 95)}
        for name, seconds in taken.items()
    }
    print(json.dumps({"bench": "claims_api", "residents": residents, "bills": BILLS, "lines": LINES, **figures,
                      "aim_p95_ms": AIM_MS}))  # fmt: skip


def measured(city: Served, office: Person) -> dict[str, list[float]]:
    """Seconds of each call; the first few warm the server up."""
    with psycopg.connect(Cluster(city.home).url(SUPERUSER)) as connection:
        people = [str(row[0]) for row in connection.execute(IN_CARE, [COUNTY, BILLS + WARM]).fetchall()]
    taken: dict[str, list[float]] = {"estimate": [], "settle": [], "read": []}
    for number in range(BILLS + WARM):
        bill = _bill(people[number % len(people)], number)
        estimate, _body = _call(office, "POST", "claims/estimate", bill)
        settle, made = _call(office, "POST", "claims", bill)
        read, shown = _call(office, "GET", f"claims/{made['id']}")
        if not shown["steps"]:
            raise SystemExit("the bill is not explained")
        if number >= WARM:
            for name, seconds in (("estimate", estimate), ("settle", settle), ("read", read)):
                taken[name].append(seconds)
    return taken


def _bill(resident: str, number: int) -> dict[str, Any]:
    ended = datetime.now(UTC) - timedelta(hours=1 + number)
    lines = [
        {"name": f"项目{line}", "kind": ("drug", "service", "material")[line % 3], "amount_cents": 10_000 + line}
        for line in range(LINES)
    ]
    return {
        "resident_id": resident, "institution": COUNTY, "setting": "inpatient", "number": f"bench-{number}",
        "admitted_at": (ended - timedelta(days=4)).isoformat(), "ended_at": ended.isoformat(), "lines": lines,
    }  # fmt: skip


def _call(person: Person, method: str, path: str, body: Any = None) -> tuple[float, Any]:
    headers = {"X-CSRFToken": person.session.cookies["csrftoken"], "Referer": person.address}
    begun = time.perf_counter()
    answer = person.session.request(
        method, f"{person.address}/api/v1/{path}", json=body, headers=headers, timeout=60
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    if answer.status_code >= 300:
        raise SystemExit(f"{answer.status_code} {path}: {answer.text[:600]}")
    return seconds, answer.json()


if __name__ == "__main__":
    main()
