"""What the books do by the clock. Each may run twice without harm."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from fenji.apps.common import clock
from fenji.apps.payments import books, queries
from fenji.apps.payments.actions import summing, supervision

LOOKS_BACK = timedelta(days=35)  # bills come late; a finding opens one case however often it is found


@app.periodic(cron="0 20 * * *")  # the worker counts in UTC: four in the morning in China
@app.task(name="payments.look_for_cases", queueing_lock="payments.look_for_cases")
def look_for_cases(timestamp: int) -> int:
    """Every night: odd bills become cases of supervision."""
    today = timezone.localdate(clock.now())
    return len(supervision.look_for_cases(today - LOOKS_BACK, today + timedelta(days=1)))


@app.periodic(cron="30 20 * * *")
@app.task(name="payments.check_balance", queueing_lock="payments.check_balance")
def check_balance(timestamp: int) -> dict[str, int]:
    """Every night: the books against the claims and the statements, to the cent. Operators see a job that fails."""
    return {**queries.check_balance(), "statements": books.check_statements()}


@app.periodic(cron="40 20 * * *")
@app.task(name="payments.sum_months", queueing_lock="payments.sum_months")
def sum_months(timestamp: int) -> int:
    """Every night: months that are over are summed, so that the fund's pages need not read their postings again."""
    return len(summing.sum_months(timezone.localdate(clock.now())))
