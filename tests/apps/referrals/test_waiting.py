"""A referral waits for a place: accepted it is booked, unfit it is given back; it leaves the list when it has one."""

import pytest

from fenji.apps.booking import actions as booking
from fenji.apps.booking import fairness, waiting
from fenji.apps.booking.models import Booking, Offer, OfferState, WaitingEntry
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions, tasks
from fenji.apps.referrals.errors import MoveNotPossible, NotYourMove, ReferralNotFound
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import State
from tests.apps.referrals.test_loop import go, refer, state
from tests.factories.world import World, make_places


@pytest.fixture
def waits(world: World) -> Referral:
    """Accepted without a place, and on the list."""
    up = refer(world)
    go(up, "accept", world.office)
    actions.wait_for_place(up.pk, by=world.office)
    return up


def freed(world: World, clock: Frozen, **more: int) -> Offer:
    """A place turned up and was offered."""
    make_places(world.departments["yx-renmin.cardio"], clock.at, **{"count": 1, **more})
    waiting.serve(at=clock.at)
    return Offer.objects.get(state=OfferState.OPEN)


def follow(offer: Offer) -> None:
    """The job, as the worker runs it."""
    tasks.appointment_changed(str(offer.entry.referral_id), str(offer.booking_id), "booked")


def test_an_accepted_offer_is_the_referrals_appointment(waits: Referral, world: World, clock: Frozen) -> None:
    offer = freed(world, clock)
    waiting.accept(offer.pk, by=world.patient, at=clock.at)
    for _twice in range(2):
        follow(offer)
    waits.refresh_from_db()
    assert (State(waits.state), waits.booking_id, waits.department_id) == (
        State.SCHEDULED, offer.booking_id, offer.place.department_id,
    )  # fmt: skip
    assert waits.steps.filter(action="schedule").get().party == "clock"
    assert Booking.objects.get().state == "booked"


def test_a_place_accepted_before_the_answer_is_kept_until_the_answer(world: World, clock: Frozen) -> None:
    up = refer(world)
    actions.wait_for_place(up.pk, by=world.doctor)
    offer = freed(world, clock)
    waiting.accept(offer.pk, by=world.doctor, at=clock.at)
    follow(offer)
    assert state(up) is State.SENT
    go(up, "accept", world.office)
    up.refresh_from_db()
    assert (State(up.state), up.booking_id) == (State.SCHEDULED, offer.booking_id)


def test_what_has_another_appointment_gives_the_place_back(waits: Referral, world: World, clock: Frozen) -> None:
    offer = freed(world, clock)
    waiting.accept(offer.pk, by=world.patient, at=clock.at)
    other = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=5)[0]
    go(waits, "schedule", world.office, place=other.pk)
    follow(offer)
    waits.refresh_from_db()
    assert (State(waits.state), waits.booking.place_id) == (State.SCHEDULED, other.pk)
    assert Booking.objects.get(pk=offer.booking_id).state == "cancelled"


def test_a_referral_that_ended_takes_no_place(waits: Referral, world: World, clock: Frozen) -> None:
    offer = freed(world, clock)
    waiting.accept(offer.pk, by=world.patient, at=clock.at)
    Referral.objects.filter(pk=waits.pk).update(state=State.CANCELLED, closed_at=clock.at, due_at=None)
    follow(offer)
    assert state(waits) is State.CANCELLED
    assert not Booking.objects.filter(state="booked").exists()


def test_an_offer_given_up_before_the_job_ran_changes_nothing(waits: Referral, world: World, clock: Frozen) -> None:
    offer = freed(world, clock)
    made = waiting.accept(offer.pk, by=world.patient, at=clock.at)
    booking.cancel(made.pk, "停诊", by=None, at=clock.at, tell_referral=False)
    follow(offer)
    assert state(waits) is State.ACCEPTED


@pytest.mark.parametrize("action", ["schedule", "arrive", "hand_on", "request_cancellation"])
def test_it_leaves_the_list_when_it_needs_no_place(waits: Referral, world: World, clock: Frozen, action: str) -> None:
    offer = freed(world, clock)
    given: dict[str, object] = {}
    if action == "schedule":
        given["place"] = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=5)[0].pk
    elif action == "hand_on":
        given = {"institution": world.city.code, "reason": "worse"}
    elif action == "request_cancellation":
        given = {"reason": "improved"}
    go(waits, action, world.doctor if action == "request_cancellation" else world.office, **given)
    if action == "request_cancellation":
        assert WaitingEntry.objects.get().state == "offered"  # not yet agreed
        go(waits, "confirm_cancellation", world.office)
    assert WaitingEntry.objects.get().state == "withdrawn"
    offer.refresh_from_db()
    assert (offer.state, offer.booking.state) == ("ended", "cancelled")


def test_who_is_no_party_does_not_see_it_and_the_ward_does_not_queue(world: World, clock: Frozen) -> None:
    up = refer(world)
    with pytest.raises(ReferralNotFound):
        actions.wait_for_place(up.pk, by=world.tcm_office)
    go(up, "accept", world.office)
    with pytest.raises(NotYourMove):
        actions.wait_for_place(up.pk, by=world.physician)
    actions.wait_for_place(up.pk, by=world.patient)
    with pytest.raises(MoveNotPossible):
        actions.wait_for_place(up.pk, by=world.office)
    assert [one.urgency for one in fairness.waiting_for(up.pk)] == ["routine"]


def test_an_emergency_waits_for_nothing(world: World) -> None:
    up = refer(world, urgency="emergency")
    with pytest.raises(MoveNotPossible):
        actions.wait_for_place(up.pk, by=world.doctor)
