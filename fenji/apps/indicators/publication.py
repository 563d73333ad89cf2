"""What is published (定点公布转诊情况, E8): each institution's figures for a whole month, small numbers hidden.

Whether a city publishes stands in its rulebook; a database without a city publishes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from fenji.apps.common import rulebooks
from fenji.apps.indicators.figures import Figure
from fenji.apps.indicators.institutions import InstitutionRow, figures_by_institution
from fenji.apps.indicators.scope import Scope
from fenji.kernel.reasons import Clause

KEY = "cost_control.publish_referrals"
SMALL = 5  # fewer than this is not told: behind one referral stands one patient
COUNTS = (
    "sent_up", "sent_down", "received_up", "received_down", "accepted", "refused", "answered_late", "unanswered",
    "skipped_tier", "below_level",
)  # fmt: skip
SHARES = ("on_time",)


@dataclass(frozen=True)
class PublishedRow:
    """Counts as they may be read: a number, or None for one to four; shares None where too few stand behind them."""

    row: InstitutionRow
    counts: dict[str, int | None]
    shares: dict[str, int | None]


@dataclass(frozen=True)
class Decision:
    """Whether the city publishes, and the clause it rests on; `clause` is None where no rulebook says anything."""

    publishes: bool
    clause: Clause | None = None


def decision(on: date) -> Decision:
    """What the city's rulebook says on a day."""
    try:
        rulebook = rulebooks.current()
        dated = rulebook.value(KEY, on=on)
    except LookupError:  # no city loaded, or a rulebook that is silent
        return Decision(publishes=False)
    return Decision(bool(dated.value), rulebook.clause_of(dated))


def last_full_month(at: datetime) -> date:
    """The first day of the month before the present one."""
    return (timezone.localdate(at).replace(day=1) - timedelta(days=1)).replace(day=1)


def month_scope(month: date, at: datetime) -> Scope:
    """The whole city in the month that begins on a day."""
    following = (month + timedelta(days=32)).replace(day=1)
    start, until = (timezone.make_aware(datetime.combine(day, time())) for day in (month, following))
    return Scope(start, until, at)


def published_rows(month: date, at: datetime) -> list[PublishedRow]:
    """Every institution that sent or received in the month."""
    found = (row for row in figures_by_institution(month_scope(month, at)))
    return [
        PublishedRow(
            row,
            {code: told(row.figures[code].count) for code in COUNTS},
            {code: told_share(row.figures[code]) for code in SHARES},
        )
        for row in found
        if any(figure.count or figure.among for figure in row.figures.values())
    ]


def told(count: int) -> int | None:
    """None hides one to four; nothing at all may be said."""
    return None if 0 < count < SMALL else count


def told_share(figure: Figure) -> int | None:
    """Permille, unless it is of fewer than five."""
    return figure.permille if figure.among >= SMALL else None
