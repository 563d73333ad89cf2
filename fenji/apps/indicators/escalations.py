"""What was escalated to a reader, once for each referral: how often, and how the referral stands now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet

from fenji.apps.indicators.behind import Row, row_of
from fenji.apps.indicators.present import WITH_SENDER
from fenji.apps.notices.models import Notice
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.snapshot import Node

KIND = "referral.overdue"  # of the notices


@dataclass(frozen=True)
class Escalation:
    """One referral's escalations. `notice` is the latest; `is_over` when the referral is no longer late."""

    notice: Notice
    row: Row
    times: int
    since: datetime
    is_over: bool

    @property
    def turn(self) -> Node:
        """The institution that must act."""
        return turn_of(self.row)


def turn_of(row: Row) -> Node:
    return row.sender if row.state in WITH_SENDER or row.receiver is None else row.receiver


def waiting(inbox: QuerySet[Notice], nodes: dict[int, Node], *, at: datetime, most: int) -> list[Escalation]:
    """Those nobody has taken up, the first escalated first."""
    unread = inbox.filter(kind=KIND, read_at=None)
    return _escalations(unread, "since", most, nodes, at)


def waiting_count(inbox: QuerySet[Notice]) -> int:
    """Of how many referrals escalations wait."""
    return inbox.filter(kind=KIND, read_at=None).order_by().values("cause_id").distinct().count()


def taken_up(inbox: QuerySet[Notice], nodes: dict[int, Node], *, at: datetime, most: int) -> list[Escalation]:
    """Those that somebody took up, the latest first."""
    read = inbox.filter(kind=KIND).exclude(read_at=None)
    return _escalations(read, "-done_at", most, nodes, at)


def unread_with(inbox: QuerySet[Notice], notice_id: int) -> list[int]:
    """Ids of all that wait about the same referral as this notice of the reader's; empty when it is not theirs."""
    found = inbox.filter(kind=KIND)
    same = found.filter(cause_id__in=found.filter(pk=notice_id).order_by().values("cause_id"))
    return list(same.filter(read_at=None).order_by("pk").values_list("pk", flat=True))


def _escalations(
    found: QuerySet[Notice], order: str, most: int, nodes: dict[int, Node], at: datetime
) -> list[Escalation]:
    grouped = found.order_by().values("cause_id")
    counted = grouped.annotate(times=Count("pk"), since=Min("made_at"), latest=Max("pk"), done_at=Max("read_at"))
    rows = list(counted.order_by(order, "cause_id")[:most])
    notices = Notice.objects.select_related("read_by").in_bulk([row["latest"] for row in rows])
    referrals = Referral.objects.select_related("booking__place").in_bulk([UUID(row["cause_id"]) for row in rows])
    return [
        Escalation(
            notices[row["latest"]], row_of(referral, nodes), row["times"], row["since"],
            is_over=referral.due_at is None or referral.due_at > at,
        )
        for row in rows
        if (referral := referrals.get(UUID(row["cause_id"])))
    ]  # fmt: skip
