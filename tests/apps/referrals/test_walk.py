"""A random walk over the referral table, by everyone who may move and by the clock: what must always hold, holds."""

from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from fenji.apps.booking.models import Booking, Place
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import DomainError
from fenji.apps.referrals import actions, policies
from fenji.apps.referrals.models import Referral, Step
from fenji.apps.referrals.parties import parties_of
from fenji.kernel.referral import BY_ACTION, STATES, Direction, Party, State, Urgency, moves_from
from tests.conftest import NOON
from tests.factories import journey
from tests.factories.world import World, make_places, resident_id

# What a move may meet besides the table: a place already gone, or no place to offer.
EXPECTED = DomainError


class Walk(RuleBasedStateMachine):
    """Up to a handful of referrals at once; every example is rolled back."""

    world: World
    clock: Frozen

    def __init__(self) -> None:
        super().__init__()
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        self.clock.move_to(NOON)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)

    def open(self) -> list[Referral]:
        return list(Referral.objects.filter(closed_at__isnull=True).order_by("created_at", "number"))

    @precondition(lambda self: Referral.objects.count() < 5)
    @rule(urgency=st.sampled_from(Urgency), with_place=st.booleans())
    def refer(self, urgency: Urgency, with_place: bool) -> None:
        cardio = self.world.departments["yx-renmin.cardio"]
        place = make_places(cardio, self.clock.at, count=1)[0].pk if with_place else ""
        form = self.world.form(urgency=urgency.value, place=place)
        actions.refer(resident_id(self.world), form, by=self.world.doctor, institution_id=self.world.township.pk)

    @precondition(lambda self: bool(self.open()))
    @rule(data=st.data())
    def move(self, data: Any) -> None:
        """Somebody who may, makes a move; what the table allows is only refused for a reason in words."""
        referral = data.draw(st.sampled_from(self.open()), label="referral")
        rows = moves_from(
            State(referral.state), direction=Direction(referral.direction), urgency=Urgency(referral.urgency)
        )
        rows = [
            row for row in rows if set(row.by) - {Party.CLOCK} and row.action not in {"ask_approval", "mark_no_show"}
        ]
        row = data.draw(st.sampled_from(rows), label="move")
        party = data.draw(st.sampled_from([one for one in row.by if one is not Party.CLOCK]), label="party")
        try:
            with transaction.atomic():
                journey.move(self.world, referral, row, party)()
        except EXPECTED as error:
            assert str(error.message), "an error without words"

    @rule()
    def time_passes(self) -> None:
        due = Referral.objects.filter(closed_at__isnull=True).order_by("escalate_at").first()
        if due is not None:
            self.clock.move_to(max(due.escalate_at, self.clock.at))
            actions.escalate_overdue(at=self.clock.at)

    @invariant()
    def an_open_referral_has_owner_deadline_and_next_rung(self) -> None:
        for referral in self.open():
            assert STATES[State(referral.state)].owner is not None
            assert referral.due_at
            assert referral.escalate_at

    @invariant()
    def its_owner_can_move_it_on(self) -> None:
        for referral in self.open():
            owner = STATES[State(referral.state)].owner
            person = journey.actor(self.world, referral, owner)
            parties = parties_of(person, referral, self.clock.at)
            assert owner in parties
            moves = policies.possible_moves(referral, parties, approval_required=False)
            assert any(move.to not in (None, State(referral.state)) for move in moves), referral.state

    @invariant()
    def history_is_unbroken(self) -> None:
        for referral in Referral.objects.all():
            steps = list(Step.objects.filter(referral=referral).order_by("version"))
            assert [one.version for one in steps] == list(range(1, len(steps) + 1))
            assert all(after.from_state == before.to_state for before, after in pairwise(steps))
            assert (steps[-1].version, steps[-1].to_state) == (referral.version, referral.state)
            assert all(one.action in BY_ACTION for one in steps)

    @invariant()
    def who_waits_for_another_referral_is_waited_for(self) -> None:
        for parent in Referral.objects.filter(state__in=[State.HANDING_ON, State.RETURNED]):
            assert parent.children.filter(closed_at__isnull=True).count() == 1

    @invariant()
    def places_and_bookings_agree(self) -> None:
        living = Booking.objects.filter(state__in=["held", "booked", "arrived", "no_show"]).values_list(
            "place_id", "pk"
        )
        taken = Place.objects.filter(taken_by__isnull=False).values_list("pk", "taken_by")
        assert sorted(living) == sorted(taken)

    @invariant()
    def a_scheduled_referral_has_its_place(self) -> None:
        for referral in Referral.objects.filter(state=State.SCHEDULED).select_related("booking"):
            assert referral.booking is not None
            assert referral.booking.state == "booked"

    @invariant()
    def a_closed_referral_holds_no_place(self) -> None:
        closed = Referral.objects.filter(closed_at__isnull=False).values_list("pk", flat=True)
        assert not Booking.objects.filter(referral_id__in=list(closed), state__in=["held", "booked"]).exists()


def walk(world: World, clock: Frozen, examples: int, steps: int) -> None:
    machine = type("Walk", (Walk,), {"world": world, "clock": clock})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_a_walk_over_the_table_breaks_nothing(world: World, clock: Frozen):
    walk(world, clock, examples=6, steps=14)


@pytest.mark.prove
def test_long_walks_break_nothing(world: World, clock: Frozen):
    walk(world, clock, examples=120, steps=30)
