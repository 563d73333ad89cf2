"""A list that names patients leaves one row in the trail: which list, how many, who, from which post; empty, none."""

from collections.abc import Callable

import pytest
from django.test import Client

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.kernel.referral import State
from tests.apps.referrals.test_loop import go
from tests.factories import journey
from tests.factories.world import World, make_world, resident_id


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


def page_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def readings() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(verb="referral.list").order_by("pk"))


Before = Callable[[World], object]


def sent(world: World) -> object:
    return journey.reach(world, State.SENT)


def here(world: World) -> object:
    return journey.reach(world, State.ARRIVED)


def guided(world: World) -> object:
    up = journey.reach(world, State.IN_CARE)
    plan = journey.given_for(world, up, journey_row("return_down")).plan
    from dataclasses import replace

    assert plan is not None
    go(up, "return_down", world.physician, reply=journey.REPLY, plan=replace(plan, guidance_days=30),
       institution=world.township.code)  # fmt: skip
    return up


def journey_row(action: str):
    from fenji.kernel.referral import BY_ACTION

    return BY_ACTION[action]


LISTS = [
    ("doctor", "/family-doctor/", "today", lambda world: journey.reach(world, State.REFUSED)),
    ("doctor", "/family-doctor/sent/", "sent:open", sent),
    ("doctor", "/family-doctor/received/?show=all", "received:all", lambda world: journey.reach(world, State.RETURNED)),
    ("office", "/office/", "inbox:new", sent),
    ("office", "/office/?tray=here", "inbox:here", here),
    ("office", "/office/sent/", "sent:open", lambda world: journey.reach(world, State.RETURNED)),
    ("office", "/office/arrivals/", "arrivals", here),
    ("physician", "/clinic/", "patients", here),
    ("physician", "/clinic/guidance/", "guidance", guided),
    ("office", "/api/v1/referrals", "api:inbox", sent),
    ("doctor", "/api/v1/referrals?box=sent", "api:sent", sent),
    ("physician", "/api/v1/follow-ups", "api:follow-ups", guided),
]


@pytest.mark.parametrize(("who", "address", "name", "before"), LISTS, ids=[f"{row[0]} {row[1]}" for row in LISTS])
def test_a_list_with_patients_is_one_reading(world: World, who: str, address: str, name: str, before: Before):
    before(world)
    reader = world.people[who]
    assert page_of(reader).get(address).status_code == 200
    [row] = readings()
    assert (row.actor_id, row.details["list"], row.details["count"]) == (reader.pk, name, 1)
    assert row.details["residents"] == [str(resident_id(world))]
    assert row.relation.startswith("post:") and row.institution_id is not None
    assert row.resident_id is None


@pytest.mark.parametrize(("who", "address"), [(row[0], row[1]) for row in LISTS])
def test_an_empty_list_is_none(world: World, who: str, address: str):
    assert page_of(world.people[who]).get(address).status_code == 200
    assert readings() == []
