"""A demonstration left alone stays alive; the same hour twice is one hour; a real city has none of it."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.stays import movements, queries
from fenji.apps.stays.models import Movement, Stay
from fenji.config import content, demonstration_beds, demonstration_life
from fenji.kernel.stays import Event
from tests.apps.stays import ward
from tests.factories.world import World, make_resident, make_world

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIVELY = (("yx-renmin", "cardio"),)


@pytest.fixture
def world(clock: Frozen, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A hospital of the demonstration with one patient whom it invented and one whom a visitor admitted."""
    settings.DEMONSTRATION = True
    monkeypatch.setattr(demonstration_life, "LIVELY", LIVELY)
    world = make_world(clock.at)
    ward.beds(world.departments["yx-renmin.cardio"], 4, at=clock.at)
    people = [make_resident(clock.at, name=f"陈{number}") for number in "一二三四五六"]
    for episode, bed, who in (("Z0001W1", "b1", people[0]), ("H1", "b2", people[1])):
        form = movements.MovementForm(
            f"m{bed}", Event.ADMIT, clock.at - 5 * DAY, episode, bed, who.pk, 1, "I10", clock.at + HOUR
        )
        movements.record(form, institution_id=world.county.pk, by=None, at=clock.at, by_hand=True)
    return world


def told() -> list[tuple[str, str]]:
    found = Movement.objects.filter(message_id__startswith="demo-").order_by("happened_at", "pk")
    return [(one.message_id, str(one.happened_at)) for one in found]


def test_left_alone_for_days_no_board_is_stale_and_patients_come_and_go(world: World, clock: Frozen) -> None:
    for _ in range(3 * 24):
        demonstration_life.go_on(at=clock.advance(HOUR))
        assert not queries.is_stale(world.county.pk, at=clock.at)
    lying = set(Stay.objects.filter(state="occupied").values_list("episode", flat=True))
    assert "Z0001W1" not in lying  # expected to leave, and left
    assert "H1" in lying  # a visitor's patient is a visitor's
    assert any(message.startswith("demo-W1-in-Z") for message, _at in told())
    assert all(one.waits_for == "" for one in Movement.objects.all())


def test_the_same_hour_told_twice_is_told_once_and_follows_from_the_seed(world: World, clock: Frozen) -> None:
    clock.advance(10 * HOUR)
    demonstration_life.go_on(at=clock.at)
    first = told()
    clock.advance(timedelta(minutes=10))
    demonstration_life.go_on(at=clock.at)
    assert first
    assert told()[: len(first)] == first
    assert len(told()) <= len(first) + 1  # somebody may come into the bed that was cleaned meanwhile


def test_some_patients_are_found_stable_by_their_ward(world: World, clock: Frozen) -> None:
    stay = Stay.objects.get(episode="Z0001W1")
    for number in range(40):
        Stay.objects.filter(pk=stay.pk).update(episode=f"Z{number:04}W1", measured_at=None, measures={})
        demonstration_beds.examine(stay.ward, clock.at)
    assert AuditEvent.objects.filter(verb="stay.observe").count() in range(5, 25)  # about a third
    assert set(AuditEvent.objects.filter(verb="stay.observe").values_list("actor_name", flat=True)) == {"physician"}


def test_a_real_city_refuses_and_its_worker_does_not_know_the_job(world: World, settings: Any) -> None:
    settings.DEMONSTRATION = False
    before = Movement.objects.count()
    with pytest.raises(RuntimeError):
        demonstration_life.live(0)
    assert Movement.objects.count() == before
    script = (
        "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'fenji.config.settings');"
        "import django; django.setup(); import sys, fenji.config.worker;"
        "sys.exit('fenji.config.demonstration_life' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_too_few_residents_are_refused_with_the_number_that_is_needed(settings: Any) -> None:
    settings.DEMONSTRATION_RESIDENTS = content.FEWEST - 1
    with pytest.raises(content.TooFewResidents, match="1000"):
        content.first_residents(lambda done, total: None)
