"""Rows read and written by SQL written once are the rows the ORM reads and writes."""

from typing import Any

import pytest
from django.db import connection, models, transaction
from django.forms.models import model_to_dict

from fenji.apps.booking.models import Booking, Place, Pool
from fenji.apps.booking.queries import PLACES
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.common.rows import Rows, insert
from fenji.apps.registry.models import Institution, Membership
from fenji.apps.registry.posts import POSTS
from fenji.apps.residents.models import Resident
from fenji.apps.residents.queries import RESIDENTS
from tests.factories.world import World, make_places, make_resident, make_world


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


def fields_of(row: models.Model | None) -> dict[str, Any] | None:
    return None if row is None else {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


def test_every_field_is_as_the_orm_reads_it_those_of_the_rows_pointed_to_too(world: World, clock: Frozen) -> None:
    world.county.functions = ["stroke", "chest"]  # JSON
    world.county.save()
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, pool=Pool.PUBLIC)[0]
    read = PLACES.first("WHERE this.id = %(id)s", {"id": place.pk})
    by_orm = Place.objects.select_related("department__institution").get(pk=place.pk)
    with CaptureNothing():
        assert read is not None and fields_of(read) == fields_of(by_orm)
        assert fields_of(read.department) == fields_of(by_orm.department)
        assert fields_of(read.department.institution) == fields_of(by_orm.department.institution)
        assert read.department.institution.functions == ["stroke", "chest"]


class CaptureNothing:
    """A block in which the database is not asked."""

    def __enter__(self) -> None:
        self._wrapper = connection.execute_wrapper(self._refuse)
        self._wrapper.__enter__()

    def __exit__(self, *error: object) -> None:
        self._wrapper.__exit__(*error)

    def _refuse(self, execute: Any, sql: str, *rest: Any) -> Any:
        raise AssertionError(sql)


def test_a_pointer_to_nothing_is_none(world: World, clock: Frozen) -> None:
    posts = POSTS.select("WHERE this.user_id = %(user)s", {"user": world.doctor.pk})
    lone = RESIDENTS.first("WHERE this.id = %(id)s", {"id": make_resident(clock.at, name="莫小明").pk})
    with CaptureNothing():
        assert [post.department for post in posts] == [None]
        assert lone is not None and lone.merged_into is None


def test_all_rows_come_in_the_order_asked_for_and_a_row_read_can_be_saved(world: World) -> None:
    every = Rows(Institution).select("WHERE this.id > %(id)s ORDER BY this.code DESC", {"id": 0})
    assert [one.code for one in every] == list(Institution.objects.order_by("-code").values_list("code", flat=True))
    every[0].phone = "0662-1234567"
    every[0].save()
    assert Institution.objects.get(pk=every[0].pk).phone == "0662-1234567"


def test_an_inserted_row_has_its_key_and_is_as_the_orm_writes_it(world: World, clock: Frozen) -> None:
    told: dict[str, Any] = {
        "at": clock.at, "actor_id": 7, "actor_name": "莫", "verb": "x", "subject_kind": "x", "subject_id": "1",
        "details": {"a": [1, None]},
    }  # fmt: skip
    ours = AuditEvent(**told)
    assert insert(ours)
    by_orm = AuditEvent.objects.create(**told)
    read = AuditEvent.objects.get(pk=ours.pk)
    assert model_to_dict(read, exclude=["id"]) == model_to_dict(by_orm, exclude=["id"])
    assert not ours._state.adding


def test_what_conflicts_is_passed_over_and_the_transaction_goes_on(world: World, clock: Frozen) -> None:
    post = Membership.objects.filter(user=world.doctor).get()
    again = Resident(**{name: value for name, value in fields_of(world.resident).items() if name != "id"})  # type: ignore[union-attr]
    assert not insert(again, if_nothing_conflicts=True)
    assert Resident.objects.count() == 1
    with pytest.raises(Exception, match=r"unique|duplicate"), transaction.atomic():
        insert(Membership(**fields_of(post)))  # type: ignore[arg-type]
    assert Booking.objects.count() == 0
