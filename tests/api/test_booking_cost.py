"""What one booking over the API costs the database, and that nothing it keeps within a request is kept longer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fenji.apps.accounts import actions as accounts
from fenji.apps.booking.models import Booking, Place, Pool
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent, IdempotencyKey
from fenji.apps.referrals.models import FirstContact
from fenji.apps.registry.models import Membership
from fenji.apps.residents.models import CareRelation
from tests.api.conftest import Answered, Api
from tests.factories.policy import decide
from tests.factories.world import World, make_places, make_resident, resident_id

# Who calls (session with the time and the policy, account, posts), the place; the transaction (2) with its key; the
# resident, who may see him, the claim, what the judgement rests on; booking, audit and judgement written in one; the
# answer kept with the key.
ONE_BOOKING = 13
# Who calls, the place, what else is free, whether the key was answered, whether the hospital's word is fresh.
ONE_REFUSAL = 7


@pytest.fixture
def places(world: World, clock: Frozen) -> list[Place]:
    return make_places(world.departments["yx-renmin.cardio"], clock.at, count=3, pool=Pool.PUBLIC)


def book(caller: Api, world: World, place: Place, key: str, **more: Any) -> Answered:
    return caller.post("bookings", {"resident_id": str(resident_id(world)), "place_id": place.pk}, Idempotency_Key=key)


def test_a_booking_is_few_statements_and_leaves_everything_it_must(
    person: Callable[[str], Api], world: World, places: list[Place]
):
    doctor = person("doctor")
    book(doctor, world, places[0], "warm")
    other = make_resident(world.at, name="莫大年")
    CareRelation.objects.filter(resident_id=resident_id(world)).update(resident=other)
    body = {"resident_id": str(other.pk), "place_id": places[1].pk}
    with CaptureQueriesContext(connection) as asked:
        made = doctor.post("bookings", body, Idempotency_Key="k")
    assert made.status == 201, made.body
    assert len(asked) <= ONE_BOOKING, "\n".join(one["sql"][:150] for one in asked)
    booking = Booking.objects.get(pk=made.body["id"])
    assert (booking.place_id, booking.resident_id, booking.made_by) == (places[1].pk, other.pk, world.doctor)
    assert Place.objects.get(pk=places[1].pk).taken_by == booking.pk
    event = AuditEvent.objects.get(verb="booking.book", subject_id=str(booking.pk))
    assert (event.actor_id, event.resident_id, event.institution_id) == (world.doctor.pk, other.pk, world.county.pk)
    assert event.request_id
    assert made.body["first_contact"]["code"] == FirstContact.objects.get(booking=booking).code
    assert IdempotencyKey.objects.get(key="k").status == 201


def test_a_place_that_is_taken_is_refused_by_a_few_looks_and_nothing_written(
    person: Callable[[str], Api], world: World, places: list[Place]
):
    doctor = person("doctor")
    book(doctor, world, places[0], "first")
    before = AuditEvent.objects.count()
    with CaptureQueriesContext(connection) as asked:
        refused = book(doctor, world, places[0], "second")
    assert (refused.status, refused.body["code"]) == (409, "slot_taken")
    assert [one["id"] for one in refused.body["alternatives"]] == [places[1].pk, places[2].pk]
    assert len(asked) <= ONE_REFUSAL, "\n".join(one["sql"][:150] for one in asked)
    assert not any(one["sql"].startswith(("INSERT", "UPDATE", "SAVEPOINT")) for one in asked)
    assert (AuditEvent.objects.count(), IdempotencyKey.objects.filter(key="second").count()) == (before, 0)


def test_a_repeated_key_is_answered_though_its_own_booking_has_the_place(
    person: Callable[[str], Api], world: World, places: list[Place]
):
    doctor = person("doctor")
    first, again = book(doctor, world, places[0], "k"), book(doctor, world, places[0], "k")
    assert (again.status, again.body) == (first.status, first.body) and first.status == 201
    assert book(doctor, world, places[1], "k").body["code"] == "key_reused"


def test_a_hold_that_ran_out_does_not_refuse(
    person: Callable[[str], Api], world: World, places: list[Place], clock: Frozen
):
    doctor = person("doctor")
    body = {"resident_id": str(resident_id(world)), "place_id": places[0].pk, "mode": "hold"}
    held = doctor.post("bookings", body)
    assert book(doctor, world, places[0], "a").body["code"] == "slot_taken"
    clock.advance(timedelta(days=1))  # past the hold, before the place
    other = make_resident(world.at, name="莫大年")
    CareRelation.objects.filter(resident_id=resident_id(world)).update(resident=other)
    made = person("doctor").post("bookings", {"resident_id": str(other.pk), "place_id": places[0].pk})
    assert (held.status, made.status) == (201, 201)


# --- nothing is kept from one request to the next


def test_a_post_taken_away_is_seen_by_the_next_request(
    person: Callable[[str], Api], world: World, places: list[Place], clock: Frozen
):
    doctor = person("doctor")
    assert book(doctor, world, places[0], "a").status == 201
    Membership.objects.filter(user=world.doctor).update(valid_until=clock.at.date())
    assert book(doctor, world, places[1], "b").status == 404
    assert not Booking.objects.filter(place=places[1]).exists()


def test_an_account_closed_is_seen_by_the_next_request(person: Callable[[str], Api], world: World, places: list[Place]):
    doctor = person("doctor")
    assert book(doctor, world, places[0], "a").status == 201
    accounts.disable(world.doctor.pk, reason="离职", by=None)
    assert book(doctor, world, places[1], "b").status == 401


def test_a_care_relation_closed_is_seen_by_the_next_request(
    person: Callable[[str], Api], world: World, places: list[Place], clock: Frozen
):
    doctor = person("doctor")
    CareRelation.objects.update(until_at=clock.at)
    assert book(doctor, world, places[0], "a").status == 404


def test_a_policy_decided_binds_the_next_request(person: Callable[[str], Api], world: World, places: list[Place]):
    doctor = person("doctor")
    assert book(doctor, world, places[0], "a").body["first_contact"]["rule"] == "guided"
    decide(first_contact__rule="compulsory")
    Booking.objects.all().update(state="cancelled")
    assert book(doctor, world, places[1], "b").body["code"] == "first_contact_required"
