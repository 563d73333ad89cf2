"""What is due, said so that lateness is seen first: "已超时 2 小时", "还剩 3 小时"."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON = timedelta(hours=2)  # how near a deadline must be for a page to raise its voice


@dataclass(frozen=True)
class Deadline:
    """`tone` is late, soon, calm or none (nothing due)."""

    words: str
    tone: str
    icon: str
    due_at: datetime | None


def deadline(due_at: datetime | None, *, at: datetime) -> Deadline:
    """How `due_at` reads at the time `at`; both aware. Exactly at the deadline counts as late (half-open spans)."""
    if due_at is None:
        return Deadline(_("无时限"), "none", "minus", None)
    left = due_at - at
    if left <= timedelta(0):
        return Deadline(_("已超时 %(span)s") % {"span": span_words(-left)}, "late", "exclamation-triangle", due_at)
    tone = "soon" if left <= SOON else "calm"
    return Deadline(_("还剩 %(span)s") % {"span": span_words(left)}, tone, "clock", due_at)


def span_words(span: timedelta) -> str:
    """The largest unit that is honest: minutes below an hour, hours below two days, then days. Rounds down."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 1:
        return _("不到 1 分钟")
    if minutes < 60:
        return ngettext("%(count)d 分钟", "%(count)d 分钟", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(count)d 小时", "%(count)d 小时", hours) % {"count": hours}
    days = hours // 24
    return ngettext("%(count)d 天", "%(count)d 天", days) % {"count": days}
