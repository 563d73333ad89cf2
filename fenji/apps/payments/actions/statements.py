"""Money between fund and institution: prepaid each month, stated from the postings, cleared at the year's end."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.payments import books, queries
from fenji.apps.payments.errors import MonthOpen, StatementIssued
from fenji.apps.payments.models import Statement, Transfer
from fenji.apps.registry.models import Institution


def prepay(institution_id: int, month: date, amount_cents: int, *, by: User) -> Transfer:
    """Prepay an institution for a month, once. The statement takes it into account."""
    if amount_cents <= 0:
        raise Invalid(fields={"amount": "预付金额须大于零。"})
    with transaction.atomic():
        _lock(institution_id)
        if Statement.objects.filter(institution_id=institution_id, month=month).exists():
            raise StatementIssued
        return _transfer(institution_id, "prepayment", month, amount_cents, by)


def state(institution_id: int, month: date, *, by: User) -> Statement:
    """Issue the statement of a month that is over. A later change of its bills falls into the month of its posting."""
    with transaction.atomic():
        at = clock.now()
        _lock(institution_id)
        if month >= queries.month_of(at):
            raise MonthOpen
        if Statement.objects.filter(institution_id=institution_id, month=month).exists():
            raise StatementIssued
        sums = queries.sums_of_month(institution_id, month)
        prepaid = _prepaid(institution_id, month)
        statement = Statement.objects.create(
            institution_id=institution_id, month=month, postings=sums["count"], prepaid_cents=prepaid,
            due_cents=sum(sums[name] for name in queries.PAID) - prepaid, issued_at=at, issued_by=by,
            **{name: sums[name] for name in queries.PAID},
        )  # fmt: skip
        if statement.due_cents:
            _transfer(institution_id, "statement", month, statement.due_cents, by)
        audit.record("statement.issued", statement, by=by, at=at, institution_id=institution_id)
        return statement


def clear_year(institution_id: int, year: int, *, by: User, agreed_cents: int | None = None) -> Transfer:
    """Year-end clearing: what the agreement grants (capitation, points, quota; null: what the bills came to) less paid.

    The year must be over and every month with postings have its statement. Where nothing is left to pay either way the
    transfer is of 0. Raises MonthOpen, StatementIssued when it was cleared before.
    """
    with transaction.atomic():
        _lock(institution_id)
        rows = books.years_of_institutions(year, institution_id=institution_id)
        if date(year, 12, 1) >= queries.month_of(clock.now()) or any(one.unstated for one in rows):
            raise MonthOpen("该年还没有结束，或还有月份没有出具结算单，不能清算。")
        if any(one.cleared for one in rows):
            raise StatementIssued(_("该机构该年已经清算。"))
        owed = sum(one.owed_cents for one in rows) if agreed_cents is None else agreed_cents
        paid = sum(one.paid_cents for one in rows)
        return _transfer(institution_id, "clearing", date(year, 12, 1), owed - paid, by)


def check_month(institution_id: int, month: date) -> dict[str, int]:
    """An issued statement against its postings, to the cent; the differences by payer, empty when it balances."""
    statement = Statement.objects.filter(institution_id=institution_id, month=month).first()
    if statement is None:
        raise NotFound
    return books.apart([statement]).get(statement.pk, {})


def _lock(institution_id: int) -> Institution:
    found = Institution.objects.select_for_update(no_key=True).filter(pk=institution_id).first()
    if found is None:
        raise NotFound
    return found


def _prepaid(institution_id: int, month: date) -> int:
    return _sum(Transfer.objects.filter(institution_id=institution_id, month=month, kind="prepayment"))


def _sum(rows: QuerySet[Transfer]) -> int:
    return int(rows.aggregate(cents=Sum("amount_cents"))["cents"] or 0)


def _transfer(institution_id: int, kind: str, month: date, cents: int, by: User) -> Transfer:
    try:
        with transaction.atomic():
            transfer = Transfer.objects.create(
                institution_id=institution_id, kind=kind, month=month, amount_cents=cents, at=clock.now(), by=by
            )
    except IntegrityError:
        raise StatementIssued("这笔款项已经付过。") from None
    audit.record(f"transfer.{kind}", transfer, by=by, institution_id=institution_id, details={"cents": cents})
    return transfer
