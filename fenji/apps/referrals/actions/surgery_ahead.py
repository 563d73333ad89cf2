"""A referral with its day surgery: the clinic's place, theatre and recovery place with the sending, or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.common.locks import patience
from fenji.apps.notices.actions import Addressee, Brief, notify
from fenji.apps.referrals.actions.beginning import refer
from fenji.apps.referrals.actions.effects.places import uses_places
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.identity import phone_number
from fenji.apps.stays import surgery_ahead
from fenji.apps.stays.models import Surgery


def refer_for_surgery(
    resident_id: UUID, form: Mapping[str, Any], procedure: str, starts_at: datetime | None = None, *, by: User,
    institution_id: int,
) -> tuple[Referral, Surgery]:  # fmt: skip
    """Write and send, with a day surgery asked for and its rooms kept until the hospital has assessed the patient.

    `starts_at` None takes the soonest. Raises as `refer` and `surgery_ahead.ask` do, and then nothing is written.
    """
    with patience():
        referral = refer(resident_id, form, by=by, institution_id=institution_id)
        if not uses_places(referral) or referral.department is None:
            raise Invalid(fields={"procedure": _("急诊和下转不能申请日间手术；接收机构须有相应科室。")})
        at = clock.now()
        made = surgery_ahead.ask(
            referral.resident, referral.department, procedure, starts_at, referral_id=referral.pk,
            diagnosis_code=referral.diagnosis_code, by=by, at=at,
        )  # fmt: skip
        _tell(referral, made, at)
        return referral, made


def _tell(referral: Referral, made: Surgery, at: datetime) -> None:
    resident = Addressee(
        resident_id=referral.resident_id, institution_id=referral.sender_id, phone=phone_number(referral.resident)
    )
    notify(
        "surgery.reserved", cause=("referral", str(referral.pk)), to=[resident],
        text=surgery_ahead.words_for_resident(made), at=at, once_key=f"surgery:{made.pk}:reserved",
        brief=Brief(referral.number, made.institution.short_name),
    )  # fmt: skip
