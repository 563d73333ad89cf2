"""Statements are the sums of their postings; what was prepaid is taken into account; the year is cleared once."""

from datetime import date, timedelta

import pytest

from fenji.apps.common.errors import Invalid
from fenji.apps.payments.actions import claims, statements
from fenji.apps.payments.errors import MonthOpen, StatementIssued
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
    with pytest.raises(MonthOpen):
        statements.clear_year(world.county.pk, month.year, by=world.insurer)
    clock.advance(timedelta(days=330))
    for number in range(1, 13):
        statements.state(world.county.pk, date(month.year, number, 1), by=world.insurer)
    assert statements.clear_year(world.county.pk, month.year, by=world.insurer) is None  # all of it was paid
    granted = statements.clear_year(world.county.pk, month.year, by=world.insurer, agreed_cents=10_000_000)
    assert granted is not None and granted.amount_cents > 0
    with pytest.raises(StatementIssued):
        statements.clear_year(world.county.pk, month.year, by=world.insurer, agreed_cents=20_000_000)
