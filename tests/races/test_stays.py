"""Many hands on the same beds, on real PostgreSQL: no two living stays ever share a bed, a bundle is whole or nothing.

Two guards stand one behind the other: the lock on the resource's row, and the constraint `stays_never_overlap`. Each
negative control takes a guard away (the constraint is dropped in the test's own database and put back) and the same
race must fail.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, OperationalError, connection

from fenji.apps.booking import claim as places
from fenji.apps.booking.errors import SlotTaken
from fenji.apps.booking.models import Booking
from fenji.apps.common.errors import Busy, DomainError
from fenji.apps.common.locks import patience
from fenji.apps.stays import actions, bundles, claim, going_down, handing_over, movements
from fenji.apps.stays.bundles import Bundle, PlaceItem, ResourceItem
from fenji.apps.stays.errors import ResourceTaken, Unanswerable
from fenji.apps.stays.models import Movement, Proposal, Resource, Stay
from fenji.apps.stays.policies import Footing, Span, Wanted
from fenji.kernel.roles import Role
from fenji.kernel.stays import Event, ResourceKind
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import DAY, HOUR, NOW, SPAN, WOMAN, lying, picture, tell
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
COUNTS = [pytest.param(12, 3, id="few"), pytest.param(60, 20, id="full", marks=pytest.mark.prove)]
OVERLAPS = """SELECT count(*) FROM stays_stay a JOIN stays_stay b ON a.resource_id = b.resource_id AND a.id < b.id
    WHERE a.state IN ('held', 'reserved', 'occupied', 'cleaning', 'blocked')
    AND b.state IN ('held', 'reserved', 'occupied', 'cleaning', 'blocked')
    AND tstzrange(a.from_at, a.until_at) && tstzrange(b.from_at, b.until_at)"""


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "PATIENCE", 60)
    monkeypatch.setattr(places, "PATIENCE", 60)


def overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return int(cursor.fetchone()[0])


@contextmanager
def without_constraint() -> Iterator[None]:
    """The database without its last line of defence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'stays_never_overlap'")
        definition = cursor.fetchone()[0]
        cursor.execute("ALTER TABLE stays_stay DROP CONSTRAINT stays_never_overlap")
        try:
            yield
        finally:
            cursor.execute("DELETE FROM stays_stay")
            cursor.execute(f"ALTER TABLE stays_stay ADD CONSTRAINT stays_never_overlap {definition}")


def is_caught(race: Callable[[], None], rounds: int = 8) -> bool:
    for _ in range(rounds):
        try:
            race()
        except (AssertionError, IntegrityError):
            return True
    return False


def take(what: Wanted | int, who: UUID, span: Span = SPAN) -> Callable[[], Stay]:
    return lambda: actions.reserve(
        what, span, person=WOMAN, footing=Footing.PLATFORM, by=None, at=NOW, resident_id=who
    )  # fmt: skip


def people(count: int) -> list[UUID]:
    return [clinic.resident() for _ in range(count)]


# --- one bed, overlapping spans


def race_for_one_bed(clients: int) -> None:
    bed = ward.beds(ward.department(), 1)[0]
    spans = [Span(NOW + number % 3 * HOUR, NOW + 2 * DAY + number * HOUR) for number in range(clients)]
    outcomes = together([take(bed.pk, who, span) for who, span in zip(people(clients), spans, strict=True)])
    won = [one for one in outcomes if isinstance(one, Stay)]
    assert len(won) == 1, outcomes
    assert all(isinstance(one, ResourceTaken) for one in outcomes if one not in won), outcomes
    assert overlaps() == 0


@pytest.mark.parametrize(("clients", "rounds"), COUNTS)
def test_one_bed_goes_to_exactly_one_of_many(clients: int, rounds: int) -> None:
    for _ in range(rounds):
        race_for_one_bed(clients)


def test_the_lock_alone_keeps_them_apart() -> None:
    with without_constraint():
        race_for_one_bed(12)


def test_the_constraint_alone_keeps_them_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    _unlock(monkeypatch)
    for _ in range(3):
        race_for_one_bed(12)


def test_that_race_notices_a_bed_without_either_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    _unlock(monkeypatch)
    with without_constraint():
        assert is_caught(lambda: race_for_one_bed(12))


