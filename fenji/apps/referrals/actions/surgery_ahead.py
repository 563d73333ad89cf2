"""A referral with its day surgery: the clinic's place, theatre and recovery place with the sending, or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common.errors import Invalid
from fenji.apps.common.locks import patience
from fenji.apps.referrals.actions.beginning import refer
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.wishes import KEY, wish_for
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
        wished = {**form, KEY: wish_for(procedure, starts_at)}
        referral = refer(resident_id, wished, by=by, institution_id=institution_id)
        made = surgery_ahead.kept_for(referral.pk, referral.resident_id)
        if made is None:
            raise Invalid(fields={"procedure": _("请填写这一项。")})
        return referral, made
