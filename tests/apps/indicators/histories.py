"""Random referrals that walked the kernel's table, written as rows without the actions: many, of every kind."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fenji.apps.booking.models import Booking, BookingState, Place
from fenji.apps.referrals.models import CarePlan, FollowUp, Referral, Step
from fenji.apps.registry.models import Institution
from fenji.kernel.referral import BY_ACTION, REASONS, STATES, Direction, Move, Party, State, Urgency, moves_from
from tests.factories.world import World, make_places, make_resident

Houses = list[Institution]
OTHER = frozenset({"edit", "send_record", "assign", "interim_reply", "complain", "offer", "decline_offer"})


@dataclass
class History:
    """A referral with its steps, and what hangs on it; nothing is in the database until `write`."""

    referral: Referral
    steps: list[Step] = field(default_factory=list)
    place: Place | None = None
    receivers: dict[int, int] = field(default_factory=dict)  # version -> who was the receiver when the step was taken
    deadlines: dict[int, datetime] = field(default_factory=dict)  # version -> until when the step had time
    due_at: datetime | None = None  # of the present state
    child: Referral | None = None
    child_has_plan: bool = False


def histories(world: World, dice: random.Random, *, count: int, at: datetime) -> list[History]:
    """Referrals of the last weeks before `at`, in the state each had reached then."""
    houses = [world.township, world.county, world.county_tcm, world.city]
    places = make_places(world.departments["yx-renmin.cardio"], at - timedelta(days=20), count=count)
    return [_walk(world, dice, houses, places[number], number, at) for number in range(count)]


def write(made: list[History]) -> None:
    bookings = [one.referral.booking for one in made if one.referral.booking]
    Booking.objects.bulk_create(bookings)
    Referral.objects.bulk_create([one.referral for one in made])
    children = [one.child for one in made if one.child]
    Referral.objects.bulk_create(children)
    Step.objects.bulk_create([step for one in made for step in one.steps])
    plans = [one.child for one in made if one.child and one.child_has_plan]
    CarePlan.objects.bulk_create(
        [CarePlan(referral=child, treatment="继续用药", by=child.sent_by, at=child.created_at) for child in plans]
    )


def follow_ups(made: list[History], dice: random.Random, today: date) -> list[FollowUp]:
    """Dated tasks on some of the referrals, done before, on or after the day, or not at all."""
    rows = []
    for one in made:
        due = today + timedelta(days=dice.randint(-20, 5))
        done = dice.choice([None, -1, 0, 2])
        moment = datetime.fromisoformat(f"{due}T09:00:00+08:00")
        done_at = None if done is None or due + timedelta(days=done) > today else moment + timedelta(days=done)
        rows.append(
            FollowUp(referral=one.referral, institution=one.referral.sender, due_on=due, what="测血压", done_at=done_at)
        )
    return FollowUp.objects.bulk_create(rows)


def _walk(
    world: World, dice: random.Random, houses: list[Institution], place: Place, number: int, at: datetime
) -> History:
    sender, receiver = dice.sample(houses, 2)
    begun = at - timedelta(hours=dice.randint(2, 24 * 24))
    direction = {-1: "down", 0: "same", 1: "up"}[(receiver.tier > sender.tier) - (receiver.tier < sender.tier)]
    referral = Referral(
        number=f"T{number:05}", direction=direction, urgency=dice.choice(["routine", "routine", "urgent", "emergency"]),
        state=State.DRAFT, resident=make_resident(begun), sender=sender, receiver=receiver, sent_by=world.doctor,
        diagnosis_name="高血压", rulebook_version="x", created_at=begun, state_since=begun, version=0,
    )  # fmt: skip
    history, now = History(referral), begun
    move: Move | None = BY_ACTION[dice.choice(["draft"] * 9 + ["enter_paper"])]
    while move is not None and now < at:
        _take(world, history, move, now, dice, place, houses)
        now += timedelta(minutes=dice.randint(5, 60 * 30))
        move = _next(referral, dice)
    if STATES[State(referral.state)].is_open:
        referral.due_at = referral.escalate_at = history.due_at
    return history


def _next(referral: Referral, dice: random.Random) -> Move | None:
    """Any row of the table that applies, seldom one that leaves the state alone; None to stop here."""
    rows = moves_from(State(referral.state), direction=Direction(referral.direction), urgency=Urgency(referral.urgency))
    rows = [row for row in rows if row.action not in OTHER]
    return dice.choice(rows) if rows and dice.random() < 0.9 else None


def _take(
    world: World, history: History, move: Move, now: datetime, dice: random.Random, place: Place, houses: Houses
) -> None:  # fmt: skip
    referral, party = history.referral, dice.choice(move.by)
    if move.action == "reroute":
        others = [one for one in houses if one.pk not in {referral.sender_id, referral.receiver_id}]
        referral.receiver = dice.choice(others)
    before, to = (referral.state if move.start else ""), move.to or State(referral.state)
    referral.version += 1
    referral.state = to.value
    house = referral.sender_id if party in {Party.SENDER, Party.APPROVER} else referral.receiver_id
    step = Step(
        referral=referral, version=referral.version, action=move.action, from_state=before, to_state=to.value,
        party=party, by_name="某人", at=now, reason=dice.choice([*REASONS.get(move.action, {""})]),
        institution_id=house if party not in {Party.CLOCK, Party.RESIDENT} else None,
        is_late=history.due_at is not None and history.due_at <= now,
    )  # fmt: skip
    history.steps.append(step)
    if history.due_at is not None:
        history.deadlines[step.version] = history.due_at
    if move.to or history.due_at is None:
        history.due_at = now + timedelta(hours=dice.randint(1, 40))
    history.receivers[step.version] = int(referral.receiver_id or 0)
    _besides(world, history, move, to, now, place, dice)


def _besides(
    world: World, history: History, move: Move, to: State, now: datetime, place: Place, dice: random.Random
) -> None:
    """Stamps as the real move sets them, the booking, the referral down."""
    referral = history.referral
    if move.action == "enter_paper":
        referral.from_paper, referral.sent_at = True, now
    if to is State.SENT and referral.sent_at is None:
        referral.sent_at = now
    if to in {State.ACCEPTED, State.REFUSED, State.ARRIVED} and referral.answered_at is None:
        referral.answered_at = now
    if to is State.ARRIVED and move.to:
        referral.arrived_at = now
    if to in {State.REPLIED, State.RETURNED} and move.to:
        referral.replied_at = now
    if not STATES[to].is_open:
        referral.closed_at = now
    if move.action == "schedule" and referral.booking is None:
        history.place = place
        referral.booking = Booking(
            place=place, session=place.session, department=place.department, resident_id=referral.resident_id,
            referral_id=referral.pk, state=dice.choice(BookingState.values), requested_at=now, made_at=now,
            held_until=now,
        )  # fmt: skip
    if move.action == "return_down" and history.child is None:
        history.child = _child(referral, now, dice)
        history.child_has_plan = dice.random() < 0.8


def _child(parent: Referral, now: datetime, dice: random.Random) -> Referral:
    """The referral down; a draft still, so that it is in no period itself."""
    is_cancelled = dice.random() < 0.3
    return Referral(
        number=f"{parent.number}-1", direction="down", urgency="routine", resident_id=parent.resident_id,
        sender=parent.receiver, receiver=parent.sender, sent_by=parent.sent_by, diagnosis_name="高血压", parent=parent,
        rulebook_version="x", created_at=now, state_since=now, state="cancelled" if is_cancelled else "draft",
        closed_at=now if is_cancelled else None, due_at=None if is_cancelled else now + timedelta(days=60),
        escalate_at=None if is_cancelled else now + timedelta(days=60),
    )  # fmt: skip
