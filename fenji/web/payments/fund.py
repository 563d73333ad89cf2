"""The fund at a glance: in what months, settings and referral states it went, and where the year will end."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.payments import books, queries
from fenji.kernel.payment.forecast import year_end
from fenji.kernel.roles import Role
from fenji.web.payments.words import SETTINGS, STATES, level_words
from fenji.web.presenters.dates import local
from fenji.web.presenters.numbers import money_words, permille_words
from fenji.web.roles import PostRequest, requires_role

SUMS = ("bills", "total_cents", "fund_cents", "self_cents")


@dataclass(frozen=True)
class Row:
    """Bills of one kind: how many, what they cost, who paid, the fund's share."""

    name: str
    count: int
    total: str
    fund: str
    own: str
    share: str


@require_GET
@requires_role(Role.INSURER)
def fund(request: PostRequest) -> HttpResponse:
    at = clock.now()
    today = local(at).date()
    since = date(today.year, 1, 1)
    rows = books.fund_rows(since, today)
    months = _by(rows, "month")
    over = [row["fund_cents"] for month, row in months if month < today.replace(day=1)]
    expected = year_end(over)
    shown = {
        "at": at,
        "since": since,
        "spent": _whole_yuan(sum(row["fund_cents"] for row in rows)),
        "own": _whole_yuan(sum(row["self_cents"] for row in rows)),
        "bills": sum(row["bills"] for row in rows),
        "expected": _whole_yuan(expected) if expected is not None else "—",
        "months": [(f"{month:%Y-%m}", row["fund_cents"] // 100) for month, row in months],
        "by_setting": [_row(str(SETTINGS[code]), row) for code, row in _by(rows, "setting")],
        "by_state": [_row(str(STATES[code]), row) for code, row in _by(rows, "referral_state")],
        "by_level": [_row(level_words(code), row) for code, row in _by(rows, "level")],
        "latest": queries.latest_claims(20),
        "waiting": queries.open_shortfalls().count(),
        "cases": queries.open_cases().count(),
    }
    return render(request, "payments/fund.html", shown)


def _whole_yuan(cents: int) -> str:
    """For the large figures: without cents, which stand in the tables."""
    return f"{cents // 100:,}"


def _by(rows: list[dict[str, Any]], field: str) -> list[tuple[Any, dict[str, int]]]:
    """The rows added up by one of their fields."""
    found: dict[Any, dict[str, int]] = {}
    for row in rows:
        sums = found.setdefault(row[field], dict.fromkeys(SUMS, 0))
        for name in SUMS:
            sums[name] += row[name]
    return sorted(found.items())


def _row(name: str, row: dict[str, int]) -> Row:
    share = row["fund_cents"] * 1000 // row["total_cents"] if row["total_cents"] else None
    return Row(
        name, row["bills"], money_words(row["total_cents"]), money_words(row["fund_cents"]),
        money_words(row["self_cents"]), permille_words(share),
    )  # fmt: skip
