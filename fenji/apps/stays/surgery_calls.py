"""Calls after a day surgery: whom to call, how the patient is, and who hears at once when recovery does not go well.

The hospital is told here, the community by `referrals.actions.after_surgery`, which knows who has the patient there.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.notices.actions import Channel, notify
from fenji.apps.notices.models import Notice
from fenji.apps.registry.models import Department, Institution
from fenji.apps.stays import rules, surgery
from fenji.apps.stays.models import Surgery, SurgeryCall
from fenji.apps.stays.unassessed import hospital
from fenji.kernel.day_surgery import SurgeryState

UNWELL = "surgery.unwell"
SAID = 200  # characters of the caller's note that go into a notice


@transaction.atomic
def note(call_id: int, *, reached: bool, is_well: bool | None, note: str, by: User, at: datetime) -> SurgeryCall:
    """How the patient is. Who was not reached stays on the list. The last call ends the surgery's story.

    Of a patient who does not recover well department and office are told. A call noted before stays as it was.
    Raises Invalid, NotFound.
    """
    one = _locked(call_id)
    found = surgery.lock(one.surgery_id, None, "call", by, at)
    if one.done_at is not None:
        return one
    if reached and is_well is None:
        raise Invalid(fields={"is_well": _("请记录病人情况。")})
    one.reached, one.note = reached, surgery.clean("note", note)
    if reached:
        one.done_at, one.done_by, one.is_well = at, by, is_well
    one.save()
    audit.record(
        "surgery.call", found, by=by, at=at, resident_id=found.resident_id, institution_id=found.institution_id,
        details={"reached": reached, "well": is_well},
    )  # fmt: skip
    if one.is_well is False:
        _tell_hospital(one, found, at)
    if found.state == SurgeryState.DISCHARGED and not found.calls.filter(done_at=None).exists():
        surgery.enter(found, SurgeryState.FOLLOWED, "follow", by=by, at=at)
    return one


def calls_due(institution_id: int, *, at: datetime, department_id: int | None = None) -> QuerySet[SurgeryCall]:
    """Whom to call by the end of today."""
    waiting = SurgeryCall.objects.filter(surgery__institution_id=institution_id, done_at=None)
    found = waiting.filter(due_at__date__lte=rules.day_of(at))
    if department_id is not None:
        found = found.filter(surgery__department_id=department_id)
    return found.select_related("surgery__resident").order_by("due_at")


def told_of(call: SurgeryCall) -> list[str]:
    """Who was told that the patient does not recover well: departments, houses and people by name, as told."""
    if call.is_well is not False:
        return []
    told = Notice.objects.filter(kind=UNWELL, channel=Channel.DESK, once_key__startswith=f"{once_key(call)}:")
    rows = list(told.select_related("user").order_by("pk"))
    desks = Department.objects.in_bulk([row.department_id for row in rows if row.department_id])
    houses = Institution.objects.in_bulk([row.institution_id for row in rows if row.institution_id])
    names = [row.user or desks.get(row.department_id or 0) or houses.get(row.institution_id or 0) for row in rows]
    return list(dict.fromkeys(one.name for one in names if one is not None))


def once_key(call: SurgeryCall) -> str:
    """What makes the news of a call told once."""
    return f"surgery-call:{call.pk}"


def said(call: SurgeryCall) -> str:
    """The caller's words behind a colon, or nothing."""
    return f"：{call.note[:SAID]}" if call.note else ""


def _locked(call_id: int) -> SurgeryCall:
    found = SurgeryCall.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
    if found is None:
        raise NotFound
    return found


def _tell_hospital(call: SurgeryCall, one: Surgery, at: datetime) -> None:
    notify(
        UNWELL, cause=("surgery", str(one.pk)), to=hospital(one), at=at, once_key=once_key(call),
        text=f"日间手术“{one.procedure}”术后随访，病人恢复不顺利{said(call)}。请联系病人并安排复诊。",
    )  # fmt: skip
