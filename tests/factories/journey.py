"""Ways to any state of the referral table, made of real moves, and one valid move of every action from there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.referrals import actions
from fenji.apps.referrals.given import Given, Plan, Task
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import REASONS, Move, Party, State
from tests.factories.world import World, make_places, resident_id

REPLY = {"diagnosis_name": "高血压 2 级", "treatment": "调整用药，血压 132/80。"}
# What was done to reach a state: actions from the moment a referral was sent.
WAYS: dict[State, tuple[str, ...]] = {
    State.SENT: (),
    State.AWAITING_INFORMATION: ("ask",),
    State.REFUSED: ("refuse",),
    State.HANDING_ON: ("hand_on",),
    State.ACCEPTED: ("accept",),
    State.SCHEDULED: ("accept", "schedule"),
    State.APPOINTMENT_CANCELLED: ("accept", "schedule", "cancel_appointment"),
    State.CANCELLATION_REQUESTED: ("accept", "request_cancellation"),
    State.ARRIVED: ("arrive",),
    State.IN_CARE: ("arrive", "start_care"),
    State.REPLIED: ("arrive", "reply"),
    State.RETURNED: ("arrive", "return_down"),
}


def reach(world: World, state: State, **form: Any) -> Referral:
    """A referral to the county hospital in `state`; without free places, unless the way needs one."""
    if state is State.DRAFT:
        return actions.draft(resident_id(world), world.form(**form), by=world.doctor, institution_id=world.township.pk)
    sent = actions.refer(resident_id(world), world.form(**form), by=world.doctor, institution_id=world.township.pk)
    for action in WAYS[state]:
        step(world, sent, action)
    sent.refresh_from_db()
    assert State(sent.state) is state
    return sent


def step(world: World, referral: Referral, action: str) -> Referral:
    """One valid move by somebody who may make it."""
    from fenji.kernel.referral import BY_ACTION

    return move(world, referral, BY_ACTION[action])()


def move(world: World, referral: Referral, row: Move, party: Party | None = None) -> Callable[[], Referral]:
    """A ready call of one move, at the version as it is now."""
    party = party or next(one for one in row.by if one is not Party.CLOCK)
    version = Referral.objects.get(pk=referral.pk).version
    given = given_for(world, referral, row)
    return lambda: actions.perform(referral.pk, row.action, given, by=actor(world, referral, party), version=version)


def actor(world: World, referral: Referral, party: Party) -> User:
    """Who is this party of this referral."""
    upper = {world.county.pk: (world.office, world.physician), world.city.pk: (world.city_office, world.city_physician)}
    primary = (world.doctor, world.nurse)
    sender = primary if referral.sender_id == world.township.pk else upper[referral.sender_id]
    receiver = primary if referral.receiver_id == world.township.pk else upper.get(referral.receiver_id or 0, primary)
    return {
        Party.SENDER: sender[0], Party.APPROVER: world.head, Party.OFFICE: receiver[0], Party.DEPARTMENT: receiver[1],
        Party.RESIDENT: world.patient,
    }[party]  # fmt: skip


def given_for(world: World, referral: Referral, row: Move) -> Given:
    """What the move needs, made up."""
    needs, fields = set(row.needs), {}
    cardio = world.departments["yx-renmin.cardio"]
    if "note" in needs:
        fields["note"] = "说明"
    if "reason" in needs:
        fields["reason"] = next(code for code in REASONS[row.action] if code != "no_capacity")
    if "institution" in needs:
        fields["institution"] = world.township.code if row.action == "return_down" else world.city.code
    if "department" in needs:
        fields["department"] = cardio.pk
    if needs & {"place", "places"}:
        places = make_places(cardio, clock.now(), count=2)
        fields |= {"places": (places[0].pk, places[1].pk)} if "places" in needs else {"place": places[0].pk}
    if "reply" in needs:
        fields["reply"] = REPLY
    if "plan" in needs:
        today = clock.now().date()
        fields["plan"] = Plan("继续降压", (Task(today + timedelta(days=14), "测血压"),))
    if row.action == "edit":
        fields["form"] = world.form()
    if row.action == "reroute":
        fields["reason"] = "resident_wish"
    return Given(**fields)  # type: ignore[arg-type]
