"""A walk through everything that can happen to bookings, compared step by step with a model that is a set of places."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from fenji.apps.booking import actions, free, placing, queries, sessions
from fenji.apps.booking.models import Booking, Place
from fenji.apps.booking.policies import Access, Wanted, state_at
from fenji.apps.common.errors import DomainError
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, NOW, TOMORROW

PUBLIC = Access({"public": None})
WALKS, STEPS = 25, 30  # at most, until the control comes upon what is left out


@dataclass
class Claim:
    """What the model knows of one booking."""

    place: int
    resident: UUID
    state: str
    until: datetime | None


@dataclass
class Model:
    sessions: dict[int, int]  # place → session
    starts: dict[int, datetime]
    at: datetime = NOW
    closed: set[int] = field(default_factory=set)
    claims: dict[UUID, Claim] = field(default_factory=dict)

    def state(self, booking: UUID) -> str:
        claim = self.claims[booking]
        lapsed = claim.state == "held" and claim.until is not None and claim.until <= self.at
        return "expired" if lapsed else claim.state

    def living(self) -> dict[int, UUID]:
        """Place → booking that has it."""
        return {
            claim.place: one
            for one, claim in self.claims.items()
            if self.state(one) in {"held", "booked", "arrived", "no_show"}
        }

    def is_free(self, place: int) -> bool:
        return place not in self.living() and self.sessions[place] not in self.closed and self.starts[place] > self.at

    def is_in(self, resident: UUID, session: int, *, but: UUID | None = None) -> bool:
        return any(
            one != but and claim.resident == resident and self.sessions[claim.place] == session
            and self.state(one) in {"held", "booked", "arrived"}
            for one, claim in self.claims.items()
        )  # fmt: skip


class Bookings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.where = clinic.department()
        self.made = [clinic.session(self.where, TOMORROW + day * DAY, places=2) for day in (0, 1)]
        places = [place for one in self.made for place in clinic.places(one)]
        self.people = [clinic.resident() for _ in range(4)]
        self.model = Model({p.pk: p.session_id for p in places}, {p.pk: p.starts_at for p in places})
        self.by = clinic.keeper(self.where)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def place(self, index: int) -> int:
        return sorted(self.model.starts)[index % len(self.model.starts)]

    def booking(self, index: int) -> UUID:
        return list(self.model.claims)[index % len(self.model.claims)]

    @rule(who=st.integers(0, 3), index=st.integers(0, 3), hours=st.sampled_from([0, 1, 24]))
    def take(self, who: int, index: int, hours: int) -> None:
        model, place, person = self.model, self.place(index), self.people[who]
        until = model.at + timedelta(hours=hours) if hours else None
        may = model.is_free(place) and not model.is_in(person, model.sessions[place])
        try:
            if until:
                made = actions.hold(person, place_id=place, until=until, by=None, at=model.at, access=PUBLIC)
            else:
                made = actions.book(person, place_id=place, by=None, at=model.at, access=PUBLIC)
        except DomainError:
            assert not may
        else:
            assert may
            model.claims[made.pk] = Claim(place, person, "held" if until else "booked", until)

    @rule(who=st.integers(0, 3))
    def take_any(self, who: int) -> None:
        model, person = self.model, self.people[who]
        free = [place for place in sorted(model.starts, key=lambda p: (model.starts[p], p)) if model.is_free(place)]
        wanted = Wanted((self.where.pk,), NOW, NOW + 30 * DAY)
        try:
            made = actions.book(person, wanted=wanted, by=None, at=model.at, access=PUBLIC)
        except DomainError:
            assert not free or model.is_in(person, model.sessions[free[0]])
        else:
            assert made.place_id == free[0]
            model.claims[made.pk] = Claim(made.place_id, person, "booked", None)

    @precondition(lambda self: self.model.claims)
    @rule(index=st.integers(0, 30), act=st.sampled_from(["confirm", "cancel", "arrive", "miss"]))
    def act_on(self, index: int, act: str) -> None:
        model, one = self.model, self.booking(index)
        claim, state = model.claims[one], model.state(one)
        begun = model.at >= model.starts[claim.place]
        today = (model.at + timedelta(hours=8)).date() >= (model.starts[claim.place] + timedelta(hours=8)).date()
        may, then = {
            "confirm": (state in {"held", "booked"}, "booked"),
            "cancel": (state in {"held", "booked", "cancelled"}, "cancelled"),
            "arrive": (state == "arrived" or (state in {"booked", "no_show"} and today), "arrived"),
            "miss": (state == "no_show" or (state == "booked" and begun), "no_show"),
        }[act]
        try:
            if act == "confirm":
                actions.confirm(one, by=None, at=model.at)
            elif act == "cancel":
                actions.cancel(one, "试", by=None, at=model.at)
            elif act == "arrive":
                actions.mark_arrived(one, by=None, at=model.at)
            else:
                actions.mark_no_show(one, by=None, at=model.at)
        except DomainError:
            assert not may
        else:
            assert may
            claim.state, claim.until = then, None

    @precondition(lambda self: self.model.claims)
    @rule(index=st.integers(0, 30), to=st.integers(0, 3))
    def move(self, index: int, to: int) -> None:
        model, one, place = self.model, self.booking(index), self.place(to)
        claim = model.claims[one]
        if claim.place == place:
            return
        may = (
            model.state(one) in {"held", "booked"} and model.is_free(place)
            and not model.is_in(claim.resident, model.sessions[place], but=one)
        )  # fmt: skip
        try:
            made = actions.move_to(one, place_id=place, by=None, at=model.at, access=PUBLIC)
        except DomainError:
            assert not may
        else:
            assert may
            model.claims[made.pk] = Claim(place, claim.resident, claim.state, claim.until)
            claim.state = "cancelled"

    @rule(minutes=st.sampled_from([1, 59, 60, 600, 1400]))
    def time_passes(self, minutes: int) -> None:
        self.model.at += timedelta(minutes=minutes)

    @rule()
    def tidy(self) -> None:
        actions.expire_holds(at=self.model.at)

    @rule(which=st.integers(0, 1))
    def close(self, which: int) -> None:
        model, session = self.model, self.made[which].pk
        affected = {one for one, c in model.claims.items() if model.sessions[c.place] == session}
        affected = {one for one in affected if model.state(one) in {"held", "booked"}}
        moved = sessions.close_session(session, "停电", by=self.by, at=model.at, within=30 * DAY)
        assert {one.booking.pk for one in moved} == affected
        model.closed.add(session)
        for one in moved:
            old = model.claims[one.booking.pk]
            if one.new is not None:
                assert model.is_free(one.new.place_id)
                model.claims[one.new.pk] = Claim(one.new.place_id, old.resident, old.state, old.until)
            old.state, old.until = "cancelled", None

    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        session = self.made[which]
        try:
            sessions.reopen_session(session.pk, by=self.by, at=self.model.at)
        except DomainError:
            assert session.ends_at <= self.model.at
        else:
            self.model.closed.discard(session.pk)

    @invariant()
    def bookings_stand_as_in_the_model(self) -> None:
        at = self.model.at
        found = {one.pk: (one.place_id, state_at(one, at)) for one in Booking.objects.filter(department=self.where)}
        assert found == {one: (claim.place, self.model.state(one)) for one, claim in self.model.claims.items()}

    @invariant()
    def places_are_free_or_taken_as_in_the_model(self) -> None:
        at, living = self.model.at, self.model.living()
        for place in Place.objects.filter(department=self.where):
            has = place.taken_by is not None and (place.held_until is None or place.held_until > at)
            assert (place.taken_by if has else None) == living.get(place.pk)
        listed = queries.free_places([self.where.pk], NOW, NOW + 30 * DAY, access=PUBLIC, at=at)
        assert {place.pk for place in listed} == {place for place in self.model.starts if self.model.is_free(place)}


@pytest.mark.django_db
def test_bookings_behave_as_a_set_of_places() -> None:
    run_state_machine_as_test(
        Bookings,
        settings=settings(
            max_examples=10, stateful_step_count=STEPS, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("forgotten", ["release_place", "tell_end_of_hold"])
@pytest.mark.django_db
def test_the_walk_notices_what_is_left_out(forgotten: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if forgotten == "release_place":
        monkeypatch.setattr(placing, "release_place", lambda **_: True)
    else:
        monkeypatch.setattr(free, "FREE", free.FREE.replace("OR held_until <= %(at)s", ""))
    quick = settings(
        max_examples=WALKS, stateful_step_count=STEPS, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    class Careless(Bookings):
        """A class of its own has walks of its own, the same every time."""

        def teardown(self) -> None:
            super().teardown()

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Careless, settings=quick)


@pytest.mark.prove
@pytest.mark.django_db
def test_bookings_behave_as_a_set_of_places_over_many_walks() -> None:
    run_state_machine_as_test(
        Bookings,
        settings=settings(
            max_examples=1000, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )  # fmt: skip
