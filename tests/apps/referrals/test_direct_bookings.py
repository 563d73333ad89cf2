"""Appointments without a referral: moved within the clinic, given back, by whom they belong to; reasons in words."""

from datetime import timedelta

import pytest

from fenji.apps.booking.errors import PlacePast, ServesReferral
from fenji.apps.booking.models import Booking, BookingState, Place, Pool
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.referrals.actions import direct
from fenji.kernel.referral import State
from tests.factories import journey
from tests.factories.world import World, make_places, resident_id


@pytest.fixture
def places(world: World, clock: Frozen) -> list[Place]:
    return make_places(world.departments["yx-renmin.cardio"], clock.at, pool=Pool.PUBLIC)


@pytest.fixture
def booked(world: World, clock: Frozen, places: list[Place]) -> Booking:
    return direct.book(resident_id(world), place_id=places[0].pk, by=world.patient, at=clock.at)


def move(booked: Booking, world: World, clock: Frozen, place: Place, by: str = "patient", reason: str = "改时间"):
    return direct.move(booked.pk, place_id=place.pk, reason=reason, by=world.people[by], at=clock.at)


def test_a_resident_takes_another_time_and_the_old_is_free(world: World, clock: Frozen, places, booked: Booking):
    new = move(booked, world, clock, places[2])
    assert (new.place_id, new.replaces_id) == (places[2].pk, booked.pk)
    assert Place.objects.get(pk=places[0].pk).taken_by is None
    assert new.first_contact.code == "elsewhere"  # judged as it was


def test_a_resident_gives_a_time_back(world: World, clock: Frozen, booked: Booking):
    direct.cancel(booked.pk, reason="那天去不了", by=world.patient, at=clock.at)
    booked.refresh_from_db()
    assert (booked.state, booked.ended_reason) == (BookingState.CANCELLED, "那天去不了")


def test_a_resident_stays_in_the_clinic_the_desk_in_the_house(world: World, clock: Frozen, booked: Booking):
    elsewhere = make_places(world.departments["yx-renmin.emergency"], clock.at, pool=Pool.PUBLIC)[0]
    other_house = make_places(world.departments["yx-zhongyi.cardio"], clock.at, pool=Pool.PUBLIC)[0]
    for place, by in ((elsewhere, "patient"), (other_house, "patient"), (other_house, "office")):
        with pytest.raises(Invalid):
            move(booked, world, clock, place, by)
    assert move(booked, world, clock, elsewhere, "office").place_id == elsewhere.pk


def test_once_it_has_begun_a_resident_changes_nothing(world: World, clock: Frozen, places, booked: Booking):
    clock.move_to(places[0].starts_at)
    with pytest.raises(PlacePast):
        direct.cancel(booked.pk, reason="那天去不了", by=world.patient, at=clock.at)
    with pytest.raises(PlacePast):
        move(booked, world, clock, places[2])


@pytest.mark.parametrize("reason", ["电话 13812345678", "证件 440811195805010017", "", "字" * 61])
def test_reasons_are_words_without_numbers(world: World, clock: Frozen, places, booked: Booking, reason: str):
    for act in (
        lambda: direct.cancel(booked.pk, reason=reason, by=world.patient, at=clock.at),
        lambda: move(booked, world, clock, places[1], reason=reason),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert list(refused.value.fields) == ["reason"]
    assert Booking.objects.get().state == BookingState.BOOKED


def test_strangers_find_nothing_and_a_referrals_booking_goes_with_its_referral(world: World, clock: Frozen, booked):
    with pytest.raises(NotFound):
        direct.cancel(booked.pk, reason="不去了", by=world.city_office, at=clock.at)
    make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=5)
    up = journey.reach(world, State.SENT)
    journey.step(world, up, "accept")
    up.refresh_from_db()
    with pytest.raises(ServesReferral):
        direct.cancel(up.booking_id, reason="不去了", by=world.patient, at=clock.at)


def test_a_hold_is_judged_and_kept_too(world: World, clock: Frozen, places):
    until = clock.at + timedelta(hours=1)
    made = direct.book(resident_id(world), place_id=places[1].pk, by=world.patient, at=clock.at, held_until=until)
    assert (made.state, made.first_contact.counts) == (BookingState.HELD, False)


def test_who_has_a_place_of_his_own_gets_another_with_his_referral(world: World, clock: Frozen, booked: Booking):
    later = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=5)
    up = journey.reach(world, State.SENT)
    journey.step(world, up, "accept")
    up.refresh_from_db()
    assert (State(up.state), up.booking.place.session_id) == (State.SCHEDULED, later[0].session_id)


def test_where_his_own_place_is_in_the_only_clinic_the_referral_is_accepted_all_the_same(world: World, booked: Booking):
    up = journey.reach(world, State.ACCEPTED)
    assert up.booking is None
