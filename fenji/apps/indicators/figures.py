"""Figures over `facts`: in one query for the whole of a scope, and week by week, institution by institution."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from fenji.apps.indicators import facts
from fenji.apps.indicators.definitions import FROM_FACTS, Definition, Side, Unit
from fenji.apps.indicators.scope import Scope

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Figure:
    """A measured definition. `count` rows meet it; of `among` for a share; `hours` is their median."""

    definition: Definition
    count: int = 0
    among: int = 0
    hours: float | None = None

    @property
    def permille(self) -> int | None:
        """Of a share; None when there is nothing to take a share of."""
        return round(1000 * self.count / self.among) if self.among else None

    @property
    def value(self) -> float | None:
        """The number itself: a count, a share in permille, hours. None where nothing was measured."""
        if self.definition.unit is Unit.COUNT:
            return self.count
        return self.permille if self.definition.unit is Unit.SHARE else self.hours


Figures = dict[str, Figure]
Rows = Sequence[tuple[Any, ...]]
NOTHING: Figures = {definition.code: Figure(definition) for definition in FROM_FACTS}
WEEKLY = """
    (SELECT *, date_trunc('week', sent_at AT TIME ZONE %(zone)s)::date::text AS week FROM facts) AS weekly GROUP BY week
"""


def figures(scope: Scope) -> Figures:
    """Every figure of the scope as a whole."""
    return figures_from(_asked(figures_query(), scope))


def figures_by_week(scope: Scope, definitions: Iterable[Definition] = FROM_FACTS) -> dict[date, Figures]:
    """Every figure by the week (its Monday) in which the referrals were sent, weeks without any included."""
    kept = tuple(definitions)
    return weeks_from(_asked(weeks_query(kept), scope), scope, kept)


def figures_of_institutions(scope: Scope) -> dict[int, Figures]:
    """Each institution's figures in one query: of its sending as a sender, of its answering as a receiver.

    Institutions without any referral are left out.
    """
    key = "ARRAY[grouping(sender_id), coalesce(sender_id, institution_id)]"
    source = "facts GROUP BY GROUPING SETS ((sender_id), (institution_id))"
    found: dict[int, Figures] = {}
    for (is_receiver, house), *values in _asked(_query(key, source, FROM_FACTS), scope):
        own = found.setdefault(house, dict(NOTHING))
        side = Side.RECEIVER if is_receiver else Side.SENDER
        own |= {code: one for code, one in _figures(values, FROM_FACTS).items() if one.definition.side is side}
    return found


def figures_query(source: str = "facts") -> str:
    return _query("NULL", source, FROM_FACTS)


def figures_from(rows: Rows) -> Figures:
    ((_key, *values),) = rows
    return _figures(values, FROM_FACTS)


def weeks_query(definitions: tuple[Definition, ...]) -> str:
    """Has a parameter `zone`."""
    return _query("week", WEEKLY, definitions)


def weeks_from(rows: Rows, scope: Scope, definitions: tuple[Definition, ...]) -> dict[date, Figures]:
    found = {week: _figures(values, definitions) for week, *values in rows}
    first, last = (_monday(scope, moment) for moment in ("start", "until"))
    weeks = [first + WEEK * number for number in range((last - first) // WEEK + 1)]
    return {week: found.get(str(week), NOTHING) for week in weeks}


def _asked(query: str, scope: Scope) -> Rows:
    return facts.rows(query, scope, zone=settings.TIME_ZONE)


def _query(key: str, source: str, definitions: tuple[Definition, ...]) -> str:
    columns = ", ".join(_columns(definition) for definition in definitions)
    return f"SELECT {key}, {columns} FROM {source}"  # noqa: S608  (all of it constants of ours)


def _figures(values: Sequence[Any], definitions: tuple[Definition, ...]) -> Figures:
    """From two columns for each definition."""
    return {
        definition.code: _figure(definition, values[2 * place], values[2 * place + 1])
        for place, definition in enumerate(definitions)
    }


def _columns(definition: Definition) -> str:
    """Two columns for each definition: the count, and the second number its unit needs."""
    counted = f"count(*) FILTER (WHERE {definition.condition})"
    if definition.unit is Unit.SHARE:
        return f"{counted}, count(*) FILTER (WHERE {definition.among})"
    if definition.unit is Unit.HOURS:
        median = f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {definition.span}) FILTER (WHERE {definition.condition})"
        return f"{counted}, (extract(epoch FROM {median}) / 3600)::float"
    return f"{counted}, NULL"


def _figure(definition: Definition, count: int, second: float | None) -> Figure:
    if definition.unit is Unit.SHARE:
        return Figure(definition, count, among=int(second or 0))
    return Figure(definition, count, hours=second if definition.unit is Unit.HOURS else None)


def _monday(scope: Scope, end: str) -> date:
    """The Monday of the week of the period's first or last moment; of `until` the moment before it."""
    moment = scope.start if end == "start" else min(scope.until, scope.at) - timedelta(microseconds=1)
    day = timezone.localdate(moment)
    return day - timedelta(days=day.weekday())
