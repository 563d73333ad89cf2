"""A referral for a day surgery: which procedures may be asked for from here, and the next times the hospital opened."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.wishes import Wish, wish_for, wish_of
from fenji.apps.stays import rules, theatres
from fenji.apps.stays.models import Surgery
from fenji.apps.stays.policies import Person
from fenji.kernel.referral import Direction, Urgency

if TYPE_CHECKING:
    from fenji.web.family_doctor.sheet import Sheet


@dataclass(frozen=True)
class SurgeryAsked:
    """What may be asked for at this diagnosis in the house chosen, and what was."""

    procedures: list[str]
    times: list[datetime]  # none where it was not asked for, or nothing is open
    procedure: str = ""
    wanted_at: datetime | None = None

    @property
    def is_wanted(self) -> bool:
        return bool(self.procedure)

    @property
    def is_gone(self) -> bool:
        """Whether the time typed is no longer open: then another one is to be chosen, not taken silently."""
        return bool(self.times) and self.wanted_at is not None and self.wanted_at not in self.times

    @property
    def starts_at(self) -> datetime | None:
        """The time typed, even if it has gone meanwhile: the sender is told then; else the soonest."""
        return self.wanted_at or next(iter(self.times), None)


def surgery_asked(sheet: "Sheet") -> SurgeryAsked | None:
    """None where nothing of the kind is open: an emergency, an admission, another disease, a house that opened none."""
    is_planned = sheet.urgency is not Urgency.EMERGENCY and sheet.direction is not Direction.DOWN
    if not is_planned or sheet.wants_bed or sheet.chosen is None or sheet.chosen.department is None:
        return None
    procedures, house = rules.from_below(sheet.code, sheet.at), sheet.chosen.institution.pk
    if not procedures or not theatres.is_open_from_below(house, at=sheet.at):
        return None
    procedure = sheet.data.get("procedure", "")
    procedure = procedure if procedure in procedures else procedures[0]
    if sheet.data.get("surgery") != "yes":
        return SurgeryAsked(procedures, [])
    own = sheet.kept_surgery  # of a draft that was sent back: its time is no longer free, but its own
    times = [own.starts_at] if own and own.starts_at and own.institution_id == house else []
    times += theatres.times_from_below(house, Person(sheet.resident.sex), at=sheet.at)
    return SurgeryAsked(procedures, times, procedure, _typed(sheet.data.get("surgery_at", "")))


def wish_on(sheet: "Sheet") -> dict[str, str]:
    """What the form says of a day surgery: a draft keeps one for which nothing is open; sent, it goes without."""
    asked = sheet.surgery
    is_kept = asked is not None and (asked.starts_at is not None or sheet.data.get("step") == "draft")
    return wish_for(asked.procedure, asked.starts_at) if asked and is_kept else wish_for("", None)


def wish_before(referral: Referral, kept: Surgery | None) -> dict[str, str]:
    """The boxes of the sheet as last written, or as kept since it was sent to be signed."""
    wish = Wish(kept.procedure, kept.starts_at) if kept else wish_of(referral)
    if wish is None or not wish.procedure:
        return {}
    starts_at = timezone.localtime(wish.starts_at).isoformat() if wish.starts_at else ""
    return {"surgery": "yes", "procedure": wish.procedure, "surgery_at": starts_at}


def _typed(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if timezone.is_aware(found) else None
