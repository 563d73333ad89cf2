"""Two teams sign one resident at the same moment: one contract comes of it, and the constraint is what sees to it."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import DomainError
from fenji.apps.contracts import actions
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Team
from fenji.apps.residents.models import CareRelation, Resident
from tests.factories.world import World, make_resident, make_world

pytestmark = pytest.mark.django_db(transaction=True)

TEAMS, ROUNDS = 8, 3
FROM, UNTIL = date(2026, 3, 4), date(2027, 3, 4)


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


def teams(world: World) -> list[Team]:
    return [Team.objects.create(institution=world.township, code=f"r{n}", name=f"{n}队") for n in range(TEAMS)]


def at_once(acts: list[Callable[[], object]]) -> list[str]:
    """Run all in threads that start together; the outcome of each in a word."""
    start, outcomes, lock = threading.Barrier(len(acts)), [], threading.Lock()

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            outcome = "signed"
        except DomainError as error:
            outcome = error.code
        finally:
            connection.close()
        with lock:
            outcomes.append(outcome)

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


def race(world: World, rivals: list[Team]) -> tuple[Resident, list[str]]:
    resident = make_resident(world.at)

    def signing(team: Team) -> Callable[[], object]:
        return lambda: actions.sign(
            resident.pk, team.pk, valid_from=FROM, valid_until=UNTIL, by=world.doctor, at=world.at
        )

    return resident, at_once([signing(team) for team in rivals])


def test_of_many_teams_exactly_one_signs(world: World) -> None:
    rivals = teams(world)
    for _ in range(ROUNDS):
        resident, outcomes = race(world, rivals)
        assert sorted(outcomes) == ["already_signed"] * (TEAMS - 1) + ["signed"]
        assert Contract.objects.filter(resident=resident).count() == 1
        assert CareRelation.objects.filter(resident=resident).count() == 1


def test_without_the_constraint_they_all_would(world: World) -> None:
    """The negative control: the same race on a table without its guard is lost."""
    rivals = teams(world)
    guard = next(one for one in Contract._meta.constraints if one.name == "one_contract_a_day")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Contract, guard)
    try:
        resident, outcomes = race(world, rivals)
        assert outcomes.count("signed") > 1
        assert Contract.objects.filter(resident=resident).count() == outcomes.count("signed")
    finally:
        Contract.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Contract, guard)


def test_two_moves_at_once_leave_one_contract(world: World) -> None:
    rivals = teams(world)
    resident = make_resident(world.at)
    actions.sign(resident.pk, rivals[0].pk, valid_from=FROM, valid_until=UNTIL, by=world.doctor, at=world.at)

    def moving(team: Team) -> Callable[[], object]:
        return lambda: actions.move(
            resident.pk, team.pk, on=FROM, valid_until=UNTIL, reason="转签", by=world.doctor, at=world.at
        )

    outcomes = at_once([moving(team) for team in rivals[1:]])
    in_force = Contract.objects.filter(resident=resident, valid_until__gt=FROM)
    assert in_force.count() == 1
    assert set(outcomes) <= {"signed", "busy"}
    assert CareRelation.objects.filter(resident=resident, until_at__gt=world.at).count() == 1
