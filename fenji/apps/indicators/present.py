"""What stands still now: overdue referrals and with whom, follow-ups that came due, notices that did not arrive."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, DateField, F, Min, Q, QuerySet
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from fenji.apps.indicators.definitions import BY_CODE
from fenji.apps.indicators.figures import Figure
from fenji.apps.indicators.scope import Scope
from fenji.apps.notices.models import Notice
from fenji.apps.notices.queries import undelivered
from fenji.apps.referrals import queries
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.kernel.referral import STATES, Party

SENDERS_TURN = frozenset({Party.SENDER, Party.APPROVER})
WITH_SENDER = [state.value for state, rule in STATES.items() if rule.owner in SENDERS_TURN]


@dataclass(frozen=True)
class Standstill:
    """How many are overdue, and since when the longest."""

    count: int = 0
    since: datetime | None = None

    def __add__(self, other: "Standstill") -> "Standstill":
        moments = [moment for moment in (self.since, other.since) if moment is not None]
        return Standstill(self.count + other.count, min(moments, default=None))


def overdue_referrals(scope: Scope, institution_id: int | None = None) -> QuerySet[Referral]:
    """Open referrals past their deadline, longest first, whenever they were sent; of one institution, on its turn."""
    found = queries.overdue(scope.at).filter(closed_at__isnull=True)  # the index of open ones
    if scope.institution_ids is not None:
        ids = scope.institution_ids
        found = found.filter(Q(sender_id__in=ids) | Q(receiver_id__in=ids))
    if institution_id is not None:
        senders = Q(state__in=WITH_SENDER) | Q(receiver=None)
        found = found.filter((senders & Q(sender_id=institution_id)) | (~senders & Q(receiver_id=institution_id)))
    return found


def overdue_by_institution(scope: Scope) -> dict[int, Standstill]:
    """Overdue referrals by the institution whose turn it is."""
    grouped = (
        overdue_referrals(scope)
        .order_by()
        .values("state", "sender_id", "receiver_id")
        .annotate(number=Count("pk"), since=Min("due_at"))
    )
    found: dict[int, Standstill] = defaultdict(Standstill)
    for row in grouped:
        is_senders = row["state"] in WITH_SENDER or row["receiver_id"] is None
        found[row["sender_id"] if is_senders else row["receiver_id"]] += Standstill(row["number"], row["since"])
    return dict(found)


def standstill(scope: Scope) -> Standstill:
    """All of them together."""
    return together(overdue_by_institution(scope).values())


def together(several: Iterable[Standstill]) -> Standstill:
    return sum(several, Standstill())


def follow_ups_due(scope: Scope) -> QuerySet[FollowUp]:
    """Follow-ups and guidance that came due in the period and before today; those not done first."""
    first, last = timezone.localdate(scope.start), timezone.localdate(min(scope.until, scope.at))
    end = Q(due_on__lt=last)
    found = FollowUp.objects.filter(end, due_on__gte=first)
    if scope.institution_ids is not None:
        found = found.filter(institution_id__in=scope.institution_ids)
    done_on = Cast(TruncDate("done_at"), DateField())
    return found.annotate(done_on=done_on).order_by(F("done_at").asc(nulls_first=True), "due_on")


def follow_up_figure(scope: Scope) -> Figure:
    found = follow_ups_due(scope).order_by()
    counted = found.aggregate(among=Count("pk"), count=Count("pk", filter=Q(done_on__lte=F("due_on"))))
    return Figure(BY_CODE["follow_ups"], counted["count"], counted["among"])


def undelivered_notices(scope: Scope) -> QuerySet[Notice]:
    return undelivered(at=scope.at, institution_ids=scope.institution_ids)
