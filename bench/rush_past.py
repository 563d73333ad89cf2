"""Years of bookings that lie behind, written by SQL in pieces with every index as it is.

What a row refers to is not looked up again: it was just read. That makes it three times as fast.
"""

import time

from bench.rush_town import Town

PIECE = 500_000

ADD = """
WITH clinic AS (
    INSERT INTO booking_session (institution_id, department_id, line, starts_at, ends_at, closed_reason, source_system,
        source_code)
    SELECT department.institution_id, department.id, 'specialist', now() - (clinic + %(from)s) * interval '1 hour',
        now() - (clinic + %(from)s) * interval '1 hour' + interval '50 minutes', '', '', ''
    FROM generate_series(1, %(clinics)s) AS clinic
    JOIN registry_department AS department ON department.id = %(first)s + clinic %% %(departments)s
    RETURNING id, institution_id, department_id, starts_at
), place AS (
    INSERT INTO booking_place (session_id, institution_id, department_id, number, pool, starts_at, ends_at, is_open,
        taken_by)
    SELECT clinic.id, institution_id, department_id, number, 'public', starts_at, starts_at + interval '10 minutes',
        true, gen_random_uuid()
    FROM clinic, generate_series(1, %(places)s) AS number RETURNING id, session_id, department_id, taken_by, starts_at,
        number
)
INSERT INTO booking_booking (id, place_id, session_id, department_id, resident_id, state, is_extended, requested_at,
    made_at, ended_reason)
SELECT taken_by, place.id, session_id, department_id, person.id, 'no_show', false, starts_at - interval '5 days',
    starts_at - interval '4 days', ''
FROM place JOIN bench_past AS person ON person.n = 1 + (place.id %% %(people)s)"""


def add_past(town: Town, count: int) -> float:
    """Write `count` past bookings; returns the seconds it took."""
    begun = time.monotonic()
    town.sql("DROP TABLE IF EXISTS bench_past")
    town.sql("CREATE TABLE bench_past AS SELECT row_number() OVER () AS n, id FROM residents_resident")
    town.sql("CREATE UNIQUE INDEX ON bench_past (n)")
    town.sql("ALTER ROLE CURRENT_USER SET session_replication_role = replica")
    places = 200
    for piece in range(0, count, PIECE):
        clinics = min(PIECE, count - piece) // places
        town.sql(ADD, {
            "from": piece // places, "clinics": clinics, "places": places, "people": len(town.residents),
            "departments": len(town.department_ids), "first": min(town.department_ids),
        })  # fmt: skip
    town.sql("ALTER ROLE CURRENT_USER RESET session_replication_role")
    town.sql("VACUUM ANALYZE booking_place")
    town.sql("VACUUM ANALYZE booking_booking")
    return time.monotonic() - begun
