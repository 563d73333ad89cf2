"""Who refers to whom: how many went from one institution to another, in each direction; why they were turned back."""

from dataclasses import dataclass

from fenji.apps.indicators import facts
from fenji.apps.indicators.scope import Scope
from fenji.kernel.referral import Direction


@dataclass(frozen=True)
class Flow:
    """Referrals from one institution to another, counted where they went last."""

    sender_id: int
    receiver_id: int
    direction: Direction
    count: int


def flows(scope: Scope) -> list[Flow]:
    """Largest first."""
    query = (
        "SELECT sender_id, institution_id, direction, count(*) FROM facts WHERE is_last GROUP BY 1, 2, 3"
        " ORDER BY 4 DESC, 1, 2, 3"
    )
    return [Flow(row[0], row[1], Direction(row[2]), row[3]) for row in facts.rows(query, scope)]


def refusal_reasons(scope: Scope) -> list[tuple[str, int]]:
    """Codes of the reasons for refusing, most frequent first."""
    query = "SELECT reason, count(*) FROM facts WHERE refused GROUP BY 1 ORDER BY 2 DESC, 1"
    return [(row[0], row[1]) for row in facts.rows(query, scope)]
