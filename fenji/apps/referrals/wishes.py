"""The day surgery wished for with a referral: kept from draft to sending in the steps by which it was written.

Only the sending takes theatre and recovery place (`actions.effects.surgery`); who says nothing of it leaves it be.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.common.errors import Invalid
from fenji.apps.common.free_text import clean_text
from fenji.apps.referrals.models import Referral
from fenji.apps.stays.models import Surgery

KEY = "day_surgery"  # in a form and in the details of a step


@dataclass(frozen=True)
class Wish:
    """`procedure` empty: none is wished for any more; `starts_at` None: the soonest."""

    procedure: str = ""
    starts_at: datetime | None = None

    def is_met_by(self, kept: Surgery) -> bool:
        return self.procedure == kept.procedure and self.starts_at in {None, kept.starts_at}

    @property
    def details(self) -> dict[str, Any]:
        """As a step keeps it."""
        return {KEY: wish_for(self.procedure, self.starts_at)}


def wish_for(procedure: str, starts_at: datetime | None) -> dict[str, str]:
    """What a form says of it."""
    return {"procedure": procedure, "starts_at": starts_at.isoformat() if starts_at else ""}


def clean_wish(given: Mapping[str, Any]) -> Wish | None:
    """What a form says of a day surgery; None for nothing. Raises Invalid."""
    asked = given.get(KEY)
    if asked is None:
        return None
    if not isinstance(asked, Mapping):
        raise Invalid(fields={"procedure": _("格式有误。")})
    procedure = clean_text("procedure", str(asked.get("procedure") or ""), 80)
    return Wish(procedure, _moment(str(asked.get("starts_at") or "")) if procedure else None)


def wish_of(referral: Referral) -> Wish | None:
    """What was said last; None where nothing ever was."""
    steps = referral.steps.filter(details__has_key=KEY).order_by("-version")
    found = steps.values_list("details", flat=True).first()
    return clean_wish(found) if found else None


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        if timezone.is_aware(found):
            return found
    raise Invalid(fields={"surgery_at": _("请从列出的时间中选择。")})
