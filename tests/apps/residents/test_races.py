"""Two desks at once, on a real database: one identity makes one resident, two merges against each other make one."""

from collections.abc import Iterator
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Busy
from fenji.apps.residents import actions, queries
from fenji.apps.residents.actions import merging, registration
from fenji.apps.residents.errors import AlreadyMerged, AlreadyRegistered
from fenji.apps.residents.models import Merge, Resident
from tests.apps.residents.conftest import id_number, told
from tests.factories.world import World, make_world
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
DESKS, ROUNDS = 8, 3


@pytest.fixture
def busy_city(transactional_db: None, clock: Frozen) -> World:
    return make_world(clock.at)


def register_everywhere(world: World, serial: int) -> list[Any]:
    number = id_number(serial=serial)
    desks = [world.doctor, world.nurse, world.head, world.office] * (DESKS // 4)
    return together([partial(actions.register, told(id_number=number), by=by) for by in desks])


@pytest.mark.parametrize("serial", range(201, 201 + ROUNDS))
def test_the_same_identity_at_many_desks_is_one_resident(busy_city: World, serial: int) -> None:
    answers = register_everywhere(busy_city, serial)
    winners = [answer for answer in answers if isinstance(answer, Resident)]
    told_whose = [answer.resident_id for answer in answers if isinstance(answer, AlreadyRegistered)]
    assert len(winners) == 1
    assert told_whose == [winners[0].pk] * (DESKS - 1)
    assert Resident.objects.filter(name="李大山").count() == 1


@pytest.fixture
def without_constraint(busy_city: World) -> Iterator[None]:
    """A copy without the guard: the unique index is gone, only the look beforehand is left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('identity_once'::regclass)")
        definition = cursor.fetchone()[0]
        cursor.execute("DROP INDEX identity_once")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM residents_carerelation")
        cursor.execute("DELETE FROM residents_resident WHERE name = '李大山'")
        cursor.execute(definition)


def test_without_the_constraint_the_race_makes_two(
    busy_city: World, without_constraint: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = Barrier(DESKS)
    look = registration._check_unused

    def look_together(resident: Resident) -> None:
        look(resident)
        meet.wait()

    monkeypatch.setattr(registration, "_check_unused", look_together)
    answers = register_everywhere(busy_city, 301)
    assert sum(isinstance(answer, Resident) for answer in answers) == DESKS


def two_rows(world: World) -> tuple[Resident, Resident]:
    unnamed = told(id_kind="unknown", name="", id_number="", phone="")
    return actions.register(unnamed, by=world.head), actions.register(unnamed, by=world.head)


def merge_both_ways(world: World, one: Resident, other: Resident) -> list[Any]:
    def merge(kept: Resident, merged: Resident) -> Merge:
        return actions.merge(kept_id=kept.pk, merged_id=merged.pk, reason="家属到院确认身份", by=world.head)

    return together([partial(merge, one, other), partial(merge, other, one)])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_merges_against_each_other_make_one(busy_city: World, _round: int) -> None:
    one, other = two_rows(busy_city)
    answers = merge_both_ways(busy_city, one, other)
    assert sum(isinstance(answer, Merge) for answer in answers) == 1
    assert sum(isinstance(answer, (AlreadyMerged, Busy)) for answer in answers) == 1
    kept = queries.resolve(one.pk)
    assert kept == queries.resolve(other.pk)
    assert kept.merged_into is None


def test_without_the_lock_two_merges_make_a_circle(busy_city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    meet = Barrier(2)

    def look_together(ids: set[Any]) -> list[Resident]:
        rows = list(Resident.objects.filter(pk__in=ids).order_by("id"))  # the same, without FOR UPDATE
        meet.wait()
        return rows

    monkeypatch.setattr(merging, "_lock_all", look_together)
    one, other = two_rows(busy_city)
    answers = merge_both_ways(busy_city, one, other)
    one.refresh_from_db()
    other.refresh_from_db()
    assert sum(isinstance(answer, Merge) for answer in answers) == 2
    assert None not in (one.merged_into, other.merged_into)  # nobody is left to be kept


def test_a_merge_undone_at_two_desks_is_undone_once(busy_city: World) -> None:
    one, other = two_rows(busy_city)
    made = actions.merge(kept_id=one.pk, merged_id=other.pk, reason="家属到院确认身份", by=busy_city.head)

    def undo() -> Merge:
        return actions.unmerge(made.pk, reason="两人同名，合并有误", by=busy_city.head)

    answers = together([undo, undo])
    assert sum(isinstance(answer, Merge) for answer in answers) == 1
    assert queries.resolve(other.pk) == other


def test_an_identity_completed_and_registered_at_once_is_one_persons(busy_city: World) -> None:
    unknown = two_rows(busy_city)[0]
    number = told(id_number=id_number(serial=401))
    answers = together(
        [
            partial(actions.complete_identity, unknown.pk, number, by=busy_city.head),
            partial(actions.register, number, by=busy_city.nurse),
        ]
    )
    assert sum(isinstance(answer, Resident) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyRegistered) for answer in answers) == 1
