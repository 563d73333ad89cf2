"""Where an examination stands, as a mark; to the resident in plainer words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.booking import exam_bundle, exam_lists
from fenji.apps.booking.exam_lists import Standing
from fenji.apps.booking.models import ExamOrder
from fenji.apps.referrals.models import Referral

LOOKS: dict[str, tuple[str | Promise, str, str]] = {
    "booked": (_("已约好"), "going", "calendar-days"),
    "waiting": (_("候补中"), "wait", "clock"),
    "arrived": (_("已到检，等结果"), "going", "user"),
    "reported": (_("结果已出，待查看"), "act", "bell-alert"),
    "read": (_("结果已查看"), "done", "check-circle"),
    "missed": (_("未到检"), "act", "user-minus"),
    "without_time": (_("待重约"), "act", "exclamation-triangle"),
    "cancelled": (_("已取消"), "closed", "no-symbol"),
}
TO_RESIDENT: dict[str, str | Promise] = {
    "reported": _("结果已出"),
    "read": _("结果已出"),
    "missed": _("没有去"),
    "without_time": _("暂无时间，医生会为您另约"),
}


@dataclass(frozen=True)
class Row:
    """One order as it is listed."""

    stands: Standing
    word: str | Promise
    tone: str
    icon: str

    @property
    def order(self) -> ExamOrder:
        return self.stands.order

    @property
    def may_cancel(self) -> bool:
        return self.stands.code in {"booked", "waiting", "missed", "without_time"}

    @property
    def may_book_anew(self) -> bool:
        return self.stands.code in {"missed", "without_time"}


def booked_with(referral: Referral, at: datetime) -> list[Row]:
    """What was ordered with a referral and not cancelled, in the order of asking."""
    return [row_of(one, at) for one in exam_bundle.of_referral(referral.pk, referral.resident_id)]


def row_of(order: ExamOrder, at: datetime, *, to_resident: bool = False) -> Row:
    stands = exam_lists.standing(order, at=at)
    word, tone, icon = LOOKS[stands.code]
    if to_resident:
        word = TO_RESIDENT.get(stands.code, word)
        tone = "done" if stands.code == "reported" else tone
    return Row(stands, word, tone, icon)
