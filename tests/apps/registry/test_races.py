"""Two desks fill the same turn of the rota, or give the same post, at the same moment: it happens once."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import DomainError
from fenji.apps.registry import actions
from fenji.apps.registry.models import Duty, Membership
from fenji.kernel.roles import Role
from tests.factories.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)

DESKS = 6


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


def at_once(act: Callable[[int], object]) -> list[str]:
    """`DESKS` threads act together; the outcome of each in a word."""
    start, outcomes, lock = threading.Barrier(DESKS), [], threading.Lock()

    def run(number: int) -> None:
        start.wait()
        try:
            act(number)
            outcome = "done"
        except DomainError as error:
            outcome = error.code
        finally:
            connection.close()
        with lock:
            outcomes.append(outcome)

    threads = [threading.Thread(target=run, args=[number]) for number in range(DESKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


def fill_one_turn(world: World) -> list[str]:
    office = world.departments["yx-renmin.office"]

    def put(number: int) -> object:
        begins = world.at + timedelta(hours=number)  # all of them overlap
        return actions.set_duty(office, world.office, from_at=begins, until_at=begins + timedelta(hours=12), by=None)

    return at_once(put)


def test_one_telephone_gets_one_person(world: World) -> None:
    outcomes = fill_one_turn(world)
    assert Duty.objects.count() == 1
    assert outcomes.count("done") == 1
    assert set(outcomes) == {"done", "duty_taken"}


def test_without_the_constraint_it_gets_several(world: World) -> None:
    """The negative control: the same race on a table without its guard is lost."""
    guard = next(one for one in Duty._meta.constraints if one.name == "one_duty_at_a_time")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Duty, guard)
    try:
        assert fill_one_turn(world).count("done") == Duty.objects.count() == DESKS
    finally:
        Duty.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Duty, guard)


def test_one_post_is_given_once(world: World) -> None:
    outcomes = at_once(lambda _: actions.give_post(world.doctor, world.township, Role.NURSE, by=None))
    assert outcomes == ["done"] + ["post_held"] * (DESKS - 1)
    assert Membership.objects.filter(user=world.doctor, role=Role.NURSE).count() == 1
