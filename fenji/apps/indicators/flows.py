"""Who refers to whom: how many went from one institution to another, in each direction; why they were turned back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fenji.apps.indicators import facts
from fenji.apps.indicators.scope import Scope
from fenji.kernel.referral import Direction

Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Flow:
    """Referrals from one institution to another, counted where they went last."""

    sender_id: int
    receiver_id: int
    direction: Direction
    count: int


def flows(scope: Scope) -> list[Flow]:
    """Largest first."""
    return flows_from(facts.rows(flows_query(), scope))


def refusal_reasons(scope: Scope) -> list[tuple[str, int]]:
    """Codes of the reasons for refusing, most frequent first."""
    return reasons_from(facts.rows(reasons_query(), scope))


def flows_query(source: str = "facts") -> str:
    return (
        f"SELECT sender_id, institution_id, direction, count(*) FROM {source} WHERE is_last"  # noqa: S608  (constants)
        " GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"
    )


def flows_from(rows: Rows) -> list[Flow]:
    return [Flow(row[0], row[1], Direction(row[2]), row[3]) for row in rows]


def reasons_query(source: str = "facts") -> str:
    return f"SELECT reason, count(*) FROM {source} WHERE refused GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608


def reasons_from(rows: Rows) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in rows]
