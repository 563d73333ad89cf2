"""The sending side's moves: sending, signing, choosing another receiver, withdrawing, taking note of the outcome."""

from datetime import timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import exam_wishes, first_contact, rules
from fenji.apps.referrals.actions.effects import examinations, places, relations, surgery
from fenji.apps.referrals.actions.moving import Act
from fenji.apps.referrals.actions.plans import faults_of_plan, lay_out_tasks, turn_tasks, write_plan
from fenji.apps.referrals.choosing import Question, asks_why, question_of
from fenji.apps.referrals.form import clean_form, fill, receiving_department
from fenji.apps.referrals.given import clean_note
from fenji.apps.referrals.models import Complaint, FollowUp
from fenji.apps.referrals.queries import first_of
from fenji.apps.registry.closing import is_open
from fenji.apps.registry.models import Institution
from fenji.kernel.referral import Direction, Urgency


def edit(act: Act) -> None:
    """Write it anew; what is still kept from before it was sent back goes with the house it belonged to.

    A plan or a wish for a day surgery that is not given again is kept as it was; examinations are of one house only.
    """
    referral, before = act.referral, act.referral.receiver_id
    form = clean_form(act.given.form, complete=False, at=act.at)
    fill(referral, form, act.at)
    if form.plan and act.by:
        write_plan(referral, form.plan, by=act.by, at=act.at)
    if form.wish:
        act.details |= form.wish.details
    if form.examinations is not None or referral.receiver_id != before:
        act.details[exam_wishes.KEY] = list(form.examinations or ())
    if referral.receiver_id != before:
        places.release(act)
        referral.booking = None
        examinations.give_back(act)
        surgery.give_up(act)


def check_complete(act: Act) -> None:
    """What goes to be signed must be ready to be sent; place, examinations and day surgery are kept meanwhile."""
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
    is_begun_here = referral.parent_id is None  # what follows from another referral was checked with that
    if referral.direction == Direction.DOWN and is_begun_here:
        missing |= faults_of_plan(referral, act.at)
    if missing:
        raise Invalid(fields=missing)
    if is_begun_here:
        note_first_contact(act)
        referral.choice_code = act.given.reason or referral.choice_code
        check_choice(question_of(referral, act.at), referral.receiver, referral.choice_code)
    relations.open_for_sender(act)
    places.hold_for_sending(act)
    if is_begun_here:
        examinations.take_as_wished(act)
        surgery.take_as_wished(act)


def check_choice(question: Question, receiver: Institution | None, code: str) -> None:
    """Whoever sends a patient elsewhere than the rules prefer says why, by code. Raises Invalid."""
    if code or receiver is None:
        return
    if against := asks_why(question, receiver.code):
        words = against.text_en if (get_language() or "").startswith("en") else against.text
        raise Invalid(fields={"choice_code": _("没有选首选机构（%(why)s），请选择理由。") % {"why": words}})


def note_first_contact(act: Act) -> None:
    """Keep how the city's rule of first contact judges where the patient was seen first; it blocks no referral."""
    if judgement := first_contact.judge_referral(act.referral, act.at):
        first_contact.keep(judgement, act.referral, at=act.at)


def approve(act: Act) -> None:
    act.referral.approved_by = act.by
    _leave_house(act)


def send(act: Act) -> None:
    check_complete(act)
    _leave_house(act)


def check_open(receiver: Institution | None) -> None:
    """Nobody is sent to a house that closed meanwhile; it stays open until this move is done. Raises Invalid."""
    if receiver is None or not is_open(receiver.pk):
        raise Invalid(fields={"institution": _("这家机构已停用或即将停用，请另选一家。")})


def _leave_house(act: Act) -> None:
    check_open(act.referral.receiver)
    relations.open_for_receiver(act)
    lay_out_tasks(act.referral, act.at)


def reroute(act: Act) -> None:
    """After a refusal: another receiver, whom the patient's record now may reach."""
    referral, receiver = act.referral, institution_given(act)
    if receiver.pk == referral.receiver_id:
        raise Invalid(fields={"institution": _("这家机构刚刚未接收，请另选一家。")})
    check_open(receiver)
    check_choice(question_of(referral, act.at), receiver, act.given.reason)
    referral.choice_code = act.given.reason
    act.details["from"] = str(referral.receiver)
    referral.receiver, referral.booking = receiver, None
    referral.department = receiving_department(
        receiver, referral.specialty, emergency=referral.urgency == Urgency.EMERGENCY, at=act.at
    )
    referral.physician = referral.department_due_at = None
    turn_tasks(referral)
    relations.open_for_receiver(act)
    places.hold_for_sending(act)


def leave(act: Act) -> None:
    """The referral ends without a visit: the place is free again, the record closes after a while."""
    places.release(act)
    relations.close_all(act)


def acknowledge(act: Act) -> None:
    """The sender takes note of the outcome and follows up within the days the rulebook gives.

    Of a patient who was handed on whoever sent him first follows up, not the hospital in between.
    """
    referral = first_of(act.referral) or act.referral
    day = rules.day_of(act.at)
    days = rulebooks.current().follow_up_days(day)
    FollowUp.objects.create(
        referral=referral,
        institution_id=referral.sender_id,
        due_on=day + timedelta(days=days),
        what=FollowUp.AFTER_REFERRAL,
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
