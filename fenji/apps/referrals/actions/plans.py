"""The plan that goes down with a patient, and the dated tasks that come of it."""

from datetime import datetime, timedelta

from fenji.apps.accounts.models import User
from fenji.apps.referrals import rules
from fenji.apps.referrals.given import Plan
from fenji.apps.referrals.models import CarePlan, FollowUp, Referral

GUIDANCE_HORIZON_DAYS = 180  # the upper doctor's looks are laid out for half a year


def write_plan(down: Referral, plan: Plan, *, by: User, at: datetime) -> CarePlan:
    """Write the plan of a downward referral: follow-ups fall to its receiver, guidance to its sender."""
    written = CarePlan.objects.create(
        referral=down, treatment=plan.treatment, medicines=list(plan.medicines), rehabilitation=plan.rehabilitation,
        nursing=plan.nursing, warning_signs=plan.warning_signs, guidance_days=plan.guidance_days, by=by, at=at,
    )  # fmt: skip
    FollowUp.objects.bulk_create([*_follow_ups(down, plan), *_guidance(down, plan.guidance_days, at)])
    return written


def carry_plan_on(down: Referral, child: Referral) -> None:
    """A patient who came down and is handed on takes the plan along."""
    if plan := CarePlan.objects.filter(referral=down).first():
        plan.pk, plan.referral = None, child
        plan.save(force_insert=True)


def pass_on_tasks(down: Referral, child: Referral) -> None:
    """What the community had still to do falls to the next one; the upper doctor's looks stay as they are."""
    waiting = FollowUp.objects.filter(referral=down, institution=down.receiver, done_at=None)
    waiting.update(referral=child, institution=child.receiver)


def _follow_ups(down: Referral, plan: Plan) -> list[FollowUp]:
    if down.receiver is None:
        raise ValueError("a referral sent down has a receiver")
    return [
        FollowUp(referral=down, institution=down.receiver, due_on=task.due_on, what=task.what) for task in plan.tasks
    ]


def _guidance(down: Referral, every_days: int | None, at: datetime) -> list[FollowUp]:
    if not every_days:
        return []
    day = rules.day_of(at)
    return [
        FollowUp(
            referral=down, institution_id=down.sender_id, kind=FollowUp.Kind.GUIDANCE,
            due_on=day + timedelta(days=ahead), what="随诊指导",
        )
        for ahead in range(every_days, GUIDANCE_HORIZON_DAYS + 1, every_days)
    ]  # fmt: skip
