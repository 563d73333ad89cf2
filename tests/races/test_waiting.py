"""Many places freed at once and a list of people: each place is offered once, each entry once, and in order."""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from fenji.apps.booking import actions, claim, offering, queries, waiting
from fenji.apps.booking.errors import OfferOver
from fenji.apps.booking.models import Booking, EntryState, Offer, Place, WaitingEntry
from fenji.apps.booking.policies import Access, Wanted
from fenji.apps.common import rulebooks
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW
from tests.races.test_places import check_everything_agrees, is_caught
from tests.races.together import aside, together, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = Access({"public": None})


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "PATIENCE", 60)
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)


def race_to_be_offered(places: int, people: int) -> None:
    """All bookings of a full clinic are cancelled at once while more people wait than there are places."""
    where = clinic.department()
    made = clinic.places(clinic.session(where, TOMORROW + 3 * DAY, places=places))
    taken = [actions.book(clinic.resident(), place_id=one.pk, by=None, at=NOW, access=PUBLIC) for one in made]
    wanted = Wanted((where.pk,), NOW, NOW + 30 * DAY)
    entries = [
        waiting.enter(clinic.resident(), wanted, by=None, at=NOW + timedelta(minutes=number))
        for number in range(people)
    ]  # fmt: skip
    outcomes = together([
        lambda one=one: actions.cancel(one.pk, "不去了", by=None, at=NOW + HOUR) for one in taken
    ])  # fmt: skip
    assert all(isinstance(one, Booking) for one in outcomes), outcomes
    waiting.serve(at=NOW + HOUR)  # the minute's round: for an entry that another round held just then
    offers = list(Offer.objects.filter(state="open", place__department=where))
    assert len({offer.place_id for offer in offers}) == len(offers) == min(places, people)
    assert {offer.entry_id for offer in offers} == {entry.pk for entry in entries[:places]}
    check_everything_agrees()


@pytest.mark.parametrize(
    ("places", "people", "rounds"),
    [pytest.param(6, 9, 2, id="few"), pytest.param(30, 50, 20, id="full", marks=pytest.mark.prove)],
)
def test_freed_places_are_offered_once_each_and_in_order(places: int, people: int, rounds: int) -> None:
    for _ in range(rounds):
        race_to_be_offered(places, people)


def race_of_answer_and_silence(answers: int) -> None:
    """Accepted in the last second by several hands at once while the next round finds it unanswered."""
    where = clinic.department()
    clinic.session(where, TOMORROW + 3 * DAY, places=1)
    wanted = Wanted((where.pk,), NOW, NOW + 30 * DAY)
    first, second = (waiting.enter(clinic.resident(), wanted, by=None, at=NOW) for _ in range(2))
    offer = Offer.objects.get(entry=first)
    acts: list[Callable[[], object]] = [
        lambda: waiting.accept(offer.pk, by=None, at=offer.answer_by - timedelta(seconds=1)) for _ in range(answers)
    ]
    acts.append(lambda: waiting.serve(at=offer.answer_by))
    outcomes = together(acts)
    waiting.serve(at=offer.answer_by)
    offer.refresh_from_db()
    won = [one for one in outcomes[:-1] if isinstance(one, Booking)]
    assert all(isinstance(one, OfferOver) for one in outcomes[:-1] if one not in won)
    place = Place.objects.get(pk=offer.place_id)
    if won:
        assert len(won) == answers
        assert (offer.state, place.taken_by, place.held_until) == ("accepted", offer.booking_id, None)
        assert not Offer.objects.filter(entry=second).exists()
    else:
        assert offer.state == "silent"
        assert place.taken_by == Offer.objects.get(entry=second).booking_id
    check_everything_agrees()


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.prove)])
def test_an_offer_is_answered_or_passed_on_and_never_both(rounds: int) -> None:
    for _ in range(rounds):
        race_of_answer_and_silence(3)


def test_that_race_notices_an_answer_that_does_not_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(booking_id: UUID) -> Booking:
        booking = Booking.objects.select_related("place").get(pk=booking_id)
        time.sleep(0.05)
        return booking

    def confirm_blindly(*, booking_id: UUID, place_id: int, at: object) -> bool:
        return True

    monkeypatch.setattr(queries, "lock", read)
    monkeypatch.setattr(actions, "confirm_place", confirm_blindly)
    assert is_caught(lambda: race_of_answer_and_silence(3))


def race_of_leaving_and_offering() -> None:
    """Somebody leaves the list in the moment in which a place is offered: the offer goes with him, the place on."""
    where = clinic.department()
    wanted = Wanted((where.pk,), NOW, NOW + 30 * DAY)
    first, second = (waiting.enter(clinic.resident(), wanted, by=None, at=at) for at in (NOW - HOUR, NOW))
    clinic.session(where, TOMORROW + 3 * DAY, places=1)
    with transaction.atomic():
        offering.offer_free(where.pk, at=NOW)
        leaving = aside(lambda: waiting.withdraw(first.pk, by=None, at=NOW))
        until_somebody_waits()
    assert leaving.result.state == EntryState.WITHDRAWN
    open_offers = Offer.objects.filter(state="open", place__department=where)
    assert [offer.entry_id for offer in open_offers] == [second.pk]
    check_everything_agrees()


def race_of_leaving_and_serving() -> None:
    """The same with answers and rounds of the list at the same instant, in whatever order they come."""
    where = clinic.department()
    wanted = Wanted((where.pk,), NOW, NOW + 30 * DAY)
    entries = [waiting.enter(clinic.resident(), wanted, by=None, at=NOW) for _ in range(4)]
    clinic.session(where, TOMORROW + 3 * DAY, places=2)
    acts: list[Callable[[], object]] = [lambda one=one: waiting.withdraw(one.pk, by=None, at=NOW) for one in entries]
    acts += [lambda: waiting.serve(at=NOW)] * 2
    outcomes = together(acts)
    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    assert not Offer.objects.filter(state="open", place__department=where).exists()
    assert not Place.objects.filter(department=where).exclude(taken_by=None).exists()
    check_everything_agrees()


def test_who_leaves_while_a_place_is_offered_keeps_none() -> None:
    race_of_leaving_and_offering()


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.prove)])
def test_all_who_leave_at_once_leave_no_offer_open(rounds: int) -> None:
    for _ in range(rounds):
        race_of_leaving_and_serving()


def test_that_race_notices_an_offer_looked_for_before_the_lock_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_once(entry_id: UUID) -> tuple[WaitingEntry, Booking | None]:
        offer = Offer.objects.filter(entry=entry_id, state="open").first()
        booking = queries.lock(offer.booking_id) if offer else None
        return WaitingEntry.objects.select_for_update(no_key=True).get(pk=entry_id), booking

    monkeypatch.setattr(waiting, "_locked", look_once)
    assert is_caught(race_of_leaving_and_offering, rounds=1)


def test_the_database_itself_refuses_a_second_open_offer_of_a_place() -> None:
    where = clinic.department()
    clinic.session(where, TOMORROW + 3 * DAY, places=1)
    waiting.enter(clinic.resident(), Wanted((where.pk,), NOW, NOW + 30 * DAY), by=None, at=NOW)
    offer = Offer.objects.get()
    other = waiting.enter(clinic.resident(), Wanted((where.pk,), NOW, NOW + 30 * DAY), by=None, at=NOW)
    with pytest.raises(IntegrityError):
        Offer.objects.create(entry=other, booking=offer.booking, place=offer.place, made_at=NOW, answer_by=NOW + HOUR)
