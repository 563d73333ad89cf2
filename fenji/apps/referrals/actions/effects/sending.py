"""The sending side's moves: sending, signing, choosing another receiver, withdrawing, taking note of the outcome."""

from datetime import timedelta

from django.utils.translation import gettext as _

from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import rules
from fenji.apps.referrals.actions.effects import places, relations
from fenji.apps.referrals.actions.moving import Act
from fenji.apps.referrals.form import clean_form, fill, receiving_department
from fenji.apps.referrals.given import clean_note
from fenji.apps.referrals.models import CarePlan, Complaint, FollowUp
from fenji.apps.registry.models import Institution
from fenji.kernel.referral import Direction, Urgency


def edit(act: Act) -> None:
    """Write it anew; a place still held from before it was sent back goes with the house it belonged to."""
    referral, before = act.referral, act.referral.receiver_id
    fill(referral, clean_form(act.given.form, complete=False, at=act.at), act.at)
    if referral.receiver_id != before:
        places.release(act)
        referral.booking = None


def check_complete(act: Act) -> None:
    """What goes to be signed must be ready to be sent; the place the resident chose is held meanwhile."""
    referral = act.referral
    missing = {
        name: _("请填写这一项。")
        for name, value in (
            ("institution", referral.receiver_id),
            ("consent_by", referral.consent_by),
            ("history", referral.slip.get("history")),
        )
        if not value
    }
    if referral.direction == Direction.DOWN and not CarePlan.objects.filter(referral=referral).exists():
        missing["plan"] = _("请填写接续治疗方案。")
    if missing:
        raise Invalid(fields=missing)
    relations.open_for_sender(act)
    places.hold_for_sending(act)


def approve(act: Act) -> None:
    act.referral.approved_by = act.by
    relations.open_for_receiver(act)


def send(act: Act) -> None:
    check_complete(act)
    relations.open_for_receiver(act)


def reroute(act: Act) -> None:
    """After a refusal: another receiver, whom the patient's record now may reach."""
    referral, receiver = act.referral, institution_given(act)
    if receiver.pk == referral.receiver_id:
        raise Invalid(fields={"institution": _("这家机构刚刚未接收，请另选一家。")})
    act.details["from"] = str(referral.receiver)
    referral.receiver, referral.booking = receiver, None
    referral.department = receiving_department(
        receiver, referral.specialty, emergency=referral.urgency == Urgency.EMERGENCY, at=act.at
    )
    referral.physician = referral.department_due_at = None
    relations.open_for_receiver(act)
    places.hold_for_sending(act)


def leave(act: Act) -> None:
    """The referral ends without a visit: the place is free again, the record closes after a while."""
    places.release(act)
    relations.close_all(act)


def acknowledge(act: Act) -> None:
    """The sender takes note of the outcome and follows up within the days the rulebook gives."""
    referral = act.referral
    day = rules.day_of(act.at)
    days = rulebooks.current().follow_up_days(day)
    FollowUp.objects.create(
        referral=referral,
        institution_id=referral.sender_id,
        due_on=day + timedelta(days=days),
        what="转诊后随访",
    )
    relations.close_all(act)


def complain(act: Act) -> None:
    Complaint.objects.create(referral=act.referral, text=clean_note(act.given.note), made_at=act.at)


def institution_given(act: Act) -> Institution:
    """The institution named in the move; raises Invalid when unknown, closed, or the referral's own sender."""
    found = Institution.objects.filter(code=act.given.institution, valid_until__isnull=True).first()
    if found is None:
        raise Invalid(fields={"institution": _("请选择接收机构。")})
    if found.pk == act.referral.sender_id:
        raise Invalid(fields={"institution": _("不能转给转出机构自己。")})
    return found
