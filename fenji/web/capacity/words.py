"""Which clinic it is, and how old a hospital's word of it is."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.booking.freshness import Freshness
from fenji.apps.booking.models import Session
from fenji.web.presenters.deadlines import span_words
from fenji.web.presenters.places import line_words

MESSAGES: dict[str, str | Promise] = {
    "hand_over": gettext_lazy("交出号源"),
    "hand_back": gettext_lazy("收回号源"),
    "stop": gettext_lazy("停诊消息"),
    "own_list": gettext_lazy("当日清单"),
    "alive": gettext_lazy("在线信号"),
}


def clinic_words(session: Session) -> str:
    """Which clinic or examination it is, so that two at the same hour are told apart."""
    what = session.exam_item.name if session.exam_item else line_words()[session.line]
    return f"{what} {session.physician.name}" if session.physician else what


def heard_words(fresh: Freshness) -> str:
    """How old the last message is and of what kind; for a house that sends none, that its times are kept here."""
    if fresh.age is None:
        return _("号源由本平台排班，不靠医院系统的消息。")
    age = span_words(fresh.age)
    if fresh.is_stale:
        return _("医院系统已 %(age)s没有消息，空号数不可靠，平台暂停预约。") % {"age": age}
    kind = MESSAGES.get(fresh.last_message_kind, "")
    return _("医院系统最近一次消息：%(age)s前（%(kind)s）。") % {"age": age, "kind": kind}
