"""A served installation with nothing but one hospital, one township, its doctors and as many residents as wanted.

The rows are written by SQL, as quickly as the database takes them; what is measured goes over HTTP.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import requests

from fenji.config import prepared, processes
from fenji.config.demonstration_accounts import PASSWORD
from fenji.config.postgres import OWNER, SUPERUSER, Cluster, running, stop_leftover

ROOT = Path(__file__).resolve().parents[1]
FENJI = [sys.executable, "-m", "fenji"]
DOCTORS = 4
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
START_SECONDS = 240  # a machine full of other work takes long


@dataclass(frozen=True)
class Session:
    """Somebody logged in: the headers of a browser's calls."""

    headers: dict[str, str]

    @cached_property
    def lines(self) -> str:
        return "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())


@dataclass
class Town:
    """The installation at work. `residents` are all in the care of the doctors' township."""

    home: Path
    port: int
    residents: list[UUID]
    department_ids: list[int]
    cluster: Cluster
    sessions: list[Session] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sql(self, statement: str, values: Any = None) -> list[Any]:
        """Ask or change the database directly, as its superuser."""
        with psycopg.connect(self.cluster.url(SUPERUSER), autocommit=True) as connection:
            found = connection.execute(statement, values)  # type: ignore[arg-type]
            return found.fetchall() if found.description else []

    def clinics(self, count: int, places: int, *, is_open: bool = True) -> list[list[int]]:
        """New public clinics of so many places each, three days ahead; the places' ids clinic by clinic."""
        starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
        made: list[list[int]] = []
        with psycopg.connect(self.cluster.url(SUPERUSER)) as connection:
            for number in range(count):
                department = self.department_ids[number % len(self.department_ids)]
                values = {"department": department, "starts": starts, "places": places, "open": is_open}
                made.append([row[0] for row in connection.execute(NEW_CLINIC, values).fetchall()])
        return made

    def open_all(self) -> None:
        """The instant at which closed clinics are opened."""
        self.sql("UPDATE booking_place SET is_open = true WHERE NOT is_open")

    def processes(self, name: str) -> list[int]:
        """Living processes of the supervised program of that name."""
        return [one.pid for one in processes.children_of(self.home) if one.name == name]


NEW_CLINIC = """
WITH made AS (
    INSERT INTO booking_session (institution_id, department_id, line, starts_at, ends_at, closed_reason, source_system,
        source_code)
    SELECT institution_id, id, 'specialist', %(starts)s, %(starts)s + interval '8 hours', '', '', ''
    FROM registry_department WHERE id = %(department)s RETURNING id, institution_id, department_id
)
INSERT INTO booking_place (session_id, institution_id, department_id, number, pool, starts_at, ends_at, is_open)
SELECT made.id, institution_id, department_id, number, 'public', %(starts)s + number * interval '1 second',
    %(starts)s + (number + 1) * interval '1 second', %(open)s
FROM made, generate_series(1, %(places)s) AS number RETURNING id"""


@contextmanager
def town(residents: int, *, departments: int = 100, migrated: Path | None = None) -> Iterator[Town]:
    """Start it in a home of its own, with every doctor logged in over HTTP; stop and remove it afterwards.

    `migrated` is a home at rest whose tables are made: a copy of it saves making them.
    """
    home = Path(tempfile.mkdtemp(prefix="fenji-rush-", dir="/tmp"))
    if migrated:
        subprocess.run(["cp", "-a", f"{migrated}/.", home], check=True)
    home.chmod(0o755)
    environment = _environment(home)
    cluster = Cluster(home)
    try:
        ids, places = _prepared(home, environment, cluster, residents, departments)
        with _served(home, environment) as port:
            made = Town(home, port, ids, places, cluster)
            made.sessions = [logged_in(made.address, f"rush{number}") for number in range(DOCTORS)]
            yield made
    finally:
        processes.end_children_of(home)
        stop_leftover(cluster)
        shutil.rmtree(home, ignore_errors=True)


def logged_in(address: str, username: str) -> Session:
    """Log in by the form, as a browser does."""
    browser = requests.Session()
    token = TOKEN.search(browser.get(f"{address}/login/", timeout=60).text)
    form = {"csrfmiddlewaretoken": token[1] if token else "", "login": username, "password": PASSWORD}
    answer = browser.post(f"{address}/login/", data=form, headers={"Referer": f"{address}/login/"}, timeout=60)
    if "sessionid" not in browser.cookies or "/login" in answer.url:
        raise SystemExit(f"{username} could not log in: {answer.status_code} {answer.url}")
    cookies = "; ".join(f"{one.name}={one.value}" for one in browser.cookies)
    headers = {"Cookie": cookies, "X-CSRFToken": str(browser.cookies["csrftoken"]), "Referer": address}
    return Session(headers)


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FENJI_", "DJANGO_"))}
    return kept | {"FENJI_HOME": str(home), "FENJI_API_CALLS_PER_MINUTE": "1000000"}


