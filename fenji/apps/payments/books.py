"""The books added up: the fund by month and kind of care, statements against postings, an institution's year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Sum

from fenji.apps.payments.errors import NotBalanced
from fenji.apps.payments.models import FundMonth, Mode, Posting, Statement, Transfer
from fenji.apps.payments.queries import PAID, PAYERS
from fenji.apps.registry.models import Institution

OWN_NAMES = ("fund_cents", "self_cents")  # an annotation may not be called like a field of the posting
FUND_FIELDS = ("month", "setting", "referral_state", "level", "bills", "total_cents", "fund_cents", "self_cents")


def fund_rows(since: date, until: date) -> list[dict[str, Any]]:
    """Fund and patients' share by month, setting, referral state and level, of the months in [since, until].

    Months that were summed are read from their sums, the others from their postings.
    """
    rows = list(FundMonth.objects.filter(month__gte=since, month__lte=until).values(*FUND_FIELDS))
    summed = {row["month"] for row in rows}
    return rows + sums_of_postings([month for month in months_between(since, until) if month not in summed])


def sums_of_postings(months: list[date]) -> list[dict[str, Any]]:
    """As `fund_rows`, from the postings themselves."""
    rows = Posting.objects.filter(month__in=months, claim__mode=Mode.OFFICIAL)
    named = rows.annotate(
        setting=F("claim__setting"), referral_state=F("claim__referral_state"), level=F("claim__institution__level")
    )
    total = sum((Sum(payer) for payer in PAYERS[1:]), Sum(PAYERS[0]))
    sums = {"bills": Count("claim", distinct=True), "total_cents": total}
    sums |= {f"its_{name}": Sum(name) for name in OWN_NAMES}
    found = named.values("month", "setting", "referral_state", "level").annotate(**sums)
    return [
        {name: row[f"its_{name}" if name in OWN_NAMES else name] for name in FUND_FIELDS} for row in map(dict, found)
    ]


def months_between(since: date, until: date) -> list[date]:
    """First days of the months from that of `since` to that of `until`."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]


def apart(statements: Iterable[Statement]) -> dict[int, dict[str, int]]:
    """Statements that differ from their postings, by id: the differences by payer in 分."""
    listed = list(statements)
    rows = Posting.objects.filter(month__in={one.month for one in listed})
    sums = rows.values("institution", "month").annotate(**{f"its_{payer}": Sum(payer) for payer in PAID})
    posted: dict[Any, dict[str, Any]] = {(row["institution"], row["month"]): dict(row) for row in sums}
    found = {}
    for one in listed:
        row = posted.get((one.institution_id, one.month), {})
        gaps = {payer: getattr(one, payer) - int(row.get(f"its_{payer}") or 0) for payer in PAID}
        if any(gaps.values()):
            found[one.pk] = {payer: cents for payer, cents in gaps.items() if cents}
    return found


def check_statements() -> int:
    """Every statement against its postings, to the cent; how many there are. Raises NotBalanced, naming them."""
    statements = list(Statement.objects.select_related("institution"))
    wrong = apart(statements)
    if wrong:
        named = [f"{one.institution.name} {one.month:%Y-%m}" for one in statements if one.pk in wrong]
        raise NotBalanced(remedy="、".join(named[:20]))
    return len(statements)


@dataclass(frozen=True)
class YearOf:
    """An institution's year: months with postings and without a statement, what it is owed and was paid, in 分."""

    institution: Institution
    unstated: list[date]
    owed_cents: int
    paid_cents: int
    cleared: Transfer | None


def years_of_institutions(year: int, *, institution_id: int | None = None) -> list[YearOf]:
    """Each institution with postings in the year, for its clearing."""
    months: dict[str, Any] = {"month__gte": date(year, 1, 1), "month__lte": date(year, 12, 1)}
    only = {"institution_id": institution_id} if institution_id else {}
    postings = Posting.objects.filter(**months, **only).values("institution", "month")
    summed = postings.annotate(**{f"its_{payer}": Sum(payer) for payer in PAID}).order_by("month")
    sums: list[dict[str, Any]] = [dict(row) for row in summed]
    stated = set(Statement.objects.filter(**months, **only).values_list("institution", "month"))
    transfers = list(Transfer.objects.filter(**months, **only))
    found = []
    for house in Institution.objects.filter(pk__in={row["institution"] for row in sums}).order_by("name_pinyin"):
        own = [row for row in sums if row["institution"] == house.pk]
        moved = [one for one in transfers if one.institution_id == house.pk]
        found.append(
            YearOf(
                house, [row["month"] for row in own if (house.pk, row["month"]) not in stated],
                sum(int(row[f"its_{payer}"]) for row in own for payer in PAID),
                sum(one.amount_cents for one in moved if one.kind != "clearing"),
                next((one for one in moved if one.kind == "clearing"), None),
            )
        )  # fmt: skip
    return found
