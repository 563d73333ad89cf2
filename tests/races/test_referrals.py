"""Many hands on one referral, on real PostgreSQL: one move happens, the others are told, nothing is half-done.

Beside the races stand their negative controls: without the lock, or without the look at the version, they must fail.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError

from fenji.apps.booking import actions as booking_actions
from fenji.apps.booking.models import Booking, Place, Pool
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Busy, DomainError
from fenji.apps.common.idempotency import answer_once
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions, queries
from fenji.apps.referrals.actions import direct, moving
from fenji.apps.referrals.actions.effects import sending
from fenji.apps.referrals.models import CarePlan, FollowUp, Referral, Reply, Step
from fenji.apps.registry import actions as registry_actions
from fenji.apps.registry.models import Institution
from fenji.apps.residents.relations import open_visit
from fenji.kernel.referral import BY_ACTION, MOVES, Move, Party, State
from tests.factories import journey
from tests.factories.policy import decide
from tests.factories.world import World, make_places, make_resident, make_world, resident_id
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [pytest.param(6, 1, id="few"), pytest.param(24, 20, id="full", marks=pytest.mark.prove)]


@pytest.fixture
def world(transactional_db: None, clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On two cores a crowd of threads may wait longer than a person would: here waiting is not `Busy`."""
    monkeypatch.setattr("fenji.apps.common.locks.LOCK_TIMEOUT", "60s")


def check_history(referral: Referral) -> None:
    """Every version has its step, one after the other, each from where the last one ended; each is audited."""
    steps = list(Step.objects.filter(referral=referral).order_by("version"))
    assert [step.version for step in steps] == list(range(1, len(steps) + 1))
    for before, after in pairwise(steps):
        assert after.from_state == before.to_state
    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.version, stored.state) == (steps[-1].version, steps[-1].to_state)
    moves = AuditEvent.objects.filter(subject_id=str(referral.pk), verb__startswith="referral.").exclude(
        verb="referral.read"
    )
    assert moves.count() == len(steps)


def is_caught(race: Callable[[], None], rounds: int = 6) -> bool:
    for _ in range(rounds):
        try:
            race()
        except (AssertionError, IntegrityError, TypeError):  # TypeError: an outcome is an error, not a number
            return True
    return False


# --- the same move by many

RACED = [(state, row) for state in journey.WAYS for row in MOVES if state in row.start and set(row.by) != {Party.CLOCK}]
UP_ONLY = {"take_on"}  # moves of the way down are raced in their own test
BY_CLOCK_ONLY = {"mark_no_show"}  # before its time it is refused


def race_for_one_move(world: World, state: State, row: Move, hands: int) -> None:
    referral = journey.reach(world, state)
    before = Referral.objects.get(pk=referral.pk).version
    if row.action == "acknowledge":
        FollowUp.objects.all().delete()
    outcomes = together([journey.move(world, referral, row)] * hands)
    won = [one for one in outcomes if isinstance(one, Referral)]
    assert len(won) == 1, outcomes
    assert all(isinstance(one, DomainError) for one in outcomes if one not in won), outcomes
    assert won[0].version > before
    check_history(referral)
    assert Referral.objects.filter(parent=referral).count() <= 1
    assert Reply.objects.filter(referral=referral, is_final=True).count() <= 1
    assert CarePlan.objects.filter(referral__parent=referral).count() <= 1


@pytest.mark.parametrize(("state", "row"), [
    pytest.param(state, row, id=f"{state}-{row.action}")
    for state, row in RACED if row.action not in UP_ONLY | BY_CLOCK_ONLY
])  # fmt: skip
def test_of_many_who_make_the_same_move_one_makes_it(world: World, state: State, row: Move) -> None:
    race_for_one_move(world, state, row, hands=4)


@pytest.mark.prove
@pytest.mark.parametrize("round_", range(10))
def test_every_move_many_times(world: World, round_: int) -> None:
    for state, row in RACED:
        if row.action not in UP_ONLY | BY_CLOCK_ONLY:
            Place.objects.update(is_open=False)  # what an earlier race left free would be taken by this one
            race_for_one_move(world, state, row, hands=12)


