"""Months that are over, summed once for the fund's pages. Postings are only ever added to the month that runs."""

from datetime import date

from django.db import transaction
from django.db.models import Min

from fenji.apps.payments import books
from fenji.apps.payments.models import FundMonth, Posting


def sum_months(today: date) -> list[date]:
    """Sum every month before today's that has postings and no sums yet; returns them. Twice changes nothing."""
    first = Posting.objects.aggregate(first=Min("month"))["first"]
    if first is None:
        return []
    summed = set(FundMonth.objects.values_list("month", flat=True).distinct())
    over = [month for month in books.months_between(first, today) if month < today.replace(day=1)]
    return [month for month in over if month not in summed and _sum(month)]


@transaction.atomic
def _sum(month: date) -> bool:
    rows = [FundMonth(**row) for row in books.sums_of_postings([month])]
    FundMonth.objects.bulk_create(rows, ignore_conflicts=True)
    return bool(rows)
