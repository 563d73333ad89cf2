"""After a day surgery: of a patient who does not recover well the community that has the patient hears at once."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.common.locks import patience
from fenji.apps.contracts.queries import contract_on
from fenji.apps.notices.actions import Addressee, notify
from fenji.apps.referrals import rules
from fenji.apps.referrals.announcements import addressees
from fenji.apps.referrals.models import Referral
from fenji.apps.stays import surgery_calls
from fenji.apps.stays.models import Surgery, SurgeryCall
from fenji.kernel.referral import Party


def note_call(call_id: int, *, reached: bool, is_well: bool | None, note: str, by: User, at: datetime) -> SurgeryCall:
    """Note a call; not well, hospital and community are told, once. Raises as `surgery_calls.note`."""
    with patience():
        call = surgery_calls.note(call_id, reached=reached, is_well=is_well, note=note, by=by, at=at)
        if call.is_well is False and call.done_at == at:
            _tell_below(call, at)
        return call


def _tell_below(call: SurgeryCall, at: datetime) -> None:
    one = call.surgery
    cause, people = _who_has(one, at)
    if not people:
        return
    notify(
        surgery_calls.UNWELL, cause=cause, to=people, at=at, once_key=f"{surgery_calls.once_key(call)}:below",
        text=f"{one.institution.short_name}日间手术“{one.procedure}”术后随访，病人恢复不顺利"
        f"{surgery_calls.said(call)}。请尽早电话或上门查看，需要时联系该院。",
    )  # fmt: skip


def _who_has(one: Surgery, at: datetime) -> tuple[tuple[str, str], list[Addressee]]:
    """What the notice is about, and who has the patient below.

    The doctor who sent the patient; whom the patient was handed to instead, if that is another house; of one who came
    without a referral the house of the family-doctor team.
    """
    sent = Referral.objects.filter(resident_id=one.resident_id, receiver_id=one.institution_id, sent_at__isnull=False)
    came = _called(sent, one.referral_id) or sent.exclude(from_paper=True).order_by("-sent_at").first()
    down = _called(Referral.objects.all(), one.down_referral_id)
    if down is not None and (came is None or came.sender_id != down.receiver_id):
        return ("referral", str(down.pk)), addressees(down, Party.OFFICE, at)
    if came is not None:
        return ("referral", str((down or came).pk)), addressees(came, Party.SENDER, at)
    contract = contract_on(one.resident_id, rules.day_of(at))
    houses = [contract.team.institution_id] if contract else []
    return ("surgery", str(one.pk)), [Addressee(institution_id=house) for house in houses]


def _called(among: QuerySet[Referral], number: UUID | None) -> Referral | None:
    return among.filter(pk=number).first() if number else None
