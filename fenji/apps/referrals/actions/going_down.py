"""The ward agrees that an inpatient goes down, or hands a day surgery over: the downward referral with its plan."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.locks import patience
from fenji.apps.referrals.actions.beginning import draft, refer
from fenji.apps.referrals.actions.plans import write_plan
from fenji.apps.referrals.given import clean_plan
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.rules import day_of
from fenji.apps.stays import going_down, surgery
from fenji.apps.stays.models import Surgery
from fenji.kernel.day_surgery import SurgeryState
from fenji.kernel.referral import Direction


def accept_proposal(
    proposal_id: UUID, form: Mapping[str, Any], *, by: User, institution_id: int, send: bool = True
) -> Referral:
    """Send the patient down as proposed; with `send=False` as a draft with its plan, to be read over once more.

    The proposal counts as accepted, and the referral begins, or neither. Raises Unanswerable, NotFound, and as `refer`.
    """
    with patience():
        proposal = going_down.lock(proposal_id)
        if proposal.institution_id != institution_id:
            raise NotFound
        referral = _begin(proposal.resident_id, form, by=by, institution_id=institution_id, send=send)
        going_down.accept(proposal, referral.pk, by=by, at=clock.now())
        return referral


def hand_over_surgery(surgery_id: UUID, form: Mapping[str, Any], *, by: User, institution_id: int) -> Referral:
    """After a day surgery the community goes on: one downward referral with a plan. Raises as `refer` does."""
    with patience():
        rows = Surgery.objects.select_for_update(of=("self",), no_key=True)
        found = rows.filter(pk=surgery_id, institution_id=institution_id).first()
        if found is None:
            raise NotFound
        if found.state != SurgeryState.DISCHARGED or found.down_referral_id is not None:
            raise Invalid("出院之后才能交接基层，每例只交接一次。")
        referral = _begin(found.resident_id, form, by=by, institution_id=institution_id, send=True)
        surgery.hand_over(found, referral.pk, by=by, at=clock.now())
        return referral


def _begin(resident_id: UUID, form: Mapping[str, Any], *, by: User, institution_id: int, send: bool) -> Referral:
    down = {**form, "direction": Direction.DOWN.value}
    if send:
        return refer(resident_id, down, by=by, institution_id=institution_id)
    referral = draft(resident_id, down, by=by, institution_id=institution_id)
    if form.get("plan"):
        plan = clean_plan(form["plan"], today=day_of(referral.created_at))
        write_plan(referral, plan, by=by, at=referral.created_at)
    return referral
