"""The demonstration's calendars of examinations: filled once, with orders on their way and a result that came back."""

from datetime import timedelta

import pytest

from fenji.apps.booking.models import ExamItem, ExamOrder, Place
from fenji.apps.common.clock import Frozen
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import CareRelationKind
from fenji.apps.residents.relations import open_relation
from fenji.config import demonstration_exams
from tests.factories.world import World, make_resident, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, clock: Frozen, monkeypatch: pytest.MonkeyPatch) -> World:
    world = make_world(clock.at)
    for name, house in (("COUNTY", world.county), ("CITY", world.city), ("TOWNSHIP", world.township)):
        monkeypatch.setattr(demonstration_exams, name, house.code)
    Department.objects.create(institution=world.county, code="imaging", name="医学影像科")
    for number in range(4):
        open_relation(
            make_resident(clock.at, name=f"居民{number}").pk, institution_id=world.township.pk,
            kind=CareRelationKind.CONTRACT, cause_kind="contract", cause_id=str(number),
            at=clock.at - timedelta(days=60),
        )  # fmt: skip
    return world


def test_the_calendars_are_filled_once_and_tell_a_story(world: World, clock: Frozen) -> None:
    told: list[int] = []
    assert demonstration_exams.fill_calendars(lambda done, _of: told.append(done)) == 10
    assert told == sorted(told)
    assert demonstration_exams.fill_calendars(lambda done, of: None) == 0
    assert ExamItem.objects.filter(department__code="imaging").count() == 5
    assert Place.objects.filter(exam_item__isnull=False, starts_at__gt=clock.at).count() > 500
    (reported,) = ExamOrder.objects.filter(reported_at__isnull=False)
    examined = reported.bookings.get()
    assert (examined.state, examined.place.starts_at < reported.reported_at < clock.at) == ("arrived", True)
    assert ExamOrder.objects.filter(reported_at=None, bookings__state="booked").count() == 3