def test_the_race_notices_a_referral_that_is_not_locked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(referral_id: UUID) -> Referral:
        return Referral.objects.get(pk=referral_id)

    monkeypatch.setattr(moving.queries, "lock", unlocked)
    assert is_caught(lambda: race_for_one_move(world, State.SENT, BY_ACTION["refuse"], hands=8))


def test_the_race_notices_a_version_that_is_not_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "_check_version", lambda referral, version: None)
    assert is_caught(lambda: race_for_one_move(world, State.IN_CARE, BY_ACTION["interim_reply"], hands=8))


# --- different moves against each other


@pytest.mark.parametrize(
    ("state", "one", "other"),
    [
        (State.SENT, "accept", "withdraw"), (State.SENT, "refuse", "accept"), (State.SENT, "hand_on", "withdraw"),
        (State.SCHEDULED, "cancel_appointment", "request_cancellation"),
        (State.SCHEDULED, "arrive", "request_cancellation"),
        (State.CANCELLATION_REQUESTED, "confirm_cancellation", "keep"), (State.IN_CARE, "reply", "return_down"),
        (State.ACCEPTED, "schedule", "request_cancellation"),
    ],
)  # fmt: skip
def test_of_two_moves_that_exclude_each_other_one_happens(world: World, state: State, one: str, other: str) -> None:
    referral = journey.reach(world, state)
    moves = [journey.move(world, referral, BY_ACTION[action]) for action in (one, other)]
    outcomes = together(moves)
    assert sum(isinstance(outcome, Referral) for outcome in outcomes) == 1, outcomes
    check_history(referral)
    check_places_agree()


def check_places_agree() -> None:
    living = Booking.objects.filter(state__in=["held", "booked", "arrived", "no_show"]).values_list("place_id", "pk")
    taken = Place.objects.filter(taken_by__isnull=False).values_list("pk", "taken_by")
    assert sorted(living) == sorted(taken)


@pytest.mark.parametrize(("_hands", "rounds"), ROUNDS)
def test_taking_back_and_the_next_ones_acceptance_do_not_both_happen(world: World, _hands: int, rounds: int) -> None:
    for _ in range(rounds):
        parent = journey.reach(world, State.HANDING_ON)
        child = Referral.objects.get(parent=parent)
        outcomes = together([
            journey.move(world, parent, BY_ACTION["take_back"]), journey.move(world, child, BY_ACTION["accept"]),
        ])  # fmt: skip
        assert sum(isinstance(one, Referral) for one in outcomes) == 1, outcomes
        ends = (State(Referral.objects.get(pk=parent.pk).state), State(Referral.objects.get(pk=child.pk).state))
        assert ends in {(State.ACCEPTED, State.CANCELLED), (State.REFERRED_ONWARD, State.ACCEPTED)}
        check_history(parent)
        check_history(child)


# --- sending


def race_to_send(world: World, senders: int) -> None:
    place = make_places(world.departments["yx-renmin.cardio"], world.at, count=1)[0]
    people = [make_resident(world.at, name=f"居民{number}") for number in range(senders)]
    for one in people:
        _here(world, one.pk)
    before = Referral.objects.count()
    house, form = world.township.pk, world.form(place=place.pk)
    outcomes = together([
        lambda who=one.pk: actions.refer(who, form, by=world.doctor, institution_id=house) for one in people
    ])  # fmt: skip
    won = [one for one in outcomes if isinstance(one, Referral)]
    assert len(won) == 1, outcomes
    assert Referral.objects.count() == before + 1  # who found the place taken left nothing behind
    assert Place.objects.get(pk=place.pk).taken_by == won[0].booking_id
    check_places_agree()


def _here(world: World, resident: UUID) -> None:
    from fenji.apps.residents.models import CareRelationKind
    from fenji.apps.residents.relations import open_relation

    open_relation(
        resident, institution_id=world.township.pk, kind=CareRelationKind.VISIT, cause_kind="visit",
        cause_id=str(resident), at=world.at,
    )  # fmt: skip


