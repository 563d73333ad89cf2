"""What somebody waits for and where it stands, in words and marks."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.booking import fairness
from fenji.apps.booking.models import EntryState, Offer, OfferState, WaitingEntry
from fenji.rulebook.keys.booking import LINES
from fenji.web.presenters.dates import date_words, local

# Word, tone and icon of a mark, as the pages of appointments print them.
ENTRIES: dict[str, tuple[str | Promise, str, str]] = {
    EntryState.WAITING: (gettext_lazy("候补中"), "wait", "clock"),
    EntryState.OFFERED: (gettext_lazy("有号，待答复"), "act", "bell-alert"),
    EntryState.BOOKED: (gettext_lazy("已约到"), "done", "check-circle"),
    EntryState.WITHDRAWN: (gettext_lazy("已退出"), "closed", "no-symbol"),
    EntryState.SILENT: (gettext_lazy("多次未答复，已退出"), "closed", "no-symbol"),
    EntryState.OVER: (gettext_lazy("期限已过"), "closed", "no-symbol"),
}
OFFERS: dict[str, tuple[str | Promise, str, str]] = {
    OfferState.OPEN: (gettext_lazy("待答复"), "act", "bell-alert"),
    OfferState.ACCEPTED: (gettext_lazy("已接受"), "done", "check-circle"),
    OfferState.DECLINED: (gettext_lazy("已谢绝"), "closed", "no-symbol"),
    OfferState.SILENT: (gettext_lazy("逾期未答复"), "closed", "clock"),
    OfferState.ENDED: (gettext_lazy("已作废"), "closed", "no-symbol"),
}


@dataclass(frozen=True)
class Mark:
    word: str | Promise
    tone: str
    icon: str


def entry_mark(entry: WaitingEntry, at: datetime, offer: Offer | None = None) -> Mark:
    """Where an entry stands; an offer whose time has passed is no longer one to answer."""
    if entry.state == EntryState.OFFERED and offer is not None and offer.answer_by <= at:
        return Mark(_("答复时限已过，正通知下一位"), "wait", "clock")
    return Mark(*ENTRIES[entry.state])


def offer_mark(offer: Offer, at: datetime) -> Mark:
    is_over = offer.state == OfferState.OPEN and offer.answer_by <= at
    return Mark(*OFFERS[OfferState.SILENT if is_over else offer.state])


def wanted_words(entry: WaitingEntry, at: datetime) -> str:
    """What would suit: the examination or kind of clinic, the physician, until when."""
    today = local(at).date()
    what = entry.exam_item.name if entry.exam_item else _(LINES[entry.line][0]) if entry.line else _("任一门诊")
    who = entry.physician.name if entry.physician else ""
    until = _("%(day)s前") % {"day": date_words(local(entry.until_at).date(), today=today)}
    starts = _("%(day)s起") % {"day": date_words(local(entry.from_at).date(), today=today)}
    later = starts if entry.from_at > max(at, entry.entered_at) else ""
    return " · ".join(filter(None, (what, who, later, until)))


@dataclass(frozen=True)
class Standing:
    """One entry as its resident and the doctor read it."""

    entry: WaitingEntry
    offer: Offer | None  # to be answered, in time
    mark: Mark
    wanted: str
    ahead: int
    more_urgent: int  # of those ahead

    @property
    def earlier(self) -> int:
        return self.ahead - self.more_urgent


def standing_of(entry: WaitingEntry, at: datetime) -> Standing:
    offer = fairness.open_offer(entry)
    ahead = list(fairness.waiting_list(entry.department_id)[: fairness.position_of(entry)]) if _lives(entry) else []
    urgent = sum(one.urgency_rank < entry.urgency_rank for one in ahead)
    answerable = offer if offer and offer.answer_by > at else None
    return Standing(entry, answerable, entry_mark(entry, at, offer), wanted_words(entry, at), len(ahead), urgent)


def _lives(entry: WaitingEntry) -> bool:
    return entry.state in fairness.LIVING
