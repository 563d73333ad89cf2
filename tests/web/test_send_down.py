"""A physician sends an inpatient down: the community's own house first, never without a plan and a date."""

from datetime import timedelta

import pytest
from django.test import Client

from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import CareRelationKind
from fenji.apps.residents.relations import open_relation
from fenji.kernel.tiers import Kind, Level, Tier
from tests.factories.world import World, institution, make_world, resident_id


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


# --- drafts


def test_a_draft_keeps_the_plan_and_is_sent_from_its_own_page(world: World, clock: Frozen):
    client, path = page(world)
    client.post(path, filled(world, clock, step="draft", history="", first_what="", first_due="", consent_by=""))
    draft = Referral.objects.get()
    assert (draft.state, draft.plan.treatment, draft.plan.guidance_days) == ("draft", "抗血小板、他汀", 30)
    edit = f"/clinic/drafts/{draft.pk}/"
    assert client.get(f"/referrals/{draft.pk}/edit/").headers["Location"] == edit
    shown = client.get(edit).content.decode()
    assert "阿司匹林，100 mg，每日一次，30" in shown and "抗血小板、他汀" in shown
    sent = client.post(edit, filled(world, clock, step="send", version=str(draft.version), idempotency_key="k2"))
    assert sent.status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.follow_ups.filter(kind="follow_up").get().what) == ("sent", "肢体功能、血压")


def test_tasks_beyond_the_pages_boxes_stay_with_the_draft(world: World, clock: Frozen):
    client, path = page(world)
    client.post(path, filled(world, clock, step="draft"))
    plan, day = Referral.objects.get().plan, (clock.at + timedelta(days=60)).date().isoformat()
    plan.tasks = [*plan.tasks, {"due_on": day, "what": "二"}, {"due_on": day, "what": "三"}]
    plan.save()
    again = filled(world, clock, step="draft", version="1", second_due=day, second_what="二", idempotency_key="k2")
    client.post(f"/clinic/drafts/{Referral.objects.get().pk}/", again)
    assert [task["what"] for task in Referral.objects.get().plan.tasks] == ["肢体功能、血压", "二", "三"]


def test_a_draft_without_a_plan_is_named_and_not_sent(world: World, clock: Frozen):
    client, path = page(world)
    client.post(path, filled(world, clock, step="draft", plan_treatment=""))
    draft = Referral.objects.get()
    answer = client.post(f"/referrals/{draft.pk}/send/", {"version": "1", "idempotency_key": "k3"})
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_to_another_house_than_the_residents_own_a_reason_is_asked(world: World, clock: Frozen):
    client, path = page(world)
    other = another_house(world)
    refused = client.post(path, filled(world, clock, institution=other))
    assert refused.status_code == 422
    assert "choice_code" in refused.context["form"].errors
    client.post(path, filled(world, clock, institution=other, choice_code="nearer", idempotency_key="k4"))
    assert Referral.objects.get().choice_code == "nearer"


# --- where to: institutions first, a reason only of who passes over the preferred one


def another_house(world: World) -> str:
    other = institution("yx-other", "程村镇卫生院", Kind.TOWNSHIP, Tier.TOWNSHIP, Level.PRIMARY, world.region)
    Department.objects.create(institution=other, code="gp", name="全科", specialty="02")
    return other.code


def test_the_reason_is_asked_below_the_institutions_once_another_is_chosen(world: World, clock: Frozen):
    client, path = page(world)
    other = another_house(world)
    first = client.get(path).content.decode()
    assert other in first and "choice_code" not in first
    part = client.get(path, {"institution": other}, headers={"HX-Request": "true", "HX-Target": "where"})
    shown = part.content.decode()
    assert "<html" not in shown and shown.index('name="institution"') < shown.index('name="choice_code"')
    assert f'value="{other}" required checked' in shown


def test_on_the_way_down_nothing_is_said_of_places(world: World, clock: Frozen):
    client, path = page(world)
    assert "最近号源" not in client.get(path).content.decode()


def test_initials_that_fit_several_diagnoses_are_asked_back(world: World, clock: Frozen):
    client, path = page(world)
    answer = client.post(path, filled(world, clock, diagnosis="xjt"))
    assert answer.status_code == 422 and "I20.9 心绞痛" in answer.content.decode()
    assert not Referral.objects.exists()
