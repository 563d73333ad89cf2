"""The relation `facts`: one row for every institution a referral was put before, read from the steps themselves.

A referral sent once has one row; refused and rerouted, it has another for the next receiver, and `is_last` marks the
latest. Which actions put, answer and lapse follows from the kernel's table. Columns:

    referral_id number direction urgency state from_paper sender_id institution_id (the receiver of this row)
    sent_at (first sent) put_at (before this receiver) answered_at refused reason is_late is_last
    appointment_at arrived_at replied_at due_at booked missed has_plan skips

`is_late`: the clock's escalation in the state "sent" is on record, or the deadline has passed and it is still open.
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
PUTTING = (*SENDING, *(move.action for move in MOVES if move.to is State.SENT and State.REFUSED in move.start))
ANSWERING = tuple(
    move.action for move in MOVES if move.to in ANSWERED_AS and (State.SENT in move.start or not move.start)
)
LAPSE, MISS = "escalate", "mark_no_show"
BOOKING = tuple(move.action for move in MOVES if move.to is State.SCHEDULED)
KEPT = (BookingState.BOOKED.value, BookingState.ARRIVED.value, BookingState.NO_SHOW.value)

# The steps that first sent a referral are found by the index on (action, at); everything else by the referral.
FACTS = """
WITH cohort AS (
    SELECT r.id, r.number, r.direction, r.urgency, r.state, r.from_paper, r.sender_id, r.receiver_id, r.due_at,
        r.arrived_at, r.replied_at, r.booking_id, first.at AS sent_at
    FROM referrals_step AS first JOIN referrals_referral AS r ON r.id = first.referral_id
    WHERE first.action = ANY(%(sending)s) AND first.at >= %(start)s AND first.at < %(until)s
), turns AS (
    SELECT s.*, s.action = ANY(%(answering)s) AND s.from_state IN ('sent', '') AS answers,
        count(*) FILTER (WHERE s.action = ANY(%(putting)s)) OVER (
            PARTITION BY s.referral_id ORDER BY s.version) AS turn
    FROM (
        SELECT s.referral_id, s.version, s.action, s.from_state, s.to_state, s.at, s.institution_id, s.reason
        FROM cohort JOIN referrals_step AS s ON s.referral_id = cohort.id WHERE s.action = ANY(%(telling)s)
    ) AS s
), receipts AS (
    SELECT referral_id, turn, turn = max(turn) OVER (PARTITION BY referral_id) AS is_last,
        min(at) FILTER (WHERE action = ANY(%(putting)s)) AS put_at,
        min(at) FILTER (WHERE answers) AS answered_at,
        min(institution_id) FILTER (WHERE answers) AS answered_by,
        bool_or(answers AND to_state = 'refused') AS refused,
        coalesce(min(reason) FILTER (WHERE answers AND to_state = 'refused'), '') AS reason,
        bool_or(action = %(lapse)s AND from_state = 'sent') AS lapsed,
        bool_or(action = ANY(%(booking)s)) AS booked,
        bool_or(action = %(miss)s) AS missed
    FROM turns WHERE turn > 0 GROUP BY referral_id, turn
), tied AS (
    SELECT * FROM unnest(%(lowers)s::bigint[], %(uppers)s::bigint[]) AS pair(lower_id, upper_id)
), facts AS (
    SELECT c.id AS referral_id, c.number, c.direction, c.urgency, c.state, c.from_paper, c.sender_id,
        receiver.id AS institution_id, c.sent_at, x.put_at, x.answered_at, x.refused, x.reason, x.is_last,
        x.lapsed OR (x.is_last AND c.state = 'sent' AND c.due_at <= %(at)s) AS is_late,
        place.starts_at AS appointment_at, c.arrived_at, c.replied_at, c.due_at, x.booked, x.missed,
        c.replied_at IS NOT NULL AND EXISTS (
            SELECT FROM referrals_referral AS child JOIN referrals_careplan AS plan ON plan.referral_id = child.id
            WHERE child.parent_id = c.id AND child.direction = 'down' AND child.state <> 'cancelled') AS has_plan,
        c.direction = 'up' AND c.urgency <> 'emergency' AND receiver.tier - sender.tier >= %(skip)s AND NOT EXISTS (
            SELECT FROM tied WHERE tied.lower_id = sender.id AND tied.upper_id = receiver.id) AS skips
    FROM receipts AS x JOIN cohort AS c ON c.id = x.referral_id
        JOIN registry_institution AS sender ON sender.id = c.sender_id
        JOIN registry_institution AS receiver ON receiver.id = coalesce(x.answered_by, c.receiver_id)
        LEFT JOIN booking_booking AS booking ON booking.id = c.booking_id AND booking.state = ANY(%(kept)s)
        LEFT JOIN booking_place AS place ON place.id = booking.place_id
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
        "sending": list(SENDING), "putting": list(PUTTING), "answering": list(ANSWERING), "booking": list(BOOKING),
        "lapse": LAPSE, "miss": MISS, "kept": list(KEPT),
        "telling": sorted({*PUTTING, *ANSWERING, *BOOKING, LAPSE, MISS}), **more,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FACTS + query, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