def _unlock(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(ids: Any) -> dict[int, Resource]:
        return {row.pk: row for row in Resource.objects.select_related("ward").filter(pk__in=ids)}

    for module in (actions, bundles):
        monkeypatch.setattr(module, "lock_these", unlocked)


# --- any bed of a ward


def race_for_any(clients: int, beds: int) -> None:
    made = ward.beds(ward.department(), beds)
    wanted = Wanted(SPAN, ward_ids=(made[0].ward_id,))
    outcomes = together([take(wanted, who) for who in people(clients)])
    won = [one for one in outcomes if isinstance(one, Stay)]
    assert len(won) == min(clients, beds), outcomes
    assert len({one.resource_id for one in won}) == len(won)
    assert all(isinstance(one, ResourceTaken) for one in outcomes if one not in won), outcomes
    assert overlaps() == 0


@pytest.mark.parametrize(("clients", "rounds"), COUNTS)
def test_every_bed_is_given_away_once_and_none_is_left(clients: int, rounds: int) -> None:
    for _ in range(rounds):
        race_for_any(clients, clients // 2)


def test_that_race_notices_a_look_that_is_not_repeated_after_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_first(wanted: Wanted, person: Any, footing: Any, *, at: Any) -> Resource | None:
        number = claim._first(wanted, person, footing, [], at, lock="")
        return None if number is None else Resource.objects.select_related("ward").get(pk=number)

    monkeypatch.setattr(actions, "lock_any", looked_first)
    assert is_caught(lambda: race_for_any(12, 6))


# --- bundles that cross


def race_of_bundles(clients: int) -> None:
    where = ward.department()
    first, second = ward.beds(where, 2, kind=ResourceKind.THEATRE)
    one, other = (clinic.places(clinic.session(where, places=1))[0] for _ in range(2))
    span = Span(NOW + DAY, NOW + DAY + HOUR)
    things = [PlaceItem(one.pk), PlaceItem(other.pk), ResourceItem(first.pk, span), ResourceItem(second.pk, span)]
    # Each bundle wants two of the four, named in another order: neighbours share one, and they share in a circle.
    wishes = [[things[number % 4], things[(number + 1) % 4]][:: 1 if number % 2 else -1] for number in range(clients)]
    outcomes = together([_bundle(wish, who) for wish, who in zip(wishes, people(clients), strict=True)])
    won = [made for made in outcomes if isinstance(made, Bundle)]
    lost = [made for made in outcomes if not isinstance(made, Bundle)]
    assert all(isinstance(made, (ResourceTaken, SlotTaken)) for made in lost), lost
    assert won, outcomes
    booked, stays = sum(len(made.bookings) for made in won), sum(len(made.stays) for made in won)
    assert Booking.objects.filter(department=where).count() == booked  # who lost left nothing behind
    assert Stay.objects.filter(institution_id=where.institution_id).count() == stays
    assert booked + stays == 2 * len(won)
    assert overlaps() == 0


def _bundle(wish: list[PlaceItem | ResourceItem], who: UUID) -> Callable[[], Bundle]:
    def act() -> Bundle:
        with patience():
            return bundles.take(wish, resident_id=who, person=WOMAN, footing=Footing.PLATFORM, by=None, at=NOW)

    return act


@pytest.mark.parametrize(("clients", "rounds"), COUNTS)
def test_crossing_bundles_are_whole_or_nothing_and_nobody_waits_in_a_circle(clients: int, rounds: int) -> None:
    for _ in range(rounds):
        race_of_bundles(clients)


def test_two_that_name_resources_in_different_orders_deadlock_without_the_order() -> None:
    """The control of the order of locks: locked one after the other as they were named, two wait for each other."""
    first, second = ward.beds(ward.department(), 2)
    with pytest.raises((Busy, OperationalError)):
        _lock_crosswise(first, second, in_order=False)
    _lock_crosswise(first, second, in_order=True)


def _lock_crosswise(first: Resource, second: Resource, *, in_order: bool) -> None:
    barrier = threading.Barrier(2)

    def locks(*ids: int) -> Callable[[], None]:
        def act() -> None:
            with patience():
                if in_order:
                    claim.lock_these(ids)
                    return
                for number in ids:
                    claim.lock_these([number])
                    if number == ids[0]:
                        barrier.wait(10)

        return act

    for outcome in together([locks(first.pk, second.pk), locks(second.pk, first.pk)]):
        if isinstance(outcome, Exception):
            raise outcome


# --- messages and reservations at once


def race_of_messages(hands: int) -> None:
    """Everything told of two patients, by many hands at once and twice over, while others reserve the same beds."""
    where = ward.department()
    beds, house = ward.beds(where, 3), where.institution_id
    said = [
        ("1", Event.ADMIT, -30, "A", "b1"), ("2", Event.TRANSFER, -20, "A", "b2"), ("3", Event.DISCHARGE, -10, "A", ""),
        ("4", Event.ADMIT, -8, "B", "b2"), ("5", Event.TRANSFER, -4, "B", "b3"),
    ]  # fmt: skip
    acts = [lambda one=one: _tell(house, *one) for one in said * 2]
    acts += [take(beds[number % 3].pk, who) for number, who in enumerate(people(hands))]
    outcomes = together(acts)
    assert all(isinstance(one, DomainError) for one in outcomes if isinstance(one, Exception)), outcomes
    for one in said:  # who was told Busy tells again
        _tell(house, *one)
    assert Movement.objects.filter(institution_id=house).count() == len(said)
    assert lying(house) == {"b3": "B"}
    assert [row[:3] for row in picture(house) if row[1] == "left"] == [
        ("b1", "left", "A"), ("b2", "left", "A"), ("b2", "left", "B"),
    ]  # fmt: skip
    assert overlaps() == 0


def _tell(house: int, number: str, event: Event, hours: float, episode: str, bed: str) -> object:
    with patience():
        return tell(house, number, event, NOW + timedelta(hours=hours), episode, bed)


@pytest.mark.parametrize(
    ("hands", "rounds"), [pytest.param(4, 2, id="few"), pytest.param(20, 20, marks=pytest.mark.prove)]
)
def test_messages_told_by_many_hands_have_one_effect(hands: int, rounds: int) -> None:
    for _ in range(rounds):
        race_of_messages(hands)


def test_that_race_notices_a_house_whose_messages_do_not_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from fenji.apps.stays.models import Feed

    monkeypatch.setattr(
        movements, "word_from", lambda house, *, by_messages, at: Feed(institution_id=house, last_at=at)
    )  # fmt: skip
    assert is_caught(lambda: race_of_messages(4))


# --- a promise and its taking back


def race_to_take_back(hands: int) -> None:
    bed = ward.beds(ward.department(), 1)[0]
    back = lambda: handing_over.take_back([bed.pk], from_at=NOW, by=None, at=NOW)  # noqa: E731
    outcomes = together([*[take(bed.pk, who) for who in people(hands)], *[back] * hands])
    assert all(isinstance(one, (int, Stay, DomainError)) for one in outcomes), outcomes
    is_platforms = bool(handing_over.handed_over_at([bed.pk], NOW))
    assert Stay.objects.filter(resource=bed).exists() is is_platforms, outcomes  # promised or taken back, never both


@pytest.mark.parametrize(("hands", "rounds"), COUNTS)
def test_a_bed_is_promised_or_taken_back_but_never_both(hands: int, rounds: int) -> None:
    for _ in range(rounds):
        race_to_take_back(max(2, hands // 4))


def test_that_race_notices_a_taking_back_that_does_not_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    _unlock(monkeypatch)
    monkeypatch.setattr(handing_over, "lock_these", actions.lock_these)
    filtered = handing_over.HandOver.objects.filter

    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.02)  # the look and the write lie a moment apart, as under load
        return filtered(*args, **kwargs)

    monkeypatch.setattr(handing_over.HandOver.objects, "filter", slow)
    assert is_caught(lambda: race_to_take_back(4), rounds=20)


# --- one answer to one proposal


def race_of_answers(hands: int) -> None:
    house = ward.department()
    ward.beds(house, 1)
    who = clinic.resident()
    tell(house.institution_id, "1", Event.ADMIT, NOW - 9 * DAY, "A", "b1", resident_id=who, diagnosis_code="I10")
    going_down.propose(at=NOW)
    proposal, doctors = (
        Proposal.objects.get(institution_id=house.institution_id),
        [clinic.keeper(house, Role.PHYSICIAN) for _ in range(hands)],
    )
    outcomes = together([
        lambda by=by: going_down.decline(proposal.pk, "not_stable", "", by=by, at=NOW) for by in doctors
    ])  # fmt: skip
    assert sum(isinstance(one, Proposal) for one in outcomes) == 1, outcomes
    assert all(isinstance(one, (Proposal, Unanswerable)) for one in outcomes), outcomes


def test_one_proposal_has_one_answer() -> None:
    for _ in range(3):
        race_of_answers(6)


def test_that_race_notices_an_answer_without_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(proposal_id: UUID) -> Proposal:
        found = Proposal.objects.get(pk=proposal_id)
        if found.state != "open":
            raise Unanswerable
        return found

    monkeypatch.setattr(going_down, "lock", unlocked)
    assert is_caught(lambda: race_of_answers(6))
