"""The fund at a glance: in what months, settings and referral states it went, and where the year will end."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.payments import queries
from fenji.kernel.payment.forecast import year_end
from fenji.kernel.roles import Role
from fenji.web.payments.words import SETTINGS, STATES, level_words
from fenji.web.presenters.dates import local
from fenji.web.presenters.numbers import money_words, permille_words
from fenji.web.roles import PostRequest, requires_role


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
    months = queries.fund_by_month(since)
    over = [row["fund"] for row in months if row["month"] < today.replace(day=1)]
    expected = year_end(over)
    shown = {
        "at": at,
        "since": since,
        "spent": _whole_yuan(sum(row["fund"] for row in months)),
        "own": _whole_yuan(sum(row["own"] for row in months)),
        "bills": sum(row["n"] for row in months),
        "expected": _whole_yuan(expected) if expected is not None else "—",
        "months": [(f"{row['month']:%Y-%m}", row["fund"] // 100) for row in months],
        "by_setting": [_row(str(SETTINGS[row["setting"]]), row) for row in queries.fund_by("setting", since)],
        "by_state": [_row(str(STATES[row["referral_state"]]), row) for row in queries.fund_by("referral_state", since)],
        "by_level": [
            _row(level_words(row["institution__level"]), row) for row in queries.fund_by("institution__level", since)
        ],
        "latest": queries.latest_claims(20),
        "waiting": queries.open_shortfalls().count(),
        "cases": queries.open_cases().count(),
    }
    return render(request, "payments/fund.html", shown)


def _whole_yuan(cents: int) -> str:
    """For the large figures: without cents, which stand in the tables."""
    return f"{cents // 100:,}"


def _row(name: str, row: dict[str, int]) -> Row:
    share = row["fund"] * 1000 // row["total"] if row["total"] else None
    return Row(
        name, row["n"], money_words(row["total"]), money_words(row["fund"]), money_words(row["own"]),
        permille_words(share),
    )  # fmt: skip
