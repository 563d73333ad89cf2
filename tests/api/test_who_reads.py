"""The API shows no more than the pages: who treats nobody gets no lists, residents no notes of staff."""

import pytest
from django.test import Client

from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.kernel.roles import Role
from tests.api.conftest import Api
from tests.apps.referrals.test_loop import go
from tests.factories import journey
from tests.factories.world import World, person, resident_id


def session(user) -> Api:
    client = Client()
    client.force_login(user)
    return Api(client)


BOXES = ("inbox", "department", "received")


def sent_to_cardiology(world: World) -> Referral:
    return journey.reach(world, journey.State.ARRIVED)


@pytest.mark.parametrize("role", [Role.READER, Role.INSURER, Role.COMMISSION])
@pytest.mark.parametrize("box", [*BOXES, "sent"])
def test_who_does_not_treat_gets_no_list_of_patients(world: World, clock: Frozen, role: Role, box: str):
    sent_to_cardiology(world)
    for house in (world.county, world.township):
        api = session(person(f"{role}-{house.pk}", house, role))
        assert api.get("referrals", box=box).body["items"] == []
        assert api.get("follow-ups").body["items"] == []


def test_a_physician_lists_the_own_departments(world: World, clock: Frozen):
    up = sent_to_cardiology(world)
    other = session(person("rescuer", world.county, Role.PHYSICIAN, world.departments["yx-renmin.emergency"]))
    assert other.get("referrals", box="received").body["items"] == []
    own = session(world.physician)
    assert [one["id"] for one in own.get("referrals", box="received").body["items"]] == [str(up.pk)]
    office = session(world.office)
    assert [one["id"] for one in office.get("referrals", box="received").body["items"]] == [str(up.pk)]


def test_a_follow_up_of_another_department_cannot_be_done_by_its_number(world: World, clock: Frozen):
    up = sent_to_cardiology(world)
    task = FollowUp.objects.create(referral=up, institution=world.county, due_on=clock.at.date(), what="看")
    other = session(person("rescuer", world.county, Role.PHYSICIAN, world.departments["yx-renmin.emergency"]))
    assert other.post(f"follow-ups/{task.pk}/complete", {"result": "好"}).status == 404


def test_a_resident_reads_the_steps_without_what_staff_wrote_each_other(world: World, clock: Frozen):
    up = journey.reach(world, journey.State.SENT)
    go(up, "ask", world.office, note="病人说法前后不一")
    go(up, "complain", world.patient, note="等了很久")
    steps = session(world.patient).get(f"referrals/{up.pk}/steps").body["items"]
    assert {one["note"] for one in steps} == {"", "等了很久"}
    staffs = session(world.doctor).get(f"referrals/{up.pk}/steps").body["items"]
    assert "病人说法前后不一" in {one["note"] for one in staffs}


def test_a_primary_institutions_people_read_their_offices_desk_as_on_the_pages(world: World, clock: Frozen):
    up = journey.reach(world, journey.State.IN_CARE)
    journey.step(world, up, "return_down")
    kinds = [one["kind"] for one in session(world.nurse).get("notices").body["items"]]
    assert "referral.send" in kinds


def test_a_patient_is_sent_down_with_a_plan(world: World, clock: Frozen):
    journey.reach(world, journey.State.SENT)  # gives the hospital its relation to the resident
    form = {
        "direction": "down", "diagnosis_name": "脑梗死", "institution": world.township.code, "consent_by": "self",
        "slip": {"history": "病情稳定"},
    }  # fmt: skip
    plan = {"treatment": "抗血小板", "tasks": [{"due_on": "2026-04-01", "what": "测血压"}]}
    api, body = session(world.physician), {"resident_id": str(resident_id(world))}
    assert api.post("referrals", {**body, "form": form}).status == 422
    made = api.post("referrals", {**body, "form": {**form, "plan": plan}})
    assert made.status == 201
    assert Referral.objects.get(pk=made.body["id"]).plan.treatment == "抗血小板"
