"""The day surgery of a referral: rooms are taken with the sending, given up when the patient does not come by it."""

from django.utils.translation import gettext as _

from fenji.apps.common.errors import Invalid
from fenji.apps.notices.actions import Addressee, Brief, notify
from fenji.apps.referrals.actions.effects.places import uses_places
from fenji.apps.referrals.actions.moving import Act
from fenji.apps.referrals.wishes import wish_of
from fenji.apps.residents.identity import phone_number
from fenji.apps.stays import surgery_ahead
from fenji.apps.stays.models import Surgery


def take_as_wished(act: Act) -> None:
    """Theatre and recovery place as last written; what is kept already stays when it is that, else goes back.

    Raises as `surgery_ahead.ask`, and Invalid where no day surgery may be asked for.
    """
    referral, wish = act.referral, wish_of(act.referral)
    if wish is None or act.by is None:
        return
    kept = surgery_ahead.kept_for(referral.pk, referral.resident_id)
    if kept is not None and wish.is_met_by(kept):
        return
    if kept is not None:
        give_up(act)
    if not wish.procedure:
        return
    if not uses_places(referral) or referral.department is None:
        raise Invalid(fields={"procedure": _("急诊和下转不能申请日间手术；接收机构须有相应科室。")})
    made = surgery_ahead.ask(
        referral.resident, referral.department, wish.procedure, wish.starts_at, referral_id=referral.pk,
        diagnosis_code=referral.diagnosis_code, by=act.by, at=act.at,
    )  # fmt: skip
    _tell(act, made)


def give_up(act: Act) -> None:
    """Theatre and recovery place are free again."""
    reason = str(act.given.note or act.move.name)
    surgery_ahead.give_up(act.referral.pk, act.referral.resident_id, reason, by=act.by, at=act.at)


def _tell(act: Act, made: Surgery) -> None:
    referral = act.referral
    resident = Addressee(
        resident_id=referral.resident_id, institution_id=referral.sender_id, phone=phone_number(referral.resident)
    )
    notify(
        "surgery.reserved", cause=("referral", str(referral.pk)), to=[resident],
        text=surgery_ahead.words_for_resident(made), at=act.at, once_key=f"surgery:{made.pk}:reserved",
        brief=Brief(referral.number, made.institution.short_name),
    )  # fmt: skip
