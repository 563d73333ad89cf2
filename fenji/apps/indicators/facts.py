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
    SELECT id, number, direction, urgency, state, from_paper, sender_id, receiver_id, due_at, sent_at, answered_at,
        arrived_at, replied_at, booking_id
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
    FROM marks JOIN referrals_step AS s ON s.referral_id = marks.referral_id WHERE marks.rerouted
), receipts AS (
    SELECT c.id AS referral_id, true AS is_last, c.sent_at AS put_at, least(c.answered_at, m.handed_at) AS answered_at,
        NULL::bigint AS answered_by, coalesce(m.refused, false) AS refused, coalesce(m.reason, '') AS reason,
        coalesce(m.lapsed, false) AS lapsed, coalesce(m.missed, false) AS missed
    FROM cohort AS c LEFT JOIN marks AS m ON m.referral_id = c.id WHERE m.rerouted IS NOT TRUE
    UNION ALL
    SELECT referral_id, turn = max(turn) OVER (PARTITION BY referral_id),
        min(at) FILTER (WHERE action = ANY(%(putting)s)), min(at) FILTER (WHERE answers),
        min(institution_id) FILTER (WHERE answers), bool_or(answers AND to_state = 'refused'),
        coalesce(min(reason) FILTER (WHERE answers AND to_state = 'refused'), ''),
        bool_or(is_late AND from_state = 'sent'), bool_or(action = %(miss)s)
    FROM turns WHERE turn > 0 GROUP BY referral_id, turn
), planned AS (
    SELECT DISTINCT child.parent_id FROM referrals_referral AS child JOIN referrals_careplan AS plan
        ON plan.referral_id = child.id
    WHERE child.created_at >= %(start)s AND child.direction = 'down' AND child.state <> 'cancelled'
), tied AS (
    SELECT * FROM unnest(%(lowers)s::bigint[], %(uppers)s::bigint[]) AS pair(lower_id, upper_id)
), facts AS (
    SELECT c.id AS referral_id, c.number, c.direction, c.urgency, c.state, c.from_paper, c.sender_id,
        receiver.id AS institution_id, c.sent_at, x.put_at, x.answered_at, x.refused, x.reason, x.is_last,
        x.lapsed OR (x.is_last AND c.state = 'sent' AND c.due_at <= %(at)s) AS is_late,
        place.starts_at AS appointment_at, c.arrived_at, c.replied_at, c.due_at,
        x.missed OR (x.is_last AND booking.id IS NOT NULL) AS booked, x.missed,
        c.replied_at IS NOT NULL AND planned.parent_id IS NOT NULL AS has_plan,
        c.direction = 'up' AND c.urgency <> 'emergency' AND receiver.tier - sender.tier >= %(skip)s
            AND tied.lower_id IS NULL AS skips
    FROM receipts AS x JOIN cohort AS c ON c.id = x.referral_id
        JOIN registry_institution AS sender ON sender.id = c.sender_id
        JOIN registry_institution AS receiver ON receiver.id = coalesce(x.answered_by, c.receiver_id)
        LEFT JOIN booking_booking AS booking ON booking.id = c.booking_id AND booking.state = ANY(%(kept)s)
        LEFT JOIN booking_place AS place ON place.id = booking.place_id
        LEFT JOIN planned ON planned.parent_id = c.id
        LEFT JOIN tied ON tied.lower_id = sender.id AND tied.upper_id = receiver.id
    WHERE %(everything)s OR c.sender_id = ANY(%(ids)s) OR receiver.id = ANY(%(ids)s)
)
"""


def rows(query: str, scope: Scope, **more: Any) -> list[tuple[Any, ...]]:
    """Ask `facts` something. `query` is SQL of ours; what comes from a reader goes into `more`."""
    pairs = scope.tied_pairs
    given = {
        "start": scope.start, "until": scope.until, "at": scope.at, "skip": SKIP,
        "everything": scope.institution_ids is None, "ids": sorted(scope.institution_ids or ()),
        "lowers": [lower for lower, _ in pairs], "uppers": [upper for _, upper in pairs],
        "sending": list(SENDING), "putting": [*SENDING, *REROUTING], "answering": list(ANSWERING),
        "rerouting": list(REROUTING), "refusing": list(REFUSING), "handing": list(HANDING), "miss": MISS,
        "marking": [*REROUTING, *REFUSING, *HANDING, MISS], "kept": list(KEPT), **more,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FACTS + query, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
