"""What PostgreSQL alone does of the same work: the statements of one booking driven by pgbench, nothing else.

Per transaction: the idempotency key written, the place claimed, the booking, its audit event and its judgement by the
rule of first contact written, the answer kept with the key. The claim is the application's own statement. What the
application reads before (who calls, the place, the care relation, what the judgement rests on) is left out.
"""

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.rush_town import Town
from fenji.config.postgres import DATABASE, SUPERUSER

CLIENTS, JOBS = 8, 2
NAMED = "place.id AS place, place.session_id AS session"
ANSWER = json.dumps("x" * 900)  # about what is sealed of an answer


@dataclass(frozen=True)
class Limit:
    """Transactions a second; over all clinics and on one."""

    spread: float
    one_clinic: float


def measured(town: Town, *, transactions: int) -> Limit:
    """Run both, on new clinics, with so many transactions each."""
    town.sql("DROP TABLE IF EXISTS bench_person; CREATE TABLE bench_person AS"
             " SELECT row_number() OVER () AS n, id FROM residents_resident;"
             " CREATE UNIQUE INDEX ON bench_person (n); DROP SEQUENCE IF EXISTS bench_next;"
             " CREATE SEQUENCE bench_next")  # fmt: skip
    departments = town.department_ids
    each = -(-transactions // len(departments)) * 2
    town.clinics(len(departments), each)
    spread = _run(town, f"random({min(departments)}, {max(departments)})", transactions)
    town.clinics(1, transactions + 500)
    hot = _run(town, str(departments[0]), transactions)
    return Limit(spread, hot)


def _run(town: Town, department: str, transactions: int) -> float:
    program = shutil.which("pgbench") or str(town.cluster.programs.path("pgbench"))
    with tempfile.NamedTemporaryFile("w", suffix=".sql", dir="/tmp") as script:
        script.write(_script(department))
        script.flush()
        done = subprocess.run(
            [
                program, "-n", "-M", "simple", "-c", str(CLIENTS), "-j", str(JOBS), "-t", str(transactions // CLIENTS),
                "-f", script.name, "-h", str(town.cluster.sockets), "-U", SUPERUSER, DATABASE,
            ],
            capture_output=True, text=True, check=False, cwd=Path("/"),
        )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None or "number of failed transactions: 0" not in done.stdout:
        raise SystemExit(f"pgbench: {done.stdout}\n{done.stderr[-800:]}")
    return float(found[1])


def _script(department: str) -> str:
    from fenji.apps.booking import claim, free

    wanted = "department_id = :department AND starts_at >= now() AND starts_at < now() + interval '9 days'"
    literals = {
        "at": "now()", "pools": "'{public,referral,expert}'", "limits": "'{NULL,now,now}'", "partners": "'{}'",
        "partner_limits": "'{now,now,now}'", "booking": "':booking'", "held_until": "NULL::timestamptz",
    }  # fmt: skip
    statement = (
        claim.CLAIM.format(free=free.where(), which=wanted, order=free.ORDER, lock=claim.LOCK, columns=NAMED) % literals
    )
    one_line = " ".join(statement.split())
    return f"""\\set department {department}
BEGIN;
SELECT gen_random_uuid() AS booking, gen_random_uuid() AS key, id AS resident FROM bench_person
    WHERE n = (SELECT (nextval('bench_next') - 1) % (SELECT max(n) FROM bench_person) + 1) \\gset
INSERT INTO common_idempotencykey (key, actor_id, request_hash, at) VALUES (':key', 1, repeat('0', 64), now());
{one_line} \\gset
INSERT INTO booking_booking (id, place_id, session_id, department_id, resident_id, state, is_extended, requested_at,
    made_by_id, made_at, ended_reason) VALUES (':booking', :place, :session, :department, ':resident', 'booked', false,
    now(), 1, now(), '');
INSERT INTO common_auditevent (at, actor_id, actor_name, institution_id, verb, subject_kind, subject_id, resident_id,
    relation, reason, request_id, details) VALUES (now(), 1, 'pgbench', 1, 'booking.book', 'booking', ':booking',
    ':resident', '', '', '', '{{}}');
INSERT INTO referrals_firstcontact (booking_id, resident_id, rule, counts, code, text, text_en, source_title, clause,
    basis, rulebook_version, judged_at) VALUES (':booking', ':resident', 'guided', false, 'elsewhere', repeat('x', 40),
    repeat('x', 80), repeat('x', 40), repeat('x', 40), 'stated', repeat('0', 64), now());
UPDATE common_idempotencykey SET status = 201, answer = '{ANSWER}' WHERE actor_id = 1 AND key = ':key';
COMMIT;
"""
