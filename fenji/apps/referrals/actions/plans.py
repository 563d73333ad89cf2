"""The plan that goes down with a patient, and the dated tasks that come of it."""

from datetime import date, datetime, timedelta
from typing import Any

from fenji.apps.accounts.models import User
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import rules
from fenji.apps.referrals.given import Plan, clean_plan
from fenji.apps.referrals.models import CarePlan, FollowUp, Referral

GUIDANCE_HORIZON_DAYS = 180  # the upper doctor's looks are laid out for half a year
TEXTS = ("treatment", "rehabilitation", "nursing", "warning_signs")


def write_plan(down: Referral, plan: Plan, *, by: User, at: datetime) -> CarePlan:
    """Keep the plan of a referral that goes down; a draft's is written anew as often as the draft is."""
    tasks = [{"due_on": task.due_on.isoformat(), "what": task.what} for task in plan.tasks]
    texts = {name: getattr(plan, name) for name in TEXTS}
    written, _new = CarePlan.objects.update_or_create(
        referral=down,
        defaults={
            **texts, "medicines": list(plan.medicines), "guidance_days": plan.guidance_days, "tasks": tasks, "by": by,
            "at": at,
        },
    )  # fmt: skip
    return written


def plan_as_given(plan: CarePlan) -> dict[str, Any]:
    """A plan as it was given, to be written on or checked again."""
    texts = {name: getattr(plan, name) for name in TEXTS}
    return {**texts, "medicines": plan.medicines, "guidance_days": plan.guidance_days, "tasks": plan.tasks}


def faults_of_plan(down: Referral, at: datetime) -> dict[str, str]:
    """What keeps the plan of a referral from being sent; a draft may have lain while its dates went by."""
    plan = CarePlan.objects.filter(referral=down).first()
    try:
        clean_plan(plan_as_given(plan) if plan else {}, today=rules.day_of(at))
    except Invalid as invalid:
        return {f"plan.{name}": words for name, words in invalid.fields.items()}
    return {}


def lay_out_tasks(down: Referral, at: datetime) -> None:
    """The plan's dates become tasks when it leaves: follow-ups fall to its receiver, guidance to its sender."""
    plan = CarePlan.objects.filter(referral=down).first()
    if plan is not None and plan.tasks:
        FollowUp.objects.bulk_create([*_follow_ups(down, plan), *_guidance(down, plan.guidance_days, at)])


def carry_plan_on(down: Referral, child: Referral) -> None:
    """A patient who came down and is handed on takes the plan along; its tasks follow when the next house accepts."""
    if plan := CarePlan.objects.filter(referral=down).first():
        plan.pk, plan.referral, plan.tasks = None, child, []
        plan.save(force_insert=True)


def turn_tasks(down: Referral) -> None:
    """After a refusal another house is asked: what the first had to do falls to that one."""
    FollowUp.objects.filter(referral=down, kind=FollowUp.Kind.FOLLOW_UP, done_at=None).update(institution=down.receiver)


def pass_on_tasks(down: Referral, child: Referral) -> None:
    """What the community had still to do falls to the next one; the upper doctor's looks stay as they are."""
    waiting = FollowUp.objects.filter(referral=down, institution=down.receiver, done_at=None)
    waiting.update(referral=child, institution=child.receiver)


def _follow_ups(down: Referral, plan: CarePlan) -> list[FollowUp]:
    if down.receiver is None:
        raise ValueError("a referral sent down has a receiver")
    return [
        FollowUp(
            referral=down, institution=down.receiver, due_on=date.fromisoformat(task["due_on"]), what=task["what"]
        )
        for task in plan.tasks
    ]  # fmt: skip


def _guidance(down: Referral, every_days: int | None, at: datetime) -> list[FollowUp]:
    if not every_days:
        return []
    day = rules.day_of(at)
    return [
        FollowUp(
            referral=down, institution_id=down.sender_id, kind=FollowUp.Kind.GUIDANCE,
            due_on=day + timedelta(days=ahead), what=FollowUp.LOOK_IN,
        )
        for ahead in range(every_days, GUIDANCE_HORIZON_DAYS + 1, every_days)
    ]  # fmt: skip
