"""What is new for a desk, latest first: which patient, what happened, with whom; what its lists show is left out."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from fenji.apps.notices.models import Notice
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Institution
from fenji.web.presenters.notices import event_words

OVERDUE = "referral.overdue"
PAGES = {"waiting": "waiting_entry", "examination": "exam_one"}


@dataclass(frozen=True)
class News:
    """One notice as it is told; without a referral, or of an event without a name, its own text stands."""

    notice: Notice
    referral: Referral | None
    other: Institution | None  # the house on the other side
    words: str

    @property
    def href(self) -> str:
        """Where it leads when it is about an entry of the waiting list or an examination."""
        address = PAGES.get(self.notice.cause_kind)
        return reverse(address, args=[self.notice.cause_id]) if address else ""


def latest_news(inbox: QuerySet[Notice], institution_id: int, *, listed: Collection[UUID], most: int) -> list[News]:
    """At most so many notices; that a referral among those `listed` on the page is late stands there already."""
    notices = list(inbox.exclude(kind=OVERDUE, cause_id__in=[str(pk) for pk in listed])[:most])
    ids = [notice.cause_id for notice in notices if notice.cause_kind == "referral"]
    found = Referral.objects.filter(pk__in=ids).select_related("resident", "sender", "receiver")
    by_id = {str(one.pk): one for one in found}
    return [_news(notice, by_id.get(notice.cause_id), institution_id) for notice in notices]


def _news(notice: Notice, referral: Referral | None, institution_id: int) -> News:
    is_ours = referral is not None and referral.sender_id == institution_id
    other = (referral.receiver if is_ours else referral.sender) if referral else None
    return News(notice, referral, other, event_words(notice))
