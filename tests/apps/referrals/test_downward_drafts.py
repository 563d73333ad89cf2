"""A draft that is to go down keeps its plan: written on, sent, refused and sent elsewhere; tasks come with sending."""

from datetime import timedelta
from typing import Any

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import actions, queries
from fenji.apps.referrals.models import CarePlan, FollowUp, Referral
from fenji.apps.registry.models import Membership
from tests.apps.referrals.test_loop import go
from tests.factories.world import World, resident_id


@pytest.fixture
def seen_in_county(world: World, clock: Frozen) -> None:
    """The hospital may open the record: the patient is there."""
    from fenji.apps.residents.relations import open_visit

    assert world.resident is not None
    open_visit(world.resident, institution_id=world.county.pk, at=clock.at)


pytestmark = pytest.mark.usefixtures("seen_in_county")


def plan(clock: Frozen, **changes: Any) -> dict[str, Any]:
    day = (clock.at + timedelta(days=14)).date().isoformat()
    return {
        "treatment": "继续两联降压", "rehabilitation": "每日步行", "guidance_days": 30,
        "medicines": [{"name": "缬沙坦", "dose": "80 mg", "frequency": "每日一次", "days": "30"}],
        "tasks": [{"due_on": day, "what": "测血压"}], **changes,
    }  # fmt: skip


def form(world: World, clock: Frozen, **changes: Any) -> dict[str, Any]:
    usual = {"direction": "down", "institution": world.township.code, "plan": plan(clock)}
    return world.form(**usual | changes)


def draft(world: World, clock: Frozen, **changes: Any) -> Referral:
    given = form(world, clock, **changes)
    return actions.draft(resident_id(world), given, by=world.physician, institution_id=world.county.pk)


def test_a_draft_keeps_its_plan_and_makes_no_tasks_yet(world: World, clock: Frozen):
    made = draft(world, clock)
    kept = CarePlan.objects.get(referral=made)
    assert (kept.treatment, kept.rehabilitation, kept.guidance_days) == ("继续两联降压", "每日步行", 30)
    assert kept.medicines[0]["name"] == "缬沙坦"
    assert [task["what"] for task in kept.tasks] == ["测血压"]
    assert not FollowUp.objects.filter(referral=made).exists()


def test_sent_from_the_draft_the_plan_becomes_tasks_below_and_looks_above(world: World, clock: Frozen):
    made = draft(world, clock)
    go(made, "send", world.physician)
    tasks = FollowUp.objects.filter(referral=made)
    assert [(one.institution_id, one.what) for one in tasks.filter(kind="follow_up")] == [(world.township.pk, "测血压")]
    assert {one.institution_id for one in tasks.filter(kind="guidance")} == {world.county.pk}


def test_an_unfinished_plan_is_kept_and_not_sent(world: World, clock: Frozen):
    made = draft(world, clock, plan={"treatment": "", "rehabilitation": "每日步行", "tasks": []})
    assert CarePlan.objects.get(referral=made).rehabilitation == "每日步行"
    with pytest.raises(Invalid) as refused:
        go(made, "send", world.physician)
    assert set(refused.value.fields) == {"plan.treatment"}


def test_a_draft_without_any_plan_is_not_sent(world: World, clock: Frozen):
    made = draft(world, clock, plan=None)
    with pytest.raises(Invalid) as refused:
        go(made, "send", world.physician)
    assert any(name.startswith("plan.") for name in refused.value.fields)


def test_a_plan_whose_dates_went_by_is_looked_at_again(world: World, clock: Frozen):
    made = draft(world, clock)
    clock.advance(timedelta(days=20))
    with pytest.raises(Invalid) as refused:
        go(made, "send", world.physician)
    assert "plan.tasks" in refused.value.fields


def test_written_on_the_plan_is_written_anew_and_without_one_it_stays(world: World, clock: Frozen):
    made = draft(world, clock)
    go(made, "edit", world.physician, form=form(world, clock, plan=plan(clock, treatment="改用单药")))
    assert CarePlan.objects.get(referral=made).treatment == "改用单药"
    go(made, "edit", world.physician, form=form(world, clock, plan=None))
    assert CarePlan.objects.get(referral=made).treatment == "改用单药"


def test_refused_and_sent_elsewhere_the_tasks_go_with_the_patient(world: World, clock: Frozen):
    made = draft(world, clock)
    go(made, "send", world.physician)
    go(made, "refuse", world.doctor, reason="out_of_scope")
    go(made, "reroute", world.physician, institution=world.county_tcm.code, reason="resident_wish")
    assert FollowUp.objects.get(referral=made, kind="follow_up").institution_id == world.county_tcm.pk


def test_what_was_withdrawn_is_nobodys_task(world: World, clock: Frozen):
    made = draft(world, clock)
    go(made, "send", world.physician)
    posts = list(Membership.objects.filter(user=world.doctor))
    assert queries.follow_ups_due(posts).count() == 1
    go(made, "withdraw", world.physician, reason="improved")
    assert not queries.follow_ups_due(posts).exists()
