"""The demonstration's waiting lists: full clinics, people in order, offers open, and life going on by itself."""

from datetime import timedelta

import pytest

from fenji.apps.booking.fairness import departments_with_lists, served
from fenji.apps.booking.models import Booking, Offer, Place, Schedule, WaitingEntry
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions
from fenji.config import demonstration_waiting
from tests.apps.booking.clinic import session
from tests.factories.world import World, make_resident, make_world, resident_id

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def world(db: None, clock: Frozen, monkeypatch: pytest.MonkeyPatch) -> World:
    world = make_world(clock.at)
    monkeypatch.setattr(demonstration_waiting, "COUNTY", world.county.code)
    monkeypatch.setattr(demonstration_waiting, "CITY", world.city.code)
    monkeypatch.setattr(demonstration_waiting, "HOUSES", (world.county.code, world.city.code))
    monkeypatch.setattr(demonstration_waiting, "UNIT", "cardio")
    monkeypatch.setattr(demonstration_waiting, "story_resident", lambda: world.resident)
    for number in range(60):
        make_resident(clock.at, name=f"居民{number}")
    return world


def fill() -> int:
    return demonstration_waiting.fill_lists(lambda done, of: None)


def test_two_full_clinics_with_people_in_order_and_offers_to_answer(world: World, clock: Frozen) -> None:
    assert fill() == 2 * 4 + 1
    assert fill() == 0
    assert [departments_with_lists(house.pk)[0].code for house in (world.county, world.city)] == ["cardio", "cardio"]
    assert not Place.objects.filter(taken_by=None, is_open=True).exists()
    (own,) = WaitingEntry.objects.filter(resident=world.resident)
    assert own.state == "offered"
    first, second = served(own.department_id, clock.at - 2 * HOUR, clock.at + HOUR)
    assert [first.offer.entry.urgency, second.offer.entry] == ["urgent", own]
    assert "期限" in str(second.passed[0][1])


def test_who_waits_is_offered_nothing_of_the_physicians_other_clinics(world: World, clock: Frozen) -> None:
    where = world.departments["yx-renmin.cardio"]
    Schedule.objects.create(
        department=where, physician=world.physician, line="expert", weekday=0, starts="14:00", ends="17:00",
        place_minutes=15, valid_from=clock.at.date(),
    )  # fmt: skip
    session(where, clock.at + timedelta(days=5), line="expert", physician=world.physician)
    fill()
    assert set(Offer.objects.filter(place__department=where).values_list("place__session__line")) == {("specialist",)}
    assert Offer.objects.filter(place__department=where).count() == 2


def test_a_referral_without_a_place_waits_with_them(world: World, clock: Frozen) -> None:
    sent = actions.refer(resident_id(world), world.form(), by=world.doctor, institution_id=world.township.pk)
    assert fill() == 2 * 4 + 2
    assert WaitingEntry.objects.get(referral_id=sent.pk).department.institution == world.county


def test_left_alone_for_days_the_lists_move_and_never_run_dry(world: World, clock: Frozen) -> None:
    fill()
    before = set(Offer.objects.values_list("pk", flat=True))
    for _ in range(30):
        demonstration_waiting.pass_an_hour(at=clock.advance(2 * HOUR))
    assert Offer.objects.exclude(pk__in=before).count() > 3
    assert Booking.objects.filter(state="booked", offers__state="accepted").exists()
    for house in (world.county, world.city):
        assert departments_with_lists(house.pk)[0].waiting >= 3
    assert Offer.objects.get(entry__resident=world.resident, pk__in=before).state != "accepted"  # whoever plays answers


def test_at_night_and_twice_in_an_hour_nothing_more_happens(world: World, clock: Frozen) -> None:
    fill()
    assert demonstration_waiting.pass_an_hour(at=clock.at + 12 * HOUR) == 0  # ten in the evening
    noon = clock.at + 2 * HOUR
    demonstration_waiting.pass_an_hour(at=noon)
    assert demonstration_waiting.pass_an_hour(at=noon + timedelta(minutes=10)) == 0
