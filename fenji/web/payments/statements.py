"""Statements of a month: issued ones with their balance, and the institutions whose statement is still to be issued."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.apps.payments import books, queries
from fenji.apps.payments.actions import statements
from fenji.kernel.roles import Role
from fenji.web.posting import number_of, once
from fenji.web.presenters.dates import local
from fenji.web.roles import PostRequest, requires_role


@requires_role(Role.INSURER)
def month(request: PostRequest) -> HttpResponse:
    """The month asked for, the last one that is over if none is; posting issues one institution's statement."""
    at = clock.now()
    this = local(at).date().replace(day=1)
    chosen = _month(request.GET.get("month", "")) or (this - timedelta(days=1)).replace(day=1)
    if request.method == "POST":
        house = number_of(request.POST.get("institution"))
        if house is None:
            raise NotFound
        return once(request, lambda: _issued(request, house, chosen))
    rows = queries.statements_of(chosen)
    unequal = books.apart(statement for _house, _sums, statement in rows if statement)
    shown = {
        "at": at,
        "month": chosen,
        "before": (chosen - timedelta(days=1)).replace(day=1),
        "after": (chosen + timedelta(days=32)).replace(day=1) if chosen < this else None,
        "is_over": chosen < this,
        "rows": [
            (
                house,
                sums,
                statement,
                f"statement-{house.pk}-{chosen}",
                statement is not None and statement.pk in unequal,
            )
            for house, sums, statement in rows
        ],
        "unequal": len(unequal),
    }
    return render(request, "payments/statements.html", shown)


def _issued(request: PostRequest, institution_id: int, month: date) -> str:
    statement = statements.state(institution_id, month, by=request.user)
    messages.success(request, _("结算单已出具：%(name)s") % {"name": statement.institution.name})
    return f"{reverse('statements')}?month={month:%Y-%m}"


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
