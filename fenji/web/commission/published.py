"""The public page: every institution's referral figures of a whole month, small numbers hidden. No login.

A city that does not publish, and a database without a city, say so.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.indicators.definitions import BY_CODE
from fenji.apps.indicators.publication import (
    COUNTS,
    SHARES,
    SMALL,
    PublishedRow,
    decision,
    last_full_month,
    published_rows,
)
from fenji.apps.registry.snapshot import network
from fenji.web.commission.tiles import definition_words
from fenji.web.presenters.dates import local
from fenji.web.presenters.names import region_name
from fenji.web.presenters.numbers import count_words, permille_words

NOT_KEPT = ("answered_late", "unanswered", "skipped_tier", "below_level")
KEPT_FOR = 24  # months one may look back


@dataclass(frozen=True)
class Line:
    """One institution; cells are (the column's name, words, whether it is a fault)."""

    published: PublishedRow
    county: str
    cells: tuple[tuple[str, str, bool], ...]


@require_GET
def published(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    decided = decision(local(at).date())
    if not decided.publishes:
        return render(request, "commission/not_published.html", {"clause": decided.clause})
    last = last_full_month(at)
    month = _month(request.GET.get("month", ""), last)
    columns, found = (*COUNTS[:6], *SHARES, *COUNTS[6:]), network()
    words = {
        "at": at,
        "clause": decided.clause,
        "month": month,
        "month_words": month_words(month),
        "before": (month - timedelta(days=1)).replace(day=1),
        "after": (month + timedelta(days=32)).replace(day=1) if month < last else None,
        "heads": [BY_CODE[code] for code in columns],
        "lines": [
            _line(row, region_name(found, row.row.institution.county), columns) for row in published_rows(month, at)
        ],
        "small": SMALL,
        "definitions": [(BY_CODE[code].name, definition_words(BY_CODE[code])) for code in columns],
    }
    return render(request, "commission/published.html", words)


def month_words(month: date) -> str:
    return date_format(month, _("Y年n月"))


def _month(text: str, last: date) -> date:
    """The first day of the month asked for ("2026-10"), else of the last whole one; the present one is not whole."""
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return last
    months = (last.year - asked.year) * 12 + last.month - asked.month
    return asked if 0 <= months <= KEPT_FOR else last


def _line(row: PublishedRow, county: str, columns: tuple[str, ...]) -> Line:
    return Line(row, county, tuple(_cell(row, code) for code in columns))


def _cell(row: PublishedRow, code: str) -> tuple[str, str, bool]:
    name = str(BY_CODE[code].name)
    if code in SHARES:
        return name, permille_words(row.shares[code]), False
    count = row.counts[code]
    return name, f"<{SMALL}" if count is None else count_words(count), code in NOT_KEPT and count != 0
