"""The rows behind a figure, without names: number, sender, receiver, state, waits, deadline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

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
    escalations: int = 0  # rungs told in the present state; only of what is overdue


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
        self.total: int | None = None
        self.held: tuple[slice, list[tuple[Any, ...]]] | None = None

    def read(self, number: int, size: int) -> Self:
        """Hold one page (from 1) and count all, at one reading; other pages can still be asked for."""
        start = max(number - 1, 0) * size
        found = self._found(start, size)
        if found:  # beyond the end nothing says how many there are
            self.total, self.held = int(found[0][0]), (slice(start, start + size), [row[1:] for row in found])
        return self

    def count(self) -> int:
        if self.total is None:
            query = f"SELECT count(*) FROM facts WHERE {self.where}"  # noqa: S608  (conditions are constants of ours)
            self.total = int(facts.rows(query, self.scope, **self.given)[0][0])
        return self.total

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Row]:
        """Late ones first, then the newest."""
        start = part.start or 0
        if self.held and self.held[0].start == start and part.stop in {self.held[0].stop, self.total}:
            found = self.held[1]
        else:
            found = [row[1:] for row in self._found(start, None if part.stop is None else part.stop - start)]
        nodes = self.scope.network.nodes
        return [_row(dict(zip(COLUMNS, values, strict=True)), nodes) for values in found]

    def _found(self, start: int, most: int | None) -> list[tuple[Any, ...]]:
        query = (
            f"SELECT count(*) OVER (), {', '.join(COLUMNS)} FROM facts WHERE {self.where}"  # noqa: S608
            " ORDER BY is_late DESC, sent_at DESC, number, institution_id LIMIT %(most)s OFFSET %(skipped)s"
        )
        return facts.rows(query, self.scope, most=most, skipped=start, **self.given)


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
    return [row_of(one, nodes, is_late=True) for one in found.select_related("booking__place")]


def row_of(one: Referral, nodes: dict[int, Node], *, is_late: bool = False) -> Row:
    """A referral as a row; the receiver of a draft may not be known yet."""
    return Row(
        one.number, one.direction, one.urgency, one.state, nodes[one.sender_id],
        nodes[one.receiver_id] if one.receiver_id else None, one.sent_at, one.sent_at, one.answered_at,
        one.booking.place.starts_at if one.booking else None, one.arrived_at, one.due_at, is_late,
        escalations=one.escalation,
    )  # fmt: skip
