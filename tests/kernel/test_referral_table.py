"""The referral table holds together: nothing dangles, nobody can refuse an emergency, every open state has an owner."""

import pytest

from fenji.kernel.referral import BY_ACTION, MOVES, STATES, Direction, Party, State, Urgency, moves_from
from fenji.rulebook.loader import load_rulebook

OPEN = [state for state, rule in STATES.items() if rule.is_open]
CLOSED = [state for state, rule in STATES.items() if not rule.is_open]
KINDS = [(direction, urgency) for direction in Direction for urgency in Urgency]


def reachable(start: set[State], direction: Direction, urgency: Urgency) -> set[State]:
    seen, frontier = set(start), list(start)
    while frontier:
        state = frontier.pop()
        for move in moves_from(state, direction=direction, urgency=urgency):
            if move.to and move.to not in seen:
                seen.add(move.to)
                frontier.append(move.to)
    return seen


def test_every_state_has_a_rule():
    assert set(STATES) == set(State)


@pytest.mark.parametrize("state", OPEN)
def test_an_open_state_has_owner_deadline_and_ladder(state: State):
    rule = STATES[state]
    assert rule.owner is not None
    assert rule.owner is not Party.CLOCK  # a person, not the system, owns every open state
    assert rule.deadline
    assert rule.escalate
    assert rule.escalate[-1] == "county_commission"  # in the end it reaches the coordinators


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("urgency", Urgency)
def test_the_rulebook_has_a_span_for_every_open_state(state: State, urgency: Urgency):
    rulebook = load_rulebook("yangjiang")
    on = rulebook.values["deadlines.review"][0].valid_from
    assert rulebook.deadline(STATES[state].deadline, urgency, on).minutes > 0


@pytest.mark.parametrize("state", CLOSED)
def test_nothing_moves_from_a_closed_state(state: State):
    assert not [move for move in MOVES if state in move.start]
    assert STATES[state].deadline == ""


@pytest.mark.parametrize(("direction", "urgency"), KINDS)
@pytest.mark.parametrize("state", OPEN)
def test_every_open_state_can_reach_an_end(state: State, direction: Direction, urgency: Urgency):
    if state in reachable({State.DRAFT, State.ARRIVED}, direction, urgency):
        assert reachable({state}, direction, urgency) & set(CLOSED)


@pytest.mark.parametrize(("direction", "urgency"), KINDS)
def test_the_owner_of_every_reachable_state_can_move_it_on(direction: Direction, urgency: Urgency):
    for state in reachable({State.DRAFT, State.ARRIVED}, direction, urgency) & set(OPEN):
        owner = STATES[state].owner
        ways = [m for m in moves_from(state, direction=direction, urgency=urgency) if m.to not in (None, state)]
        assert any(owner in move.by for move in ways), state


def test_every_state_is_reached_by_some_referral():
    seen = {state for d, u in KINDS for state in reachable({State.DRAFT, State.ARRIVED}, d, u)}
    assert seen == set(State)


def test_an_emergency_is_never_refused_questioned_or_held_for_a_signature():
    seen = reachable({State.DRAFT}, Direction.UP, Urgency.EMERGENCY)
    assert not seen & {State.REFUSED, State.AWAITING_INFORMATION, State.AWAITING_APPROVAL}


def test_a_receiver_without_capacity_can_hand_an_emergency_on():
    actions = {m.action for m in moves_from(State.SENT, direction=Direction.UP, urgency=Urgency.EMERGENCY)}
    assert {"accept", "arrive", "hand_on"} <= actions


def test_actions_are_named_once():
    assert len(BY_ACTION) == len(MOVES)


def test_cancelling_after_acceptance_is_a_request_the_receiver_answers():
    for state in (State.ACCEPTED, State.SCHEDULED):
        moves = moves_from(state, direction=Direction.UP, urgency=Urgency.ROUTINE)
        assert not [m for m in moves if m.to is State.CANCELLED]
    answers = moves_from(State.CANCELLATION_REQUESTED, direction=Direction.UP, urgency=Urgency.ROUTINE)
    assert {"confirm_cancellation", "keep", "arrive"} <= {m.action for m in answers}


def test_down_referrals_end_in_the_community_taking_on():
    moves = moves_from(State.ARRIVED, direction=Direction.DOWN, urgency=Urgency.ROUTINE)
    assert "take_on" in {m.action for m in moves}
    assert "return_down" not in {m.action for m in moves}


def test_refusing_and_refusals_alternative_are_the_two_sides():
    assert BY_ACTION["refuse"].by == (Party.OFFICE,)
    assert BY_ACTION["reroute"].by == (Party.SENDER,)
