"""What a notice is about, in a few words of the reader's language."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from fenji.apps.notices.wording import HEADLINES
from fenji.kernel.referral import BY_ACTION
from fenji.web.presenters.names import reads_english

# What staff read of an event that is no move of a referral.
EVENTS: dict[str, str | Promise] = {
    "referral.overdue": _("已超时"),
    "referral.bed": _("已预留床位"),
    "account.opened": _("账号已开通"),
    "referral.insurer": _("跨市转诊待医保知悉"),
    "referral.outcome": _("续转后有结果"),
    "resident.emergency_access": _("紧急查阅"),
    "complaint.answer": _("投诉已答复"),
    "booking.differences": _("号源核对有出入"),
    "booking.moved": _("停诊，已改期"),
    "booking.cancelled": _("停诊，预约已取消"),
    "waiting.offered": _("候补有号，待答复"),
    "waiting.ended": _("候补已结束"),
    "examination.booked": _("检查已约好"),
    "examination.cancelled": _("检查已取消"),
    "examination.moved": _("检查时间有变"),
    "examination.to_rebook": _("检查停诊，待重约"),
    "examination.reported": _("检查结果已出"),
    "examination.critical": _("危急值"),
    "examination.result": _("检查结果已出"),
    "stay.displaced": _("床位被占，需另行安排"),
    "proposal.made": _("建议下转"),
    "proposal.late": _("下转建议逾期未答"),
    "surgery.late": _("日间手术逾期"),
    "surgery.unassessed": _("日间手术待评估，将退回手术间"),
    "surgery.released": _("日间手术预留已退回"),
    "surgery.answered": _("日间手术有答复"),
    "surgery.unwell": _("日间手术后恢复不顺利"),
    "surgery.reserved": _("已预留日间手术时间"),
}


def notice_headline(notice: Any) -> str:
    """A few words in English to stand before the text as it was sent; nothing for who reads that."""
    return event_words(notice) if reads_english() else ""


def event_words(notice: Any) -> str:
    """What happened, as staff or, if a resident was told, as the resident calls it; nothing for other kinds."""
    if notice.resident_id and notice.kind in HEADLINES:
        return pgettext("notice", HEADLINES[notice.kind])
    kind, _dot, action = notice.kind.partition(".")
    if kind == "referral" and action in BY_ACTION:
        return pgettext("move", BY_ACTION[action].name)
    return str(EVENTS.get(notice.kind, ""))
