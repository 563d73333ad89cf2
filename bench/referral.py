"""Whole referral loops a second over HTTP, with 26,000 and with 2.6 million residents loaded, in one run.

    python bench/referral.py [small large]

A loop is what people do in a browser: the township doctor refers with a place, the office accepts and registers the
arrival, the physician takes over and sends down with a plan, the township receives and takes on. Both cities are served
side by side and measured in turns; the last line printed is one JSON object.
"""

import json
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.served import LARGE, SMALL, Person, Served, served

AIM_RATIO = 1.3
TURNS, TURN_SECONDS, CLIENTS = 3, 12.0, 2
PAGES = 20  # of residents for each crew: nobody is referred twice to one clinic
VERSION = re.compile(r'name="version" value="(\d+)"')
REFERRAL = re.compile(r"/referrals/([0-9a-f-]{36})/")
RESIDENT = re.compile(r"/residents/([0-9a-f-]{36})/")
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
HOME = "双捷镇卫生院"  # the doctor's: whose team is at another house goes down to that one
PLACE = re.compile(r'name="place" value="(\d+)"')
REPLY = {"diagnosis_name": "原发性高血压", "treatment": "调整用药，血压平稳。"}


def main() -> None:
    sizes = [int(one) for one in sys.argv[1:]] or [SMALL, LARGE]
    with served(sizes[0]) as small, served(sizes[-1]) as large:
        crews = {city: [Crew(city, number) for number in range(CLIENTS)] for city in (small, large)}
        for city, crew in crews.items():
            turn(crew, 3.0)  # warm
            print(f"{city.residents:>9,} residents: started in {city.start_seconds:.0f} s", flush=True)
        done: dict[Served, list[float]] = {small: [], large: []}
        for _ in range(TURNS):
            for city, crew in crews.items():
                done[city].append(turn(crew, TURN_SECONDS))
        memory = {city: city.memory_mb() for city in done}
    figures = [
        {
            "residents": city.residents, "loops_per_second": round(sum(rates) / len(rates), 3),
            "start_seconds": round(city.start_seconds, 1), "memory_mb": round(memory[city]),
        }
        for city, rates in done.items()
    ]  # fmt: skip
    for one in figures:
        print(f"{one['residents']:>9,} residents: {one['loops_per_second']} loops/s, {one['memory_mb']} MB")
    ratio = figures[0]["loops_per_second"] / figures[-1]["loops_per_second"]
    print(f"cost of size: {ratio:.2f} × (aim ≤ {AIM_RATIO})")
    print(json.dumps({"bench": "referral", "clients": CLIENTS, "cities": figures, "cost_of_size": round(ratio, 3)}))


class Crew:
    """The people of one loop, each logged in, and the residents they refer in turn."""

    def __init__(self, city: Served, number: int) -> None:
        self.doctor, self.office, self.physician = (
            city.login(one) for one in ("doctor", "county-office", "county-physician")
        )
        pages = range(number + 1, 1 + CLIENTS * PAGES, CLIENTS)
        rows = [row for page in pages for row in ROW.findall(self.doctor.get(f"/residents/?page={page}").text)]
        found = dict.fromkeys(RESIDENT.search(row)[1] for row in rows if HOME in row)  # type: ignore[index]
        self.residents, self.next, self.number = list(found), 0, number

    def loop(self) -> None:
        """From the township up and down again: about twenty requests."""
        if self.next == len(self.residents):
            raise SystemExit(f"all {self.next} residents of crew {self.number} were referred: give each more PAGES")
        resident = self.residents[self.next]
        self.next += 1
        parent = self._refer(resident)
        move(self.office, parent, "accept")
        move(self.office, parent, "arrive")
        move(self.physician, parent, "start_care")
        child = self._send_down(parent)
        for action in ("accept", "arrive", "take_on"):
            move(self.doctor, child, action)

    def _refer(self, resident: str) -> str:
        path = f"/refer/{resident}/"
        self.doctor.get(path)
        case = {"diagnosis": "I10 原发性高血压", "urgency": "routine", "history": "血压控制不佳", "m_systolic": "168"}
        page = self.doctor.post(path, step="propose", **case)
        places = PLACE.findall(page.text)  # each crew its own: who comes second is told that the place is gone
        chosen = re.search(r'name="institution" value="([^"]+)" checked', page.text)
        form = {**case, "step": "send", "consent_by": "self", "institution": chosen[1] if chosen else ""}
        sent = self.doctor.post(path, **form, place=places[self.number % len(places)] if places else "")
        return REFERRAL.search(sent.url)[1]  # type: ignore[index]

    def _send_down(self, parent: str) -> str:
        due = (date.today() + timedelta(days=14)).isoformat()  # noqa: DTZ011
        page = move(
            self.physician, parent, "return_down", institution="", plan_treatment="继续降压", first_due=due,
            first_what="测血压", **REPLY,
        )  # fmt: skip
        return next(one for one in REFERRAL.findall(page) if one != parent)


def move(person: Person, referral: str, action: str, **form: str) -> str:
    """Open the referral, make one move; the page it leads to."""
    where = f"/referrals/{referral}/"
    page = person.get(f"{where}{action}/" if form else where).text
    if "institution" in form:
        form["institution"] = re.search(r'name="institution" value="([^"]+)"', page)[1]  # type: ignore[index]
    return person.post(f"{where}{action}/", version=VERSION.search(page)[1], **form).text  # type: ignore[index]


def turn(crews: list[Crew], seconds: float) -> float:
    """Loops a second of all crews together."""
    until, started = time.monotonic() + seconds, time.monotonic()

    def work(crew: Crew) -> int:
        count = 0
        while time.monotonic() < until:
            crew.loop()
            count += 1
        return count

    with ThreadPoolExecutor(len(crews)) as pool:
        done = sum(pool.map(work, crews))  # whatever went wrong in a thread is raised here
    return done / (time.monotonic() - started)


if __name__ == "__main__":
    main()
