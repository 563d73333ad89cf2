"""The receiving office's moves: accepting with a place, refusing with a reason, assigning, handing on, arrivals."""

from django.utils.translation import gettext as _

from fenji.apps.common.errors import Invalid
from fenji.apps.referrals.actions.children import begin_child, recall_child, send_child
from fenji.apps.referrals.actions.effects import insurer, places, relations
from fenji.apps.referrals.actions.effects.sending import institution_given
from fenji.apps.referrals.actions.moving import Act
from fenji.apps.referrals.actions.plans import carry_plan_on, pass_on_tasks
from fenji.apps.referrals.errors import PlaceStillFree
from fenji.apps.referrals.form import receiving_department
from fenji.kernel.referral import Party, State, Urgency


def accept(act: Act) -> None:
    """Accept with a place: the held one, the one named, or the next free; only where none is free, without."""
    insurer.tell(act)
    if places.uses_places(act.referral):
        act.details["booked"] = places.book_for_acceptance(act)


def refuse(act: Act) -> None:
    """Refuse; want of capacity is none while a place is free."""
    if (
        act.given.reason == "no_capacity"
        and places.uses_places(act.referral)
        and places.has_free_place(act.referral, act.at)
    ):
        raise PlaceStillFree
    places.release(act)
    relations.close_for_receiver(act)


def assign(act: Act) -> None:
    """Give the case to a department, with a deadline of the office's own."""
    referral = act.referral
    department = (
        referral.receiver.departments.filter(pk=act.given.department or 0, valid_until__isnull=True).first()
        if referral.receiver
        else None
    )
    if department is None:
        raise Invalid(fields={"department": _("这个科室不属于本机构。")})
    if act.given.department_due_at and act.given.department_due_at <= act.at:
        raise Invalid(fields={"department_due_at": _("科室时限不能早于现在。")})
    referral.department, referral.department_due_at = department, act.given.department_due_at
    act.details["department"] = department.name


def keep(act: Act) -> None:
    """The cancellation was not agreed; what was booked is booked still."""
    act.details["booked"] = places.live_booking(act.referral, act.at) is not None


def hand_on(act: Act) -> None:
    """Pass the patient on; the receiver stays responsible until the next institution accepts."""
    referral, target = act.referral, institution_given(act)
    if target.pk == referral.receiver_id:
        raise Invalid(fields={"institution": _("不能续转给本机构。")})
    places.release(act)
    child = begin_child(
        act,
        receiver=target,
        direction=referral.direction,
        urgency=referral.urgency,
        specialty=referral.specialty,
        department=receiving_department(
            target, referral.specialty, emergency=referral.urgency == Urgency.EMERGENCY, at=act.at
        ),
        choice_reason=act.given.note[:300],
    )
    carry_plan_on(referral, child)
    send_child(child, act, place=act.given.place)


def take_back(act: Act) -> None:
    """Stop handing on; a referral already sent to the next institution is withdrawn with it."""
    if act.party is not Party.CLOCK:
        recall_child(act)


def leave_receiver(act: Act) -> None:
    """The next institution has accepted: what was still to be done here is to be done there."""
    if child := act.referral.children.exclude(state=State.CANCELLED).order_by("-created_at").first():
        pass_on_tasks(act.referral, child)
    relations.close_all(act)


def arrive(act: Act) -> None:
    insurer.check_filed(act)
    insurer.tell(act)
    places.arrive(act)
    if act.given.department:
        assign(act)


def enter_paper(act: Act) -> None:
    insurer.tell(act)
    act.referral.sent_at = act.at
    relations.open_for_sender(act)
    relations.open_for_receiver(act)
