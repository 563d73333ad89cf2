"""Statements are the sums of their postings; what was prepaid is taken into account; the year is cleared once."""

from datetime import date, timedelta
from operator import itemgetter

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from fenji.apps.common.errors import Invalid
from fenji.apps.payments import books
from fenji.apps.payments.actions import claims, statements, summing
from fenji.apps.payments.errors import MonthOpen, NotBalanced, StatementIssued
from fenji.apps.payments.models import Statement
from fenji.apps.payments.queries import month_of
from tests.factories.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def month(world: World, stay, clock) -> date:
    """A month with two bills, one of them reversed, that is over."""
    claims.settle(stay(code="1"), by=world.insurer)
    wrong = claims.settle(stay(code="2", days_ago=0), by=world.insurer)
    claims.reverse(wrong.pk, reason="录入错误", by=world.insurer)
    month = month_of(clock.at)
    clock.advance(timedelta(days=40))
    return month


def test_a_statement_says_what_is_left_after_the_prepayment(world: World, month: date) -> None:
    statements.prepay(world.county.pk, month, 100_000, by=world.insurer)
    statement = statements.state(world.county.pk, month, by=world.insurer)
    assert statement.postings == 3
    assert statement.due_cents == statement.fund_cents + statement.catastrophic_cents - 100_000
    assert statements.check_month(world.county.pk, month) == {}


def test_a_month_is_stated_and_prepaid_once_and_only_when_it_is_over(world: World, month: date, clock) -> None:
    with pytest.raises(MonthOpen):
        statements.state(world.county.pk, month_of(clock.at), by=world.insurer)
    statements.state(world.county.pk, month, by=world.insurer)
    for again in (statements.state, lambda house, month, by: statements.prepay(house, month, 1, by=by)):
        with pytest.raises(StatementIssued):
            again(world.county.pk, month, by=world.insurer)
    with pytest.raises(Invalid):
        statements.prepay(world.city.pk, month, 0, by=world.insurer)


def test_what_comes_after_the_statement_falls_into_its_own_month(world: World, month: date, stay) -> None:
    statements.state(world.county.pk, month, by=world.insurer)
    claims.settle(stay(code="3", days_ago=45), by=world.insurer)
    assert statements.check_month(world.county.pk, month) == {}


def test_the_year_is_cleared_once_its_statements_are_out(world: World, month: date, clock) -> None:
    house, year = world.county.pk, month.year
    with pytest.raises(MonthOpen):
        statements.clear_year(house, year, by=world.insurer)
    clock.advance(timedelta(days=330))
    with pytest.raises(MonthOpen):  # the year is over, the month with bills has no statement
        statements.clear_year(house, year, by=world.insurer)
    statements.state(house, month, by=world.insurer)
    granted = statements.clear_year(house, year, by=world.insurer, agreed_cents=10_000_000)
    assert granted.amount_cents > 0
    with pytest.raises(StatementIssued):
        statements.clear_year(house, year, by=world.insurer, agreed_cents=20_000_000)
    (row,) = books.years_of_institutions(year)
    assert row.cleared == granted and row.unstated == [] and row.paid_cents == row.owed_cents


def test_a_year_in_which_all_was_paid_is_cleared_too(world: World, month: date, clock) -> None:
    clock.advance(timedelta(days=330))
    statements.state(world.county.pk, month, by=world.insurer)
    assert statements.clear_year(world.county.pk, month.year, by=world.insurer).amount_cents == 0
    assert books.years_of_institutions(month.year)[0].cleared is not None
    with pytest.raises(StatementIssued):
        statements.clear_year(world.county.pk, month.year, by=world.insurer)


def test_a_statement_that_differs_from_its_postings_is_named(world: World, month: date) -> None:
    statement = statements.state(world.county.pk, month, by=world.insurer)
    assert books.check_statements() == 1
    Statement.objects.filter(pk=statement.pk).update(fund_cents=F("fund_cents") + 1, due_cents=F("due_cents") + 1)
    assert statements.check_month(world.county.pk, month) == {"fund_cents": 1}
    with pytest.raises(NotBalanced) as wrong:
        books.check_statements()
    assert world.county.name in str(wrong.value.remedy)


def test_a_month_that_is_over_is_summed_once_and_read_from_its_sums(world: World, month: date, clock) -> None:
    today = clock.at.date()
    before = books.fund_rows(month, today)
    assert sum(row["fund_cents"] for row in before) > 0
    assert summing.sum_months(today) == [month]
    assert summing.sum_months(today) == []
    key = itemgetter("month", "setting", "referral_state", "level")
    assert sorted(books.fund_rows(month, today), key=key) == sorted(before, key=key)
    with CaptureQueriesContext(connection) as asked:
        books.fund_rows(month, month)
    assert "payments_posting" not in " ".join(query["sql"] for query in asked if "IN (NULL)" not in query["sql"])
