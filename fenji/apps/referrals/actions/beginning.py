"""How a referral begins: written as a draft, sent in one go, or entered on arrival from a paper slip."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import clock, rulebooks
from fenji.apps.common.errors import Forbidden, Invalid
from fenji.apps.common.locks import patience
from fenji.apps.referrals import exam_wishes, first_contact, rules
from fenji.apps.referrals.actions.moving import Act, advance
from fenji.apps.referrals.actions.plans import write_plan
from fenji.apps.referrals.form import ReferralForm, clean_form, fill
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.numbers import new_number
from fenji.apps.referrals.parties import posts_with_cover
from fenji.apps.registry.models import Institution, Membership
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.kernel.referral import BY_ACTION, Direction, Party, State, Urgency
from fenji.kernel.roles import CLINICAL, Role

WRITERS = CLINICAL | {Role.REFERRAL_OFFICE, Role.PROGRAM}


def draft(resident_id: UUID, form: Mapping[str, Any], *, by: User, institution_id: int) -> Referral:
    """Write a referral that may still be changed; raises Invalid naming every box that is wrong."""
    with patience():
        cleaned = clean_form(form, complete=False, at=clock.now())
        return _begin(resident_id, cleaned, "draft", by=by, institution_id=institution_id)


def refer(resident_id: UUID, form: Mapping[str, Any], *, by: User, institution_id: int) -> Referral:
    """Write and send in one transaction: with the place chosen held, or nothing at all.

    Where the city asks for a signature, the referral goes to whoever signs instead.
    """
    with patience():
        cleaned = clean_form(form, complete=True, at=clock.now())
        referral = _begin(resident_id, cleaned, "draft", by=by, institution_id=institution_id)
        action = "ask_approval" if rules.signature_for(referral, referral.created_at) else "send"
        given = Given(place=cleaned.place, reason=cleaned.choice_code)
        advance(Act(referral, BY_ACTION[action], given, by, Party.SENDER, referral.created_at))
        return referral


def enter_paper(resident_id: UUID, form: Mapping[str, Any], *, sender: str, by: User, institution_id: int) -> Referral:
    """The patient is here with a paper slip or none: enter it as arrived. `sender` is an institution's code."""
    with patience():
        sending = Institution.objects.filter(code=sender).first()
        if sending is None or sending.pk == institution_id:
            raise Invalid(fields={"sender": _("请选择转出机构。")})
        cleaned = clean_form(
            {**form, "institution": Institution.objects.get(pk=institution_id).code}, complete=True, at=clock.now()
        )
        made = _begin(resident_id, cleaned, "enter_paper", by=by, institution_id=institution_id, sender=sending)
        if judgement := first_contact.judge_referral(made, made.created_at):
            first_contact.keep(judgement, made, at=made.created_at)
        return made


def _begin(
    resident_id: UUID,
    form: ReferralForm,
    action: str,
    *,
    by: User,
    institution_id: int,
    sender: Institution | None = None,
) -> Referral:
    at = clock.now()
    post = _writing_post(by, institution_id, at)
    resident = access_resident(by, resident_id, at=at, purpose=Purpose.REFERRAL)
    referral = Referral(
        number=new_number(at),
        state=State.DRAFT,
        direction=Direction.UP,
        urgency=Urgency.ROUTINE,
        resident=resident,
        sender=sender or post.institution,
        sent_by=by,
        created_at=at,
        state_since=at,
        rulebook_version=rulebooks.current().hash,
        from_paper=sender is not None,
    )
    if sender is None:
        referral.sender_department = post.department
        referral.sender_team = post.teams.first()
    else:
        referral.sent_at = at
    fill(referral, form, at)
    party = Party.SENDER if sender is None else Party.DEPARTMENT
    wished: dict[str, Any] = form.wish.details if form.wish and form.wish.procedure else {}
    if form.examinations:
        wished[exam_wishes.KEY] = list(form.examinations)
    advance(Act(referral, BY_ACTION[action], Given(), by, party, at, wished))
    if form.plan:
        write_plan(referral, form.plan, by=by, at=at)
    return referral


def _writing_post(user: User, institution_id: int, at: datetime) -> Membership:
    for post in posts_with_cover(user, at):
        if post.institution_id == institution_id and Role(post.role) in WRITERS:
            return post
    raise Forbidden(_("您在这家机构没有可以开具转诊的岗位。"), remedy=_("请在右上角切换到相应岗位。"))
