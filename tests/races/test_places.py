"""Many hands on the same places, on real PostgreSQL: exactly one gets each place.

Every race is a function that asserts; beside it stands its negative control: the same race on a copy with the guard
removed must fail, else the race would prove nothing. A few rounds by default, full counts with `-m prove`.
"""

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as hour
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from fenji.apps.booking import actions, claim, patterns, placing, queries, sessions
from fenji.apps.booking.errors import BookingEnded, ClinicClosed, HoldExpired, ScheduleRefused, SlotTaken
from fenji.apps.booking.models import Booking, Place, Session
from fenji.apps.booking.policies import Access, Wanted
from fenji.apps.common.errors import Busy
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW
from tests.races.together import aside, together

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = Access({"public": None})
COUNTS = [pytest.param(16, 3, id="few"), pytest.param(100, 20, id="full", marks=pytest.mark.prove)]


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred threads on two cores keep a place locked for seconds; who waits in these races is not told `Busy`."""
    monkeypatch.setattr(claim, "PATIENCE", 60)


def hold(who: UUID, place: Place) -> Callable[[], Booking]:
    return lambda: actions.hold(who, place_id=place.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)


def people(count: int) -> list[UUID]:
    return [clinic.resident() for _ in range(count)]


def check_everything_agrees() -> None:
    """Places and bookings tell the same story: one living booking per taken place, none without."""
    living = Booking.objects.filter(state__in=["held", "booked", "arrived", "no_show"])
    by_place = sorted((booking.place_id, booking.pk, booking.held_until) for booking in living)
    taken = Place.objects.filter(taken_by__isnull=False)
    assert by_place == sorted((place.pk, place.taken_by, place.held_until) for place in taken)


def is_caught(race: Callable[[], None], rounds: int = 8) -> bool:
    """Whether the race fails on the mutant, within some rounds."""
    for _ in range(rounds):
        try:
            race()
        except (AssertionError, IntegrityError):
            return True
    return False


# --- many people, one place


def race_for_one_place(clients: int) -> None:
    place = clinic.places(clinic.session(clinic.department(), places=1))[0]
    outcomes = together([hold(who, place) for who in people(clients)])
    won = [one for one in outcomes if isinstance(one, Booking)]
    assert len(won) == 1
    assert all(isinstance(one, SlotTaken) for one in outcomes if one not in won)
    place.refresh_from_db()
    assert place.taken_by == won[0].pk
    check_everything_agrees()


@pytest.mark.parametrize(("clients", "rounds"), COUNTS)
def test_one_place_goes_to_exactly_one_of_many(clients: int, rounds: int) -> None:
    for _ in range(rounds):
        race_for_one_place(clients)


def test_the_race_for_one_place_notices_a_claim_that_does_not_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "LOCK", "")
    assert is_caught(lambda: race_for_one_place(8))


def test_the_race_for_one_place_notices_read_then_write(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_then_write(*, booking_id: UUID, place_id: int, held_until: Any, **_: Any) -> Place | None:
        place = Place.objects.get(pk=place_id)
        if place.taken_by is not None:
            return None
        place.taken_by, place.held_until = booking_id, held_until
        place.save()
        return place

    monkeypatch.setattr(placing, "claim_place", read_then_write)
    assert is_caught(lambda: race_for_one_place(8))


# --- many people, many places


def race_for_many_places(clients: int, places: int) -> None:
    where = clinic.department()
    clinic.session(where, places=places)
    wanted = Wanted((where.pk,), NOW, NOW + 7 * DAY)
    outcomes = together([
        lambda who=who: actions.book(who, wanted=wanted, by=None, at=NOW, access=PUBLIC) for who in people(clients)
    ])  # fmt: skip
    won = [one for one in outcomes if isinstance(one, Booking)]
    assert len(won) == places
    assert len({booking.place_id for booking in won}) == places
    assert all(isinstance(one, SlotTaken) for one in outcomes if one not in won)
    check_everything_agrees()


@pytest.mark.parametrize(
    ("clients", "places", "rounds"),
    [pytest.param(40, 20, 1, id="few"), pytest.param(120, 60, 20, id="full", marks=pytest.mark.prove)],
)
def test_as_many_win_as_there_are_places(clients: int, places: int, rounds: int) -> None:
    for _ in range(rounds):
        race_for_many_places(clients, places)


def test_the_race_for_many_places_notices_a_claim_that_does_not_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "LOCK", "")
    assert is_caught(lambda: race_for_many_places(12, 6))


# --- everything free is locked: wait a little; nothing is free: say so


def race_with_a_claim_taken_back() -> None:
    """The only place is being claimed by someone who then gives up: whoever waits gets it."""
    place = clinic.places(clinic.session(clinic.department(), places=1))[0]
    first, second = people(2)
    waiting = threading.Event()

    def after_a_moment() -> Any:
        waiting.wait(10)
        return hold(second, place)()

    later = aside(after_a_moment)
    with transaction.atomic():
        hold(first, place)()
        waiting.set()
        time.sleep(0.3)
        transaction.set_rollback(True)
    assert isinstance(later.result, Booking)
    check_everything_agrees()


def test_a_locked_place_is_not_reported_as_taken() -> None:
    race_with_a_claim_taken_back()


def test_that_race_notices_a_claim_that_looks_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "_until_unlocked", lambda attempt, is_there: attempt())
    assert is_caught(race_with_a_claim_taken_back)


def test_what_stays_locked_is_busy_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "PATIENCE", 0.1)
    place = clinic.places(clinic.session(clinic.department(), places=1))[0]
    first, second = people(2)
    with transaction.atomic():
        hold(first, place)()
        assert isinstance(aside(hold(second, place)).result, Busy)


# --- a hold runs out while it is confirmed


def race_for_a_lapsing_hold() -> None:
    """Its owner has begun to confirm in time, another claims it right after its end: one of them has it."""
    place = clinic.places(clinic.session(clinic.department(), places=1))[0]
    owner, other = people(2)
    held = hold(owner, place)()
    locked, claimed = threading.Event(), threading.Event()

    def confirm_slowly() -> Booking:
        with transaction.atomic():
            queries.lock(held.pk)
            locked.set()
            claimed.wait(10)
            return actions.confirm(held.pk, by=None, at=NOW + HOUR - timedelta(seconds=1))

    confirming = aside(confirm_slowly)
    locked.wait(10)
    new = actions.book(other, place_id=place.pk, by=None, at=NOW + HOUR, access=PUBLIC)
    claimed.set()
    assert isinstance(confirming.result, HoldExpired)
    place.refresh_from_db()
    assert place.taken_by == new.pk
    actions.expire_holds(at=NOW + HOUR)  # the row was locked when the hold was overwritten
    check_everything_agrees()


def race_for_an_expired_hold(claimants: int) -> None:
    """Owner and many others at the same instant, the owner in time and the others after its end."""
    place = clinic.places(clinic.session(clinic.department(), places=1))[0]
    owner, *others = people(claimants)
    held = hold(owner, place)()
    acts: list[Callable[[], Any]] = [
        lambda who=who: actions.book(who, place_id=place.pk, by=None, at=NOW + HOUR, access=PUBLIC) for who in others
    ]
    acts.append(lambda: actions.confirm(held.pk, by=None, at=NOW + HOUR - timedelta(seconds=1)))
    outcomes = together(acts)
    won = [one for one in outcomes if isinstance(one, Booking)]
    assert len(won) == 1
    assert all(isinstance(one, SlotTaken | HoldExpired | BookingEnded) for one in outcomes if one not in won)
    actions.expire_holds(at=NOW + HOUR)
    check_everything_agrees()


@pytest.mark.parametrize(("claimants", "rounds"), COUNTS)
def test_an_expired_hold_goes_to_one_alone(claimants: int, rounds: int) -> None:
    race_for_a_lapsing_hold()
    for _ in range(rounds):
        race_for_an_expired_hold(claimants)


def test_the_expiry_race_notices_a_confirmation_that_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        claim, "CHANGE", "UPDATE booking_place SET taken_by = %(taken_by)s, held_until = %(held_until)s"
        " WHERE id = %(place)s RETURNING id",
    )  # fmt: skip
    assert is_caught(race_for_a_lapsing_hold, rounds=1)


# --- many move to one place


def race_to_move(movers: int) -> None:
    where = clinic.department()
    aim = clinic.places(clinic.session(where, TOMORROW + DAY, places=1))[0]
    own = clinic.places(clinic.session(where, TOMORROW, places=movers))
    old = [hold(who, place)() for who, place in zip(people(movers), own, strict=True)]
    outcomes = together([
        lambda one=one: actions.move_to(one.pk, place_id=aim.pk, by=None, at=NOW, access=PUBLIC) for one in old
    ])  # fmt: skip
    won = [one for one in outcomes if isinstance(one, Booking)]
    assert len(won) == 1
    assert all(isinstance(one, SlotTaken) for one in outcomes if one not in won)
    assert Booking.objects.filter(state="held", session=own[0].session).count() == movers - 1
    check_everything_agrees()


@pytest.mark.parametrize(("movers", "rounds"), COUNTS)
def test_of_many_who_move_to_one_place_one_moves_and_the_others_keep_theirs(movers: int, rounds: int) -> None:
    for _ in range(rounds):
        race_to_move(movers)


def test_the_moving_race_notices_a_claim_that_does_not_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "LOCK", "")
    assert is_caught(lambda: race_to_move(8))


def test_two_who_want_each_others_place_both_keep_their_own() -> None:
    where = clinic.department()
    one, two = clinic.places(clinic.session(where, TOMORROW, places=2))
    first, second = (hold(who, place)() for who, place in zip(people(2), (one, two), strict=True))
    outcomes = together([
        lambda: actions.move_to(first.pk, place_id=two.pk, by=None, at=NOW, access=PUBLIC),
        lambda: actions.move_to(second.pk, place_id=one.pk, by=None, at=NOW, access=PUBLIC),
    ])  # fmt: skip
    assert all(isinstance(one, SlotTaken) for one in outcomes)
    check_everything_agrees()


# --- one booking, two hands


def race_on_one_booking() -> None:
    """Cancel against confirm, and cancel against arrive: whoever is second sees what the first did."""
    one, two = clinic.places(clinic.session(clinic.department(), places=2))
    held = hold(clinic.resident(), one)()
    booked = actions.book(clinic.resident(), place_id=two.pk, by=None, at=NOW, access=PUBLIC)
    outcomes = together([
        lambda: actions.cancel(held.pk, "不去了", by=None, at=NOW),
        lambda: actions.confirm(held.pk, by=None, at=NOW),
        lambda: actions.cancel(booked.pk, "不去了", by=None, at=TOMORROW),
        lambda: actions.mark_arrived(booked.pk, by=None, at=TOMORROW),
    ])  # fmt: skip
    assert isinstance(outcomes[0], Booking)
    held.refresh_from_db()
    assert held.state == "cancelled"
    assert sum(isinstance(one, Booking) for one in outcomes[2:]) == 1
    assert sum(isinstance(one, BookingEnded) for one in outcomes[2:]) == 1
    check_everything_agrees()


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.prove)])
def test_two_hands_on_one_booking_act_one_after_the_other(rounds: int) -> None:
    for _ in range(rounds):
        race_on_one_booking()


def test_that_race_notices_a_booking_that_is_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(booking_id: UUID) -> Booking:
        booking = Booking.objects.select_related("place").get(pk=booking_id)
        time.sleep(0.03)  # as long as a slow line takes
        return booking

    monkeypatch.setattr(queries, "lock", read)
    assert is_caught(race_on_one_booking)


# --- a clinic closes while people book


def race_with_closing(clients: int) -> None:
    where = clinic.department()
    closing = clinic.session(where, TOMORROW, places=clients)
    clinic.session(where, TOMORROW + DAY, places=clients // 2)
    places, by = clinic.places(closing), clinic.keeper(where)
    outcomes = together([
        *(hold(who, place) for who, place in zip(people(clients), places, strict=True)),
        lambda: sessions.close_session(closing.pk, "设备故障", by=by, at=NOW),
    ])  # fmt: skip
    *held, moved = outcomes
    won = [one for one in held if isinstance(one, Booking)]
    assert all(isinstance(one, ClinicClosed) for one in held if one not in won)
    assert {one.booking.pk for one in moved} == {one.pk for one in won}
    check_nobody_waits_in(closing)
    check_everything_agrees()


def race_with_a_booking_under_way() -> None:
    """Somebody has claimed a place and not committed when the clinic is closed."""
    closing = clinic.session(clinic.department(), TOMORROW, places=2)
    place, by, who = clinic.places(closing)[0], clinic.keeper(closing.institution), clinic.resident()
    with transaction.atomic():
        hold(who, place)()
        closed = aside(lambda: sessions.close_session(closing.pk, "设备故障", by=by, at=NOW))
        time.sleep(0.3)
    assert len(closed.result) == 1
    check_nobody_waits_in(closing)
    check_everything_agrees()


def check_nobody_waits_in(closed: Session) -> None:
    assert not Booking.objects.filter(session=closed, state__in=["held", "booked"]).exists()


@pytest.mark.parametrize(("clients", "rounds"), COUNTS)
def test_nobody_stays_booked_in_a_clinic_that_closes(clients: int, rounds: int) -> None:
    race_with_a_booking_under_way()
    for _ in range(rounds):
        race_with_closing(clients)


def test_the_closing_race_notices_a_list_made_before_the_places_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = sessions._living, set[int]()

    def only_before(session: Session) -> dict[UUID, Booking]:
        if session.pk in seen:
            return {}
        seen.add(session.pk)
        return real(session)

    monkeypatch.setattr(sessions, "_living", only_before)
    assert is_caught(race_with_a_booking_under_way, rounds=1)


# --- one physician, two patterns


def race_for_one_physician() -> None:
    who = clinic.doctor()
    forms = [
        patterns.ScheduleForm(clinic.department().pk, 0, hour(8), hour(12), 10, date(2026, 1, 1), physician_id=who.pk)
        for _ in range(4)
    ]
    outcomes = together([lambda form=form: patterns.set_schedule(form, by=None, at=NOW) for form in forms])
    assert sum(isinstance(one, ScheduleRefused) for one in outcomes) == 3


def test_a_physician_is_not_entered_at_two_places_at_once() -> None:
    race_for_one_physician()


def test_that_race_notices_entries_that_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    real = patterns._check_physician_is_free

    def look_and_linger(form: patterns.ScheduleForm) -> None:
        real(form)
        time.sleep(0.05)

    monkeypatch.setattr(patterns, "_check_physician_is_free", look_and_linger)
    race_for_one_physician()  # lingering alone does no harm while the lock is there
    monkeypatch.setattr(patterns, "_one_at_a_time", lambda physician_id: None)
    assert is_caught(race_for_one_physician)
