"""Many referrals want the last time of an examination: one leaves with clinic and time, the others hold nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from fenji.apps.booking import claim, exam_bundle
from fenji.apps.booking.errors import ExaminationTaken
from fenji.apps.booking.models import Booking, ExamItem, ExamOrder, Place
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions
from fenji.apps.referrals.exam_wishes import KEY
from fenji.apps.referrals.models import Referral
from tests.factories.examinations import make_examination
from tests.factories.world import World, make_places, make_world
from tests.races.test_places import check_everything_agrees
from tests.races.test_surgery_ahead import patients
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [pytest.param(4, 2, id="few"), pytest.param(12, 10, id="full", marks=pytest.mark.prove)]


@pytest.fixture
def world(transactional_db: None, clock: Frozen, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("fenji.apps.common.locks.LOCK_TIMEOUT", "60s")
    monkeypatch.setattr(claim, "PATIENCE", 60)
    return make_world(clock.at)


def asks(world: World, patient: Any, place: Place, item: ExamItem) -> Callable[[], Any]:
    form = {**world.form(place=place.pk), KEY: [item.pk]}
    return lambda: actions.refer(patient.pk, form, by=world.doctor, institution_id=world.township.pk)


def race_for_the_last_time(world: World, clients: int) -> None:
    """Each with a clinic's place of his own; there is one time for all."""
    item = make_examination(world, world.at, times=1)
    places = make_places(world.departments["yx-renmin.cardio"], world.at, count=clients)
    crowd = patients(world, clients)
    outcomes = together([asks(world, one, place, item) for one, place in zip(crowd, places, strict=True)])
    won = [one for one in outcomes if isinstance(one, Referral)]
    assert len(won) == 1, outcomes
    assert all(isinstance(one, ExaminationTaken) for one in outcomes if one not in won), outcomes
    assert list(Referral.objects.filter(resident__in=crowd)) == won
    assert [one.referral_id for one in ExamOrder.objects.filter(resident__in=crowd)] == [won[0].pk]
    assert Booking.objects.filter(resident__in=crowd).count() == 2
    assert set(Booking.objects.filter(resident__in=crowd).values_list("resident", flat=True)) == {won[0].resident_id}
    check_everything_agrees()


@pytest.mark.parametrize(("clients", "rounds"), ROUNDS)
def test_one_referral_leaves_with_everything_and_the_others_hold_nothing(
    world: World, clients: int, rounds: int
) -> None:
    for _ in range(rounds):
        race_for_the_last_time(world, clients)


def test_that_race_notices_a_referral_that_leaves_without_its_examination(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_all = exam_bundle.order_all

    def as_far_as_possible(*given: Any, **named: Any) -> list[Booking]:
        try:
            return order_all(*given, **named)
        except ExaminationTaken:
            return []

    monkeypatch.setattr(exam_bundle, "order_all", as_far_as_possible)
    with pytest.raises(AssertionError):
        race_for_the_last_time(world, 3)
    assert Referral.objects.count() == 3  # not for another reason
