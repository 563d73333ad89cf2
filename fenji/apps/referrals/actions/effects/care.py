"""The receiving department's moves: seeing the patient, replying, sending down with a plan, taking on."""

from dataclasses import replace

from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.referrals.actions.children import begin_child, recall_child, send_child
from fenji.apps.referrals.actions.effects import relations
from fenji.apps.referrals.actions.effects.sending import check_choice, institution_given
from fenji.apps.referrals.actions.moving import Act
from fenji.apps.referrals.actions.plans import write_plan
from fenji.apps.referrals.choosing import Question, question_of
from fenji.apps.referrals.errors import FieldsMissing
from fenji.apps.referrals.given import clean_reply
from fenji.apps.referrals.models import Reply
from fenji.apps.registry.models import Institution
from fenji.kernel.referral import Direction, Party, Urgency


def start(act: Act) -> None:
    act.referral.physician = act.by


def interim_reply(act: Act) -> None:
    _write_reply(act, is_final=False)


def reply(act: Act) -> None:
    _write_reply(act, is_final=True)


def return_down(act: Act) -> None:
    """Reply to the sender and send the patient down with a plan; open until the community has received both."""
    target, plan = institution_given_or_sender(act), act.given.plan
    if plan is None:
        raise FieldsMissing(fields={"plan": _("请填写接续治疗方案。")})
    if target.pk != act.referral.sender_id:  # whoever sent the patient gets him back without asking why
        check_choice(_downward(act), target, act.given.reason)
    _write_reply(act, is_final=True)
    child = begin_child(
        act,
        receiver=target,
        direction=Direction.DOWN,
        urgency=Urgency.ROUTINE,
        specialty="",
        department=None,
        choice_code=act.given.reason,
        choice_reason="病情稳定，转回基层接续管理",
    )
    write_plan(child, plan, by=_maker(act), at=act.at)
    send_child(child, act)


def _downward(act: Act) -> Question:
    question = question_of(act.referral, act.at, sender=act.referral.receiver)
    return replace(question, direction=Direction.DOWN, urgency=Urgency.ROUTINE, specialty="")


def resume(act: Act) -> None:
    """The patient stays after all; what was sent down and not yet taken is withdrawn."""
    act.referral.replied_at = None
    if act.party is not Party.CLOCK:
        recall_child(act)


def take_on(act: Act) -> None:
    """The community carries on; what is due stands in its list from now."""
    relations.close_all(act)


def keep_relations_for_a_while(act: Act) -> None:
    relations.close_all(act)


def institution_given_or_sender(act: Act) -> Institution:
    """Down means to any institution but the own; the original sender is the usual one."""
    if act.given.institution == act.referral.sender.code:
        return act.referral.sender
    return institution_given(act)


def _write_reply(act: Act, *, is_final: bool) -> None:
    Reply.objects.create(
        referral=act.referral, is_final=is_final, by=_maker(act), at=act.at, **clean_reply(act.given.reply)
    )


def _maker(act: Act) -> User:
    """Replies and plans are written by people, never by the clock: the table gives these moves to nobody else."""
    if act.by is None:
        raise ValueError(f"{act.move.action} needs a person")
    return act.by
