"""The demonstration's visits without a referral: once, in both groups, some put off by the patient."""

from datetime import timedelta

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.booking.delays import PatientGroup
from fenji.apps.booking.models import Booking
from fenji.apps.booking.waits import waits
from fenji.apps.common.clock import Frozen
from fenji.apps.contracts.models import Contract
from fenji.apps.indicators.green_channel import Step, green_channel
from fenji.apps.indicators.scope import Scope
from fenji.config import demonstration_visits
from tests.factories.world import World, make_places, make_resident, make_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world(db: None, clock: Frozen, monkeypatch: pytest.MonkeyPatch) -> World:
    world = make_world(clock.at)
    where = world.departments["yx-renmin.cardio"]
    monkeypatch.setattr(demonstration_visits, "WHERE", ((world.county.code, "cardio"),))
    for ago in range(1, 20):
        make_places(where, clock.at - ago * DAY, count=4, days_ahead=0, pool="public")
    assert world.team is not None
    for number in range(14):
        who = make_resident(clock.at, name=f"居民{number}")
        if number % 2:
            Contract.objects.create(
                resident=who, team=world.team, signed_at=clock.at - 90 * DAY,
                valid_from=(clock.at - 90 * DAY).date(), valid_until=(clock.at + 90 * DAY).date(),
            )  # fmt: skip
    return world


def test_people_came_and_the_comparison_is_not_empty(world: World, clock: Frozen) -> None:
    told: list[int] = []
    assert demonstration_visits.let_people_come(lambda done, of: told.append(done)) == 9
    assert told == [1]
    assert demonstration_visits.let_people_come(lambda done, of: None) == 0
    where = world.departments["yx-renmin.cardio"]
    found = waits([where.pk], at=clock.at)[where.pk]
    signed, other = found[PatientGroup.CONTRACTED], found[PatientGroup.OTHER]
    assert (signed.count, signed.patient_count, other.count, other.patient_count) == (4, 1, 5, 1)
    assert 0 < signed.days < other.days
    (house,) = green_channel(Scope(clock.at - 30 * DAY, clock.at, clock.at, frozenset({world.county.pk})))
    assert {(step, group) for step, group in house.steps} == {
        (step, group) for step in (Step.BOOKED, Step.SEEN) for group in (PatientGroup.CONTRACTED, PatientGroup.OTHER)
    }


def test_whoever_put_a_date_off_is_nobody_who_logs_in(world: World) -> None:
    demonstration_visits.let_people_come(lambda done, of: None)
    movers = User.objects.filter(pk__in=Booking.objects.filter(replaces__isnull=False).values("made_by"))
    assert [user.has_usable_password() for user in movers] == [False, False]
    assert not movers.filter(is_demonstration=True).exists()
