"""Examinations booked with a referral: what the house chosen examines, when each is free, and how to prepare."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from fenji.apps.booking import exam_lists, queries
from fenji.apps.booking.models import ExamItem
from fenji.apps.booking.policies import ORDERERS
from fenji.apps.referrals.exam_wishes import KEY, MOST, examinations_of
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.roles import Role
from fenji.web.examinations.words import Row
from fenji.web.posting import number_of
from fenji.web.presenters.dates import moment_words

if TYPE_CHECKING:
    from fenji.web.family_doctor.sheet import Sheet


@dataclass(frozen=True)
class Examination:
    """One that may be booked with the referral: its soonest free time, and whether it was chosen."""

    item: ExamItem
    next_at: datetime | None
    is_chosen: bool


@dataclass(frozen=True)
class ExaminationsAsked:
    """Those of the house chosen that have a free time, and the ones chosen that have none any more."""

    rows: list[Examination]
    most: int = MOST

    @property
    def chosen(self) -> list[Examination]:
        return [one for one in self.rows if one.is_chosen]


def examinations_asked(sheet: "Sheet") -> ExaminationsAsked | None:
    """None where none may be booked: an emergency, a way down, by who may not order, a house that examines nothing."""
    is_planned = sheet.urgency is not Urgency.EMERGENCY and sheet.direction is not Direction.DOWN
    if not is_planned or sheet.chosen is None or not _may_order(sheet):
        return None
    items, wanted = queries.exam_items_of(sheet.chosen.institution.code, sheet.day), typed(sheet)
    times = exam_lists.next_times(items, at=sheet.at)
    rows = [Examination(one, times.get(one.pk), one.pk in wanted) for one in items]
    shown = [row for row in rows if row.next_at or row.is_chosen]
    return ExaminationsAsked(shown) if shown else None


def typed(sheet: "Sheet") -> list[int]:
    """The items ticked so far."""
    return [pk for text in sheet.data.getlist(KEY) if (pk := number_of(text)) is not None]


def examinations_on(sheet: "Sheet") -> list[int] | None:
    """What the form says of them: nothing where it is not this person's to say; what was ticked while no house is."""
    if not _may_order(sheet):
        return None
    if sheet.chosen is None:
        return typed(sheet)
    return [one.item.pk for one in sheet.examinations.chosen] if sheet.examinations else []


def examinations_before(referral: Referral) -> list[str]:
    """The boxes of the sheet as last written."""
    return [str(pk) for pk in examinations_of(referral) or ()]


def booked_words(rows: Iterable[Row], at: datetime) -> str:
    """Each with its time, in one line; empty for none."""
    words = [
        _("%(name)s %(when)s") % {"name": one.order.item.name, "when": moment_words(booking.place.starts_at, at=at)}
        for one in rows
        if (booking := one.stands.booking) is not None
    ]
    return "；".join(words)


def _may_order(sheet: "Sheet") -> bool:
    return Role(sheet.post.role) in ORDERERS
