"""A list that names patients leaves one row in the trail: which list, how many, who, from which post; empty, none."""

from collections.abc import Callable

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.residents.models import Resident
from fenji.apps.stays.models import Proposal
from fenji.kernel.referral import State
from tests.apps.referrals.test_loop import go
from tests.factories import journey
from tests.factories.wards import make_ward
from tests.factories.world import World, make_resident, make_world, resident_id
from tests.web.entrance import logged_in


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


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
    assert logged_in(reader).get(address).status_code == 200
    [row] = readings()
    assert (row.actor_id, row.details["list"], row.details["count"]) == (reader.pk, name, 1)
    assert row.details["residents"] == [str(resident_id(world))]
    assert row.relation.startswith("post:") and row.institution_id is not None
    assert row.resident_id is None


@pytest.mark.parametrize(("who", "address"), [(row[0], row[1]) for row in LISTS])
def test_an_empty_list_is_none(world: World, who: str, address: str):
    assert logged_in(world.people[who]).get(address).status_code == 200
    assert readings() == []


WARD_LISTS = [
    ("physician", "/wards/", "ward-board"), ("physician", "/going-down/", "going-down"),
    ("doctor", "/going-down/", "going-down"), ("physician", "/day-surgery/", "day-surgery"),
    ("head", "/residents/duplicates/", "duplicates"),
]  # fmt: skip


def ward_readings() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(verb="resident.list").order_by("pk"))


@pytest.mark.parametrize(("who", "address", "name"), WARD_LISTS, ids=[f"{row[0]} {row[1]}" for row in WARD_LISTS])
def test_names_on_ward_boards_and_among_duplicates_are_one_reading(world: World, who: str, address: str, name: str):
    reader = world.people[who]
    assert logged_in(reader).get(address).status_code == 200
    assert ward_readings() == []
    journey.reach(world, State.ARRIVED)
    make_ward(world)
    make_resident(world.at, name="陈晓明")  # sounds alike, born the same day
    Resident.objects.filter(pk=resident_id(world)).update(id_kind="unknown")
    Proposal.objects.update(community=world.township)
    assert logged_in(reader).get(address).status_code == 200
    [row] = ward_readings()
    assert (row.actor_id, row.details["list"]) == (reader.pk, name)
    assert str(resident_id(world)) in row.details["residents"]


def test_who_waits_for_a_bed_is_named_to_the_office_and_written_down(world: World):
    journey.reach(world, State.SENT)
    assert logged_in(world.office).get("/beds/").status_code == 200
    [row] = ward_readings()
    assert (row.details["list"], row.details["residents"]) == ("beds", [str(resident_id(world))])


def test_one_bed_names_who_lies_there_and_an_empty_one_nobody(world: World):
    journey.reach(world, State.ARRIVED)
    beds = make_ward(world)
    reader = logged_in(world.physician)
    assert reader.get(f"/wards/beds/{beds[0].pk}/").status_code == 200
    assert [row.details["residents"] for row in ward_readings()] == [[str(resident_id(world))]]
    assert reader.get(f"/wards/beds/{beds[2].pk}/").status_code == 200  # out of use: no name on the page
    assert len(ward_readings()) == 1
