"""How long each desk's main page takes, p50 and p95, with 26,000 and with 2.6 million residents, in one run.

    python bench/pages.py [small large]

One request at a time, both cities served side by side and asked in turns. The last line printed is one JSON object.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.served import LARGE, SMALL, percentile, served

AIM_MS = 150.0
TIMES, WARM = 60, 5
PAGES = (
    ("resident", "/me/"),
    ("doctor", "/family-doctor/"),
    ("doctor", "/residents/"),
    ("doctor", "/residents/?q=chen"),
    ("county-office", "/office/"),
    ("county-office", "/office/arrivals/"),
    ("county-office", "/office/slots/"),
    ("county-physician", "/clinic/"),
    ("commission", "/commission/"),
    ("system", "/administration/system/"),
    ("resident", "/network/"),
    ("resident", "/me/clinics/"),
    ("office", "/capacity/"),
    ("office", "/capacity/region/"),
    ("office", "/beds/"),
    ("physician", "/wards/"),
    ("physician", "/going-down/"),
    ("insurer", "/insurer/fund/"),
    ("insurer", "/cases/"),
    ("insurer", "/policy/"),
    ("doctor", "/family-doctor/spending/"),
)


def main() -> None:
    sizes = [int(one) for one in sys.argv[1:]] or [SMALL, LARGE]
    with served(sizes[0]) as small, served(sizes[-1]) as large:
        cities = (small, large)
        people = {(city, one): city.login(one) for city in cities for one in dict.fromkeys(role for role, _ in PAGES)}
        rows = [row(role, path, [(city, people[city, role]) for city in cities]) for role, path in PAGES]
    for one in rows:
        small_ms, large_ms = (f"{city['p50_ms']:6.1f} {city['p95_ms']:6.1f}" for city in one["cities"])
        print(f"{one['role']:>16} {one['path']:<22} {small_ms}  |  {large_ms}")
    worst = max(one["cities"][-1]["p95_ms"] for one in rows)
    print(f"slowest page at {sizes[-1]:,}: p95 {worst:.0f} ms (aim ≤ {AIM_MS:.0f} ms)")
    print(json.dumps({"bench": "pages", "sizes": sizes, "aim_p95_ms": AIM_MS, "worst_p95_ms": worst, "pages": rows}))


def row(role: str, path: str, cities: list[tuple[Any, Any]]) -> dict[str, Any]:
    """One page in each city, asked in turns."""
    taken: list[list[float]] = [[] for _ in cities]
    for number in range(WARM + TIMES):
        for index, (_city, person) in enumerate(cities):
            started = time.perf_counter()
            person.get(path)
            if number >= WARM:
                taken[index].append((time.perf_counter() - started) * 1000)
    figures = [
        {"residents": city.residents, "p50_ms": round(percentile(ms, 0.5), 1), "p95_ms": round(percentile(ms, 0.95), 1)}
        for (city, _), ms in zip(cities, taken, strict=True)
    ]
    return {"role": role, "path": path, "cities": figures}


if __name__ == "__main__":
    main()
