"""What a notice is about, in a few words of the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fenji.apps.notices.wording import HEADLINES
from fenji.kernel.referral import BY_ACTION
from fenji.web.presenters.names import reads_english


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
    return {"referral.overdue": _("已超时"), "resident.emergency_access": _("紧急查阅")}.get(notice.kind, "")
