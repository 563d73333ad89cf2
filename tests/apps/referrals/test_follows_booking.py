"""What happens to a booking outside its referral happens to the referral too: it moves, or is left as it was."""

from datetime import timedelta

import pytest

from fenji.apps.booking import actions as booking
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions, tasks
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import State
from tests.apps.referrals.test_loop import go, refer, state
from tests.factories.world import World, make_places


@pytest.fixture
def booked(world: World, clock: Frozen) -> Referral:
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    up = refer(world, place=place.pk)
    go(up, "accept", world.office)
    up.refresh_from_db()
    assert up.booking is not None
    return up


def follow(up: Referral, change: str) -> None:
    """The job, as the worker runs it."""
    tasks.appointment_changed(str(up.pk), str(up.booking_id), change)


def test_who_was_noted_as_arrived_at_the_counter_has_arrived(booked: Referral, world: World, clock: Frozen):
    clock.move_to(booked.booking.place.starts_at)
    booking.mark_arrived(booked.booking_id, by=world.office, at=clock.at)
    follow(booked, "arrived")
    booked.refresh_from_db()
    assert (State(booked.state), booked.arrived_at) == (State.ARRIVED, clock.at)
    assert booked.steps.get(action="arrive").party == "clock"


def test_who_came_after_all_has_arrived(booked: Referral, world: World, clock: Frozen):
    clock.move_to(booked.booking.place.ends_at + timedelta(minutes=1))
    booking.mark_no_show(booked.booking_id, by=world.office, at=clock.at)
    follow(booked, "no_show")
    assert state(booked) is State.NO_SHOW
    booking.mark_arrived(booked.booking_id, by=world.office, at=clock.at)
    follow(booked, "arrived")
    assert state(booked) is State.ARRIVED


def test_told_twice_or_late_it_follows_once(booked: Referral, world: World, clock: Frozen):
    clock.move_to(booked.booking.place.starts_at)
    booking.mark_arrived(booked.booking_id, by=world.office, at=clock.at)
    for _ in range(2):
        follow(booked, "arrived")
    follow(booked, "cancelled")  # an older message that lost its way
    assert state(booked) is State.ARRIVED
    assert booked.steps.filter(action="arrive").count() == 1


def test_a_booking_the_hospital_cancelled_brings_it_back_to_the_office(booked: Referral, world: World, clock: Frozen):
    booking.cancel(booked.booking_id, "设备检修", by=world.office, at=clock.at)
    follow(booked, "cancelled")
    step = booked.steps.get(action="cancel_appointment")
    assert (state(booked), step.reason, step.note) == (State.APPOINTMENT_CANCELLED, "hospital", "设备检修")


def test_a_hold_that_ran_out_leaves_the_referral_waiting(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=40)[0]
    up = refer(world, place=place.pk)
    clock.move_to(up.booking.held_until)
    booking.expire_holds(at=clock.at)
    follow(up, "expired")
    assert state(up) is State.SENT


def test_what_was_closed_meanwhile_is_left_alone(booked: Referral, world: World, clock: Frozen):
    clock.move_to(booked.booking.place.starts_at)
    booking.mark_arrived(booked.booking_id, by=world.office, at=clock.at)
    Referral.objects.filter(pk=booked.pk).update(state=State.CANCELLED, closed_at=clock.at, due_at=None)
    follow(booked, "arrived")
    assert state(booked) is State.CANCELLED


def test_another_booking_than_its_own_moves_nothing(booked: Referral, world: World, clock: Frozen):
    clock.move_to(booked.booking.place.starts_at)
    before = booked.booking_id
    booking.mark_arrived(before, by=world.office, at=clock.at)
    Referral.objects.filter(pk=booked.pk).update(booking=None)
    actions.follow_booking(booked.pk, before, change="arrived", at=clock.at)
    assert state(booked) is State.SCHEDULED


def test_a_booking_moved_twice_before_the_first_was_told_is_still_the_referrals(
    booked: Referral, world: World, clock: Frozen
):
    times = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=5)
    once = booking.move_to(booked.booking_id, place_id=times[0].pk, by=world.office, at=clock.at)
    twice = booking.move_to(once.pk, place_id=times[1].pk, by=world.office, at=clock.at)
    for moved in (once, twice, once):
        tasks.appointment_changed(str(booked.pk), str(moved.pk), "moved")
    booked.refresh_from_db()
    assert (State(booked.state), booked.booking_id) == (State.SCHEDULED, twice.pk)
    assert booked.steps.filter(action="reschedule").count() == 1
