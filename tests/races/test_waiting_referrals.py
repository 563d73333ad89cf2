"""An offer accepted while the office books another time: the referral ends with one appointment, nothing left over."""

from collections.abc import Callable

import pytest

from fenji.apps.booking import waiting
from fenji.apps.booking.models import Booking, Offer, OfferState, Place
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import DomainError
from fenji.apps.referrals import actions
from fenji.apps.referrals.actions import moving
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import BY_ACTION, State
from tests.factories import journey
from tests.factories.world import World, make_places, make_world
from tests.races.test_places import check_everything_agrees
from tests.races.test_referrals import check_history, is_caught
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None, clock: Frozen, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("fenji.apps.common.locks.LOCK_TIMEOUT", "60s")
    return make_world(clock.at)


def offered(world: World, clock: Frozen) -> tuple[Referral, Offer]:
    """A referral on the list, with a place kept for it; another time is free besides."""
    Place.objects.filter(taken_by=None).update(is_open=False)  # of the rounds before
    up = journey.reach(world, State.ACCEPTED)
    actions.wait_for_place(up.pk, by=world.office)
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=1)
    waiting.serve(at=clock.at)
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=1, days_ahead=5)
    return up, Offer.objects.get(state=OfferState.OPEN, entry__referral_id=up.pk)


def follow(up: Referral, offer: Offer, clock: Frozen) -> Callable[[], None]:
    return lambda: actions.follow_booking(up.pk, offer.booking_id, change="booked", at=clock.at)


def check_one_appointment(up: Referral) -> None:
    up.refresh_from_db()
    living = Booking.objects.filter(referral_id=up.pk, state__in=["held", "booked"])
    assert [one.pk for one in living] == [up.booking_id]
    assert State(up.state) is State.SCHEDULED
    check_everything_agrees()
    check_history(up)


def race_of_acceptance(world: World, clock: Frozen) -> None:
    """The resident accepts in the moment in which the office takes another time; the job comes afterwards."""
    up, offer = offered(world, clock)
    outcomes = together([
        lambda: waiting.accept(offer.pk, by=world.patient, at=clock.at),
        journey.move(world, up, BY_ACTION["schedule"]),
    ])  # fmt: skip
    assert all(isinstance(one, Booking | Referral | DomainError) for one in outcomes), outcomes
    offer.refresh_from_db()
    if offer.state == OfferState.ACCEPTED:
        follow(up, offer, clock)()
    check_one_appointment(up)


def race_of_followers(world: World, clock: Frozen) -> None:
    """The job runs several times at once, while the office takes another time."""
    up, offer = offered(world, clock)
    waiting.accept(offer.pk, by=world.patient, at=clock.at)
    job = follow(up, offer, clock)
    outcomes = together([job, job, journey.move(world, up, BY_ACTION["schedule"]), job])
    assert all(one is None or isinstance(one, Referral | DomainError) for one in outcomes), outcomes
    check_one_appointment(up)


@pytest.mark.parametrize("rounds", [2, pytest.param(30, marks=pytest.mark.prove)])
def test_an_offer_accepted_and_another_time_taken_make_one_appointment(
    world: World, clock: Frozen, rounds: int
) -> None:
    for _ in range(rounds):
        race_of_acceptance(world, clock)


@pytest.mark.parametrize("rounds", [2, pytest.param(30, marks=pytest.mark.prove)])
def test_the_job_of_an_accepted_offer_binds_it_once(world: World, clock: Frozen, rounds: int) -> None:
    for _ in range(rounds):
        race_of_followers(world, clock)


def test_that_race_notices_a_job_that_does_not_lock(
    world: World, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving.queries, "lock", lambda referral_id: Referral.objects.get(pk=referral_id))
    assert is_caught(lambda: race_of_followers(world, clock))