@pytest.mark.parametrize(("hands", "rounds"), ROUNDS)
def test_one_place_leaves_with_one_referral(world: World, hands: int, rounds: int) -> None:
    for _ in range(rounds):
        race_to_send(world, hands)


def test_the_sending_race_notices_a_place_that_is_not_claimed_in_one_statement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fenji.apps.booking import placing as booking

    def read_then_write(*, booking_id: UUID, place_id: int, held_until: Any, **_: Any) -> Place | None:
        place = Place.objects.get(pk=place_id)
        if place.taken_by is not None:
            return None
        place.taken_by, place.held_until = booking_id, held_until
        place.save()
        return place

    monkeypatch.setattr(booking, "claim_place", read_then_write)
    assert is_caught(lambda: race_to_send(world, 8))


@pytest.mark.parametrize(("hands", "rounds"), ROUNDS)
def test_the_same_referral_sent_many_times_under_one_key_exists_once(world: World, hands: int, rounds: int) -> None:
    for number in range(rounds):

        def perform() -> tuple[int, Any]:
            made = actions.refer(resident_id(world), world.form(), by=world.doctor, institution_id=world.township.pk)
            return 201, {"number": made.number}

        before, key = Referral.objects.count(), f"key-{number}"
        send = lambda: answer_once(key, actor_id=world.doctor.pk, request={"a": 1}, perform=perform)  # noqa: E731, B023
        outcomes = together([send] * hands)
        assert Referral.objects.count() == before + 1
        answers = [one for one in outcomes if not isinstance(one, Exception)]
        assert len({str(one) for one in answers}) == 1
        assert all(isinstance(one, Busy) for one in outcomes if isinstance(one, Exception))


# --- the clock


def race_of_sweeps(world: World, clock: Frozen, sweepers: int) -> None:
    referral = journey.reach(world, State.SENT)
    clock.move_to(referral.due_at)
    outcomes = together([lambda: actions.escalate_overdue(at=clock.at)] * sweepers)
    assert sorted(outcomes) == [0] * (sweepers - 1) + [1], outcomes
    assert Referral.objects.get(pk=referral.pk).escalation == 1
    assert Step.objects.filter(referral=referral, action="escalate").count() == 1
    assert Notice.objects.filter(cause_id=str(referral.pk), kind="referral.overdue").count() == 1


def test_two_sweeps_tell_one_rung_once(world: World, clock: Frozen) -> None:
    race_of_sweeps(world, clock, 4)