def _prepared(
    home: Path, environment: dict[str, str], cluster: Cluster, residents: int, departments: int
) -> tuple[list[UUID], list[int]]:
    """Tables, rows, and the note that nothing else is to be prepared."""
    if not cluster.data.exists():
        subprocess.run([*FENJI, "migrate"], env=environment, cwd=ROOT, check=True, capture_output=True)
    with running(cluster):
        for step, fingerprint in prepared.fingerprints("yangjiang").items():
            prepared.remember(cluster.url(OWNER), step, fingerprint)
        _rulebook_and_passwords(environment)
        with psycopg.connect(cluster.url(SUPERUSER)) as connection:
            return _rows(connection, residents, departments)


def _rulebook_and_passwords(environment: dict[str, str]) -> None:
    """What only the application can write: the policy in force and the doctors' accounts."""
    subprocess.run([sys.executable, "-c", SCRIPT], env=environment, cwd=ROOT, check=True)


SCRIPT = f"""
from fenji.config import environment
environment.complete()
environment.as_owner()
import django
django.setup()
from django.contrib.auth.hashers import make_password
from fenji.apps.accounts.models import User
from fenji.apps.common import clock, rulebooks
from fenji.config.demonstration_accounts import PASSWORD
from fenji.rulebook import load_rulebook
rulebooks.store(load_rulebook("yangjiang"), at=clock.now())
word = make_password(PASSWORD)
User.objects.bulk_create(
    User(username=f"rush{{n}}", name="莫家庭", password=word, is_demonstration=True) for n in range({DOCTORS})
)
"""


def _rows(connection: "psycopg.Connection[Any]", residents: int, departments: int) -> tuple[list[UUID], list[int]]:
    people = [uuid4() for _ in range(residents)]
    connection.execute(HOUSES)
    ids = [
        connection.execute(DEPARTMENT, [f"rush-d{number}", f"第{number}诊室"]).fetchone()[0]  # type: ignore[index]
        for number in range(departments)
    ]
    connection.execute(POSTS)
    with connection.cursor().copy(
        "COPY residents_resident (id, name, name_pinyin, name_initials, sex, id_kind, is_verified, card_number,"
        " address, scheme, is_deceased, source_system, source_code, created_at) FROM STDIN"
    ) as copy:
        for number, one in enumerate(people):
            copy.write_row((
                one, "居民", "ju min", "jm", 2, "unknown", False, f"RUSH{number:012d}", "", "", False, "", "",
                datetime.now(UTC),
            ))  # fmt: skip
    connection.execute(RELATIONS)
    connection.execute("ANALYZE")
    return people, ids


HOUSES = """
INSERT INTO registry_region (code, name, name_en, basis) VALUES ('rush', '江城区', '', 'assumed');
INSERT INTO registry_institution (code, name, name_en, short_name, name_pinyin, uscc, kind, ws218, tier, level, grade,
    ownership, is_insured, region_id, address, phone, functions, basis, clause, source_system, source_code)
SELECT code, code, '', code, code, '', kind, '', tier, level, 'none', 'public', true, 'rush', '', '', '[]', 'assumed',
    '', '', '' FROM (VALUES ('rush-hospital', 'general', 3, 'secondary'), ('rush-township', 'township', 2, 'primary'))
    AS house (code, kind, tier, level)"""
DEPARTMENT = """
INSERT INTO registry_department (institution_id, code, name, name_en, specialty, is_office, is_emergency, phone,
    duty_phone, location, source_system)
SELECT id, %s, %s, '', '03.04', false, false, '', '', '', '' FROM registry_institution WHERE code = 'rush-hospital'
RETURNING id"""
POSTS = """
INSERT INTO registry_membership (user_id, institution_id, role, valid_from, source_system)
SELECT person.id, house.id, 'family_doctor', '2020-01-01', ''
FROM accounts_user AS person, registry_institution AS house
WHERE starts_with(person.username, 'rush') AND house.code = 'rush-township'"""
RELATIONS = """
INSERT INTO residents_carerelation (resident_id, institution_id, kind, cause_kind, cause_id, from_at, reason,
    resident_pinyin)
SELECT resident.id, house.id, 'contract', 'contract', '1', now() - interval '1 day', '', resident.name_pinyin
FROM residents_resident AS resident, registry_institution AS house WHERE house.code = 'rush-township'"""


@contextmanager
def _served(home: Path, environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (home / "run.log").open("w") as log:
        process = subprocess.Popen(
            [*FENJI, "run", "--port", str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        answers(port, START_SECONDS, log=home / "run.log")
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)


def answers(port: int, seconds: float, *, log: Path | None = None) -> float:
    """Wait until the server says that it and its database are well; returns how long that took."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200:
                return time.monotonic() - begun
        time.sleep(0.05)
    raise SystemExit(f"no answer in {seconds} s: {log.read_text()[-1500:] if log else ''}")
