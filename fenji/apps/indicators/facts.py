"""The relation `facts`: one row for every institution a referral was put before, read from its row and its steps.

A referral sent once has one row; refused and rerouted, it has another for the next receiver, and `is_last` marks the
latest. Which actions send, answer and lapse follows from the kernel's table. Columns:

    referral_id number direction urgency state from_paper sender_id institution_id (the receiver of this row)
    sent_at (first sent) put_at (before this receiver) answered_at refused reason is_late is_last
    appointment_at arrived_at replied_at due_at booked missed has_plan skips

`is_late`: from the deadline for the receiver's answer on. A step taken in the state "sent" after its deadline says so
itself (`Step.is_late`); while there is none, the referral's own deadline does. No escalation is needed for it.

Most referrals go one way, and their row says when they were answered: only the few steps that tell of something else
(`marks`) are read, by the indexes on (action, at) and on late steps. The whole history is read for those that were
rerouted, no others.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from fenji.apps.booking.models import BookingState
from fenji.apps.indicators.scope import SKIP, Scope
from fenji.kernel.referral import MOVES, State

BEFORE_SENT = {State.DRAFT, State.AWAITING_APPROVAL}
ANSWERED_AS = {State.ACCEPTED, State.REFUSED, State.ARRIVED, State.HANDING_ON}
SENDING = tuple(
    move.action
    for move in MOVES
    if (move.to is State.SENT and set(move.start) <= BEFORE_SENT) or (not move.start and move.to is not State.DRAFT)
)
REROUTING = tuple(move.action for move in MOVES if move.to is State.SENT and State.REFUSED in move.start)
ANSWERING = tuple(
    move.action for move in MOVES if move.to in ANSWERED_AS and (State.SENT in move.start or not move.start)
)
REFUSING = tuple(move.action for move in MOVES if move.to is State.REFUSED)
HANDING = tuple(move.action for move in MOVES if move.to is State.HANDING_ON)
MISS = "mark_no_show"
KEPT = (BookingState.BOOKED.value, BookingState.ARRIVED.value, BookingState.NO_SHOW.value)

FACTS = """
WITH cohort AS MATERIALIZED (
    SELECT id, number, direction, urgency, state, from_paper, sender_id, receiver_id, due_at, sent_at,
        answered_at AS own_answer_at, arrived_at, replied_at, booking_id
    FROM referrals_referral WHERE sent_at >= %(start)s AND sent_at < %(until)s
), marks AS MATERIALIZED (
    SELECT referral_id, bool_or(action = ANY(%(rerouting)s)) AS rerouted,
        bool_or(action = ANY(%(refusing)s)) AS refused, min(reason) FILTER (WHERE action = ANY(%(refusing)s)) AS reason,
        min(at) FILTER (WHERE action = ANY(%(handing)s) AND from_state = 'sent') AS handed_at,
        bool_or(is_late AND from_state = 'sent') AS lapsed, bool_or(action = %(miss)s) AS missed
    FROM referrals_step WHERE (action = ANY(%(marking)s) OR is_late) AND at >= %(start)s GROUP BY referral_id
), turns AS (
    SELECT s.*, s.action = ANY(%(answering)s) AND s.from_state IN ('sent', '') AS answers,
        count(*) FILTER (WHERE s.action = ANY(%(putting)s)) OVER (
            PARTITION BY s.referral_id ORDER BY s.version) AS turn
    FROM marks CROSS JOIN LATERAL (  -- OFFSET: by the index of each, the planner would read all steps there are
        SELECT * FROM referrals_step WHERE referral_id = marks.referral_id OFFSET 0) AS s
    WHERE marks.rerouted
), receipts AS (
    SELECT c.*, true AS is_last, c.sent_at AS put_at, least(c.own_answer_at, m.handed_at) AS answered_at,
        c.receiver_id AS institution_id, coalesce(m.refused, false) AS refused, coalesce(m.reason, '') AS reason,
        coalesce(m.lapsed, false) AS lapsed, coalesce(m.missed, false) AS missed
    FROM cohort AS c LEFT JOIN marks AS m ON m.referral_id = c.id WHERE m.rerouted IS NOT TRUE
    UNION ALL
    SELECT c.*, t.is_last, t.put_at, t.answered_at, coalesce(t.answered_by, c.receiver_id), t.refused, t.reason,
        t.lapsed, t.missed
    FROM cohort AS c JOIN (
        SELECT referral_id, turn = max(turn) OVER (PARTITION BY referral_id) AS is_last,
            min(at) FILTER (WHERE action = ANY(%(putting)s)) AS put_at, min(at) FILTER (WHERE answers) AS answered_at,
            min(institution_id) FILTER (WHERE answers) AS answered_by,
            bool_or(answers AND to_state = 'refused') AS refused,
            coalesce(min(reason) FILTER (WHERE answers AND to_state = 'refused'), '') AS reason,
            bool_or(is_late AND from_state = 'sent') AS lapsed, bool_or(action = %(miss)s) AS missed
        FROM turns WHERE turn > 0 GROUP BY referral_id, turn) AS t ON t.referral_id = c.id
), planned AS (
    SELECT DISTINCT child.parent_id FROM referrals_referral AS child JOIN referrals_careplan AS plan
        ON plan.referral_id = child.id
    WHERE child.created_at >= %(start)s AND child.direction = 'down' AND child.state <> 'cancelled'
), tied AS (
    SELECT * FROM unnest(%(lowers)s::bigint[], %(uppers)s::bigint[]) AS pair(lower_id, upper_id)
), facts AS (
    SELECT x.id AS referral_id, x.number, x.direction, x.urgency, x.state, x.from_paper, x.sender_id,
        x.institution_id, x.sent_at, x.put_at, x.answered_at, x.refused, x.reason, x.is_last,
        x.lapsed OR (x.is_last AND x.state = 'sent' AND x.due_at <= %(at)s) AS is_late,
        place.starts_at AS appointment_at, x.arrived_at, x.replied_at, x.due_at,
        x.missed OR (x.is_last AND booking.id IS NOT NULL) AS booked, x.missed,
        x.replied_at IS NOT NULL AND planned.parent_id IS NOT NULL AS has_plan,
        x.direction = 'up' AND x.urgency <> 'emergency' AND receiver.tier - sender.tier >= %(skip)s
            AND tied.lower_id IS NULL AS skips
    FROM receipts AS x
        JOIN registry_institution AS sender ON sender.id = x.sender_id
        JOIN registry_institution AS receiver ON receiver.id = x.institution_id
        LEFT JOIN booking_booking AS booking ON booking.id = x.booking_id AND booking.state = ANY(%(kept)s)
        LEFT JOIN booking_place AS place ON place.id = booking.place_id
        LEFT JOIN planned ON planned.parent_id = x.id
        LEFT JOIN tied ON tied.lower_id = x.sender_id AND tied.upper_id = x.institution_id
    WHERE %(everything)s OR x.sender_id = ANY(%(ids)s) OR x.institution_id = ANY(%(ids)s)
)
"""


def rows(query: str, scope: Scope, **more: Any) -> list[tuple[Any, ...]]:
    """Ask `facts` something. `query` is SQL of ours; what comes from a reader goes into `more`."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS + query, _given(scope) | more)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def several(queries: Sequence[str], scope: Scope, **more: Any) -> list[list[tuple[Any, ...]]]:
    """Ask `facts` several things at one reading. Values arrive by JSON: a date as text, numbers as numbers."""
    asked = ", ".join(f"(SELECT json_agg(answer)::text FROM ({query}) AS answer)" for query in queries)  # noqa: S608
    ((*answers,),) = rows(f"SELECT {asked}", scope, **more)
    return [json.loads(answer or "[]", object_pairs_hook=_values) for answer in answers]


def _values(pairs: list[tuple[str, Any]]) -> tuple[Any, ...]:
    """A row: its values in order, for columns of one name are common."""
    return tuple(value for _name, value in pairs)


def _given(scope: Scope) -> dict[str, Any]:
    pairs = scope.tied_pairs
    return {
        "start": scope.start, "until": scope.until, "at": scope.at, "skip": SKIP,
        "everything": scope.institution_ids is None, "ids": sorted(scope.institution_ids or ()),
        "lowers": [lower for lower, _ in pairs], "uppers": [upper for _, upper in pairs],
        "sending": list(SENDING), "putting": [*SENDING, *REROUTING], "answering": list(ANSWERING),
        "rerouting": list(REROUTING), "refusing": list(REFUSING), "handing": list(HANDING), "miss": MISS,
        "marking": [*REROUTING, *REFUSING, *HANDING, MISS], "kept": list(KEPT),
    }  # fmt: skip