def test_that_race_notices_a_sweep_that_does_not_lock(
    world: World, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import transaction

    from fenji.apps.referrals.actions import clockwork

    monkeypatch.setattr(queries, "lock_if_free", lambda referral_id: Referral.objects.get(pk=referral_id))
    monkeypatch.setattr(clockwork, "_escalated", transaction.atomic(clockwork._escalate))  # what fails is not hidden
    assert is_caught(lambda: race_of_sweeps(world, clock, 6))


# --- the counter notes the arrival, the office does too


def race_for_arrival(world: World, clock: Frozen) -> None:
    up = journey.reach(world, State.SCHEDULED)
    up.refresh_from_db()
    assert up.booking is not None
    Place.objects.filter(pk=up.booking.place_id).update(starts_at=clock.at, ends_at=clock.at + timedelta(minutes=15))
    booking_actions.mark_arrived(up.booking_id, by=world.office, at=clock.at, tell_referral=False)

    def follow() -> None:
        actions.follow_booking(up.pk, up.booking_id, change="arrived", at=clock.at)

    outcomes = together([follow, follow, journey.move(world, up, BY_ACTION["arrive"]), follow])
    assert all(one is None or isinstance(one, Referral | DomainError) for one in outcomes), outcomes
    assert Step.objects.filter(referral=up, action="arrive").count() == 1
    check_history(up)


def test_noted_at_the_counter_and_by_the_office_the_patient_arrives_once(world: World, clock: Frozen) -> None:
    race_for_arrival(world, clock)


def test_the_race_notices_a_follower_that_does_not_lock(
    world: World, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving.queries, "lock", lambda referral_id: Referral.objects.get(pk=referral_id))
    assert is_caught(lambda: race_for_arrival(world, clock))


# --- appointments without a referral


def race_for_another_time(world: World, clock: Frozen) -> None:
    places = make_places(world.departments["yx-renmin.cardio"], clock.at, count=6, pool=Pool.PUBLIC)
    booked = direct.book(resident_id(world), place_id=places[0].pk, by=world.patient, at=clock.at)

    def move_to(place: Place) -> Callable[[], Booking]:
        return lambda: direct.move(booked.pk, place_id=place.pk, reason="改时间", by=world.patient, at=clock.at)

    def cancel() -> Booking:
        return direct.cancel(booked.pk, reason="不去了", by=world.patient, at=clock.at)

    outcomes = together([*map(move_to, places[1:]), cancel])
    won = [one for one in outcomes if isinstance(one, Booking)]
    assert len(won) == 1, outcomes
    assert all(isinstance(one, DomainError) for one in outcomes if one not in won), outcomes
    living = Booking.objects.filter(session=places[0].session, state="booked")
    assert living.count() <= 1
    taken = Place.objects.filter(session=places[0].session, taken_by__isnull=False)
    assert {place.taken_by for place in taken} == set(living.values_list("pk", flat=True))
    assert living.count() == len([one for one in won if one.state == "booked"])


def test_of_many_changes_of_one_appointment_one_holds(world: World, clock: Frozen) -> None:
    race_for_another_time(world, clock)


def test_the_race_notices_a_booking_that_is_not_locked(
    world: World, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fenji.apps.booking import queries as booking_queries

    monkeypatch.setattr("fenji.apps.booking.actions.queries.lock", booking_queries.booking_with_id)
    assert is_caught(lambda: race_for_another_time(world, clock))


def race_for_filing(world: World) -> None:
    up = journey.reach(world, State.ACCEPTED)
    acts = [lambda n=n: actions.record_filing(up.pk, number=f"BA-{n}", by=world.office) for n in range(6)]
    outcomes = together(acts)
    assert sum(isinstance(one, Referral) for one in outcomes) == 1, outcomes
    assert AuditEvent.objects.filter(verb="referral.filing", subject_id=str(up.pk)).count() == 1


def test_a_filing_is_recorded_once(world: World) -> None:
    decide(referral__insurer_step="filing")
    race_for_filing(world)


def test_the_race_notices_a_filing_without_the_lock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(referral__insurer_step="filing")
    monkeypatch.setattr(moving.queries, "lock", lambda referral_id: Referral.objects.get(pk=referral_id))
    assert is_caught(lambda: race_for_filing(world))


# --- a house closes while somebody sends there


def race_with_closing(world: World, clock: Frozen) -> None:
    Institution.objects.filter(pk=world.county_tcm.pk).update(valid_until=None)
    Referral.objects.filter(receiver=world.county_tcm).update(state=State.CANCELLED, closed_at=clock.at, due_at=None)
    people = [make_resident(clock.at, f"居民{number}") for number in range(4)]
    for one in people:
        open_visit(one, institution_id=world.township.pk, at=clock.at)
    form = world.form(institution=world.county_tcm.code)

    def send(number: int) -> Referral:
        house = world.township.pk
        return actions.refer(people[number].pk, form, by=world.doctor, institution_id=house)

    def close() -> Institution:
        return registry_actions.update_institution(world.county_tcm.pk, by=None, valid_until=clock.at.date())

    outcomes = together([lambda: send(0), lambda: send(1), close, lambda: send(2), lambda: send(3)])
    assert all(isinstance(one, Referral | Institution | DomainError) for one in outcomes), outcomes
    is_closed = isinstance(outcomes[2], Institution)
    assert not (is_closed and Referral.objects.filter(receiver=world.county_tcm, closed_at=None).exists()), outcomes


def test_a_house_never_closes_over_a_patient_who_is_being_sent_there(world: World, clock: Frozen) -> None:
    for _ in range(3):
        race_with_closing(world, clock)


def test_the_race_notices_a_sender_that_does_not_look_again(
    world: World, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "is_open", lambda institution_id: sleep(0.2) is None)
    assert is_caught(lambda: race_with_closing(world, clock), rounds=12)
