"""A referral that follows from another: handed on to the next institution, or sent down with a plan."""

from typing import Any

from django.utils.translation import gettext as _

from fenji.apps.common import rulebooks
from fenji.apps.referrals.actions.moving import Act, advance
from fenji.apps.referrals.errors import MoveNotPossible
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.numbers import new_number
from fenji.kernel.referral import BY_ACTION, Party, State


def begin_child(act: Act, **fields: Any) -> Referral:
    """A draft in the name of the receiver, with the parent's slip; the caller adds what is its own and sends it."""
    parent, at = act.referral, act.at
    child = Referral(
        number=new_number(at),
        state=State.DRAFT,
        resident_id=parent.resident_id,
        sender=parent.receiver,
        sender_department=parent.department,
        sent_by=act.by or parent.sent_by,
        parent=parent,
        created_at=at,
        state_since=at,
        rulebook_version=rulebooks.current().hash,
        diagnosis_code=parent.diagnosis_code,
        diagnosis_name=parent.diagnosis_name,
        slip=parent.slip,
        measures=parent.measures,
        consent_at=at,
        consent_by=parent.consent_by or "self",
        **fields,
    )
    advance(Act(child, BY_ACTION["draft"], Given(), act.by, Party.SENDER, at))
    return child


def send_child(child: Referral, act: Act, *, place: int | None = None) -> None:
    """Send it; no signature is asked for, the parent was accepted."""
    advance(Act(child, BY_ACTION["send"], Given(place=place), act.by, Party.SENDER, act.at))
    act.details |= {"child": str(child.pk), "to": str(child.receiver)}


def recall_child(act: Act) -> None:
    """Withdraw the referral the parent waits for; raises MoveNotPossible when its receiver has already accepted it."""
    child = act.referral.children.select_for_update().filter(closed_at__isnull=True).order_by("-created_at").first()
    if child is None:
        return
    if State(child.state) not in BY_ACTION["withdraw"].start:
        raise MoveNotPossible(
            _("%(receiver)s已经接收。") % {"receiver": child.receiver},
            remedy=_("请在续接的转诊单上申请取消，由对方确认。"),
        )
    child.parent = None  # the parent moves here, not through its child
    given = Given(reason="taken_back", note=act.given.note)
    advance(Act(child, BY_ACTION["withdraw"], given, act.by, Party.SENDER, act.at))
    Referral.objects.filter(pk=child.pk).update(parent=act.referral)
