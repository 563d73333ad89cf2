"""A physician sends an inpatient down: the community's own house first, never without a plan and a date."""

from datetime import timedelta

import pytest
from django.test import Client

from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.models import CareRelationKind
from fenji.apps.residents.relations import open_relation
from tests.factories.world import World, make_world, resident_id


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    world = make_world(clock.at)
    open_relation(
        resident_id(world), institution_id=world.county.pk, kind=CareRelationKind.VISIT, cause_kind="visit",
        cause_id="v", at=clock.at,
    )  # fmt: skip
    return world


def page(world: World) -> tuple[Client, str]:
    client = Client()
    client.force_login(world.physician)
    return client, f"/clinic/send-down/{resident_id(world)}/"


def filled(world: World, clock: Frozen, **changes: str) -> dict[str, str]:
    due = (clock.at + timedelta(days=14)).date().isoformat()
    return {
        "diagnosis": "I63.9 脑梗死", "history": "病情稳定，左侧肢体肌力 4 级", "consent_by": "self",
        "plan_treatment": "抗血小板、他汀", "medicines": "阿司匹林，100 mg，每日一次，30\n阿托伐他汀，20 mg，每晚，30",
        "first_due": due, "first_what": "肢体功能、血压", "guidance_days": "30",
        "institution": world.township.code, "idempotency_key": "k1", **changes,
    }  # fmt: skip


def test_the_page_proposes_the_community_that_knows_the_resident(world: World, clock: Frozen):
    client, path = page(world)
    assert world.township.name in client.get(path).content.decode()


def test_a_filled_form_sends_the_patient_down_with_the_plan(world: World, clock: Frozen):
    client, path = page(world)
    client.post(path, filled(world, clock))
    down = Referral.objects.get()
    assert (down.direction, down.state, down.receiver_id) == ("down", "sent", world.township.pk)
    assert [one["name"] for one in down.plan.medicines] == ["阿司匹林", "阿托伐他汀"]
    assert down.diagnosis_code == "I63.9"


def test_the_same_form_sent_twice_sends_one(world: World, clock: Frozen):
    client, path = page(world)
    for _ in range(2):
        client.post(path, filled(world, clock))
    assert Referral.objects.count() == 1


@pytest.mark.parametrize("box", ["plan_treatment", "first_due", "history", "consent_by"])
def test_what_is_missing_is_named_and_nothing_is_sent(world: World, clock: Frozen, box: str):
    client, path = page(world)
    answer = client.post(path, filled(world, clock, **{box: ""}))
    assert answer.status_code == 422
    assert box in answer.context["form"].errors
    assert not Referral.objects.exists()


def test_who_does_not_treat_the_resident_finds_nothing(world: World, clock: Frozen):
    client = Client()
    client.force_login(world.city_physician)
    assert client.get(f"/clinic/send-down/{resident_id(world)}/").status_code == 404
