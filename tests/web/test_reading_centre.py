"""Who reads pictures lands on a desk of their own: telephones, hours, colleagues, and an honest word on what is not."""

import pytest
from django.test import Client

from fenji.apps.common.clock import Frozen
from fenji.apps.notices.actions import Addressee, notify
from fenji.kernel.roles import Role
from tests.factories.world import World, make_world, person
from tests.web.entrance import client_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock: Frozen) -> World:
    world = make_world(clock.at)
    unit = world.departments["yj-renmin.cardio"]
    for name in ("reader", "second_reader"):
        world.people[name] = person(name, world.city, Role.READER, unit)
    world.people["other_reader"] = person("other_reader", world.county, Role.READER)
    return world


def test_a_reader_lands_there_and_sees_whom_to_call(world: World) -> None:
    client = client_of(world, "reader")
    assert client.get("/")["Location"] == "/reading/"
    page = text(client.get("/reading/"))
    assert "心血管内科" in page and "阳江市人民医院" in page
    assert "0662-0000120" in page
    assert "second_reader" in page and "other_reader" not in page
    assert "远程诊断申请尚未开通" in page


def test_what_the_department_was_told_is_there_and_nobody_elses(world: World, clock: Frozen) -> None:
    unit = world.departments["yj-renmin.cardio"]
    to = [Addressee(institution_id=world.city.pk, department_id=unit.pk)]
    notify("referral.accept", cause=("referral", "1"), to=to, text="转诊 1 已接收", at=clock.at, once_key="k1")
    assert "转诊 1 已接收" in text(client_of(world, "reader").get("/reading/"))
    assert "转诊 1 已接收" not in text(client_of(world, "other_reader").get("/reading/"))


@pytest.mark.parametrize("who", ["doctor", "office", "officer", "patient"])
def test_nobody_else_comes_in(world: World, who: str) -> None:
    assert client_of(world, who).get("/reading/").status_code == 404
    assert Client().get("/reading/").status_code == 302
