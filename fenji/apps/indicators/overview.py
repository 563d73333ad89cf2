"""All that the commission's first page shows of a period and its weeks, at one reading of the referrals."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from fenji.apps.indicators import facts
from fenji.apps.indicators.definitions import BY_CODE
from fenji.apps.indicators.figures import Figures, figures_from, figures_query, weeks_from, weeks_query
from fenji.apps.indicators.flows import Flow, flows_from, flows_query, reasons_from, reasons_query
from fenji.apps.indicators.scope import Scope

PERIOD = "(SELECT * FROM facts WHERE sent_at >= %(since)s) AS period"


@dataclass(frozen=True)
class Overview:
    """Figures, flows and reasons for refusing (code, count) of the period; some figures week by week."""

    figures: Figures
    weeks: dict[date, Figures]
    flows: list[Flow]
    reasons: list[tuple[str, int]]


def overview(scope: Scope, trend: Scope, weekly: Collection[str]) -> Overview:
    """`trend` is `scope` begun earlier; `weekly` are the codes of the figures that are wanted for its weeks."""
    definitions = tuple(BY_CODE[code] for code in weekly)
    queries = (figures_query(PERIOD), weeks_query(definitions), flows_query(PERIOD), reasons_query(PERIOD))
    whole, weeks, flows, reasons = facts.several(queries, trend, since=scope.start, zone=settings.TIME_ZONE)
    return Overview(
        figures_from(whole), weeks_from(weeks, trend, definitions), flows_from(flows), reasons_from(reasons)
    )
