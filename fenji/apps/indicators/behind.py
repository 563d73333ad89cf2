"""The rows behind a figure, without names: number, sender, receiver, state, waits, deadline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from fenji.apps.indicators import facts
from fenji.apps.indicators.definitions import Definition, Side
from fenji.apps.indicators.present import overdue_referrals
from fenji.apps.indicators.scope import Scope
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.snapshot import Node

COLUMNS = (
    "number", "direction", "urgency", "state", "sender_id", "institution_id", "sent_at", "put_at", "answered_at",
    "appointment_at", "arrived_at", "due_at", "is_late", "is_last", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A referral as the commission sees it."""

    number: str
    direction: str
    urgency: str
    state: str
    sender: Node
    receiver: Node | None
    sent_at: datetime | None
    put_at: datetime | None = None
    answered_at: datetime | None = None
    appointment_at: datetime | None = None
    arrived_at: datetime | None = None
    due_at: datetime | None = None
    is_late: bool = False
    is_last: bool = True  # false: refused here and rerouted; state and deadline are the next receiver's
    reason: str = ""


class RowsBehind:
    """The rows that a figure counts. For a Paginator.

    `rest` asks for the others of a share's base; `institution_id` keeps one institution's, in the role in which the
    figure is its own; `reason` is a code of refusal.
    """

    def __init__(
        self,
        definition: Definition,
        scope: Scope,
        *,
        rest: bool = False,
        institution_id: int | None = None,
        reason: str = "",
    ) -> None:
        self.scope = scope
        side = "sender_id" if definition.side is Side.SENDER else "institution_id"
        parts = [definition.rest if rest else definition.condition]
        parts += [f"{side} = %(institution)s"] if institution_id else []
        parts += ["reason = %(reason)s"] if reason else []
        self.where = " AND ".join(parts)
        self.given: dict[str, Any] = {"institution": institution_id, "reason": reason}

    def count(self) -> int:
        query = f"SELECT count(*) FROM facts WHERE {self.where}"  # noqa: S608  (conditions are constants of ours)
        return int(facts.rows(query, self.scope, **self.given)[0][0])

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Row]:
        """Late ones first, then the newest."""
        query = (
            f"SELECT {', '.join(COLUMNS)} FROM facts WHERE {self.where}"  # noqa: S608
            " ORDER BY is_late DESC, sent_at DESC, number LIMIT %(most)s OFFSET %(skipped)s"
        )
        most = None if part.stop is None else part.stop - (part.start or 0)
        found = facts.rows(query, self.scope, most=most, skipped=part.start or 0, **self.given)
        nodes = self.scope.network.nodes
        return [_row(dict(zip(COLUMNS, values, strict=True)), nodes) for values in found]


def _row(values: dict[str, Any], nodes: dict[int, Node]) -> Row:
    return Row(sender=nodes[values.pop("sender_id")], receiver=nodes[values.pop("institution_id")], **values)


class OverdueRows:
    """The referrals that stand still now, the longest overdue first. For a Paginator."""

    def __init__(self, scope: Scope, institution_id: int | None = None) -> None:
        self.found, self.nodes = overdue_referrals(scope, institution_id), scope.network.nodes

    def count(self) -> int:
        return self.found.order_by().count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Row]:
        return overdue_rows(self.found[part], self.nodes)


def overdue_rows(found: QuerySet[Referral], nodes: dict[int, Node]) -> list[Row]:
    """Referrals as rows; the receiver of a draft may not be known yet."""
    return [
        Row(
            one.number, one.direction, one.urgency, one.state, nodes[one.sender_id],
            nodes[one.receiver_id] if one.receiver_id else None, one.sent_at, one.sent_at, one.answered_at,
            one.booking.place.starts_at if one.booking else None, one.arrived_at, one.due_at, True,
        )
        for one in found.select_related("booking__place")
    ]  # fmt: skip
