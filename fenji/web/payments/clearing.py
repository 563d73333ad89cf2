"""The year's clearing with each institution: what it is owed, what it was paid; a second look, then the transfer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError, NotFound
from fenji.apps.payments import books
from fenji.apps.payments.actions import statements
from fenji.kernel.roles import Role
from fenji.web.posting import number_of, once, show_faults
from fenji.web.presenters.dates import local
from fenji.web.presenters.numbers import money_words
from fenji.web.roles import PostRequest, requires_role

FIRST_YEAR = 2000


class ClearingForm(forms.Form):
    agreed = forms.DecimalField(
        label=_("协议核定全年应付（元）"), required=False, min_value=0, max_digits=14, decimal_places=2,
        help_text=_("按人头、点数或定额付费的填核定数；不填则按各月结算单合计。"),
    )  # fmt: skip


@require_GET
@requires_role(Role.INSURER)
def year(request: PostRequest) -> HttpResponse:
    """Every institution of a year: the one asked for, the last that is over if none is."""
    at = clock.now()
    this = local(at).year
    asked = number_of(request.GET.get("year"))
    chosen = asked if asked is not None and FIRST_YEAR <= asked <= this else this - 1
    rows = books.years_of_institutions(chosen)
    if asked is None and not rows:  # a first year: nothing is over yet
        chosen, rows = this, books.years_of_institutions(this)
    shown = {
        "at": at, "year": chosen, "before": chosen - 1, "after": chosen + 1 if chosen < this else None,
        "is_over": chosen < this, "rows": [(one, one.owed_cents - one.paid_cents) for one in rows],
    }  # fmt: skip
    return render(request, "payments/clearing.html", shown)


@requires_role(Role.INSURER)
def one(request: PostRequest, year: int, institution_id: int) -> HttpResponse:
    """The second look at one institution's year; posting clears it."""
    at = clock.now()
    found = next(iter(books.years_of_institutions(year, institution_id=institution_id)), None)
    if found is None:
        raise NotFound
    form = ClearingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _cleared(request, year, institution_id, form.cleaned_data))
        except DomainError as fault:
            show_faults(form, fault)
    shown = {
        "at": at, "year": year, "one": found, "left": found.owed_cents - found.paid_cents, "form": form,
        "is_open": local(at).year > year and not found.unstated and found.cleared is None,
        "key": f"clearing-{institution_id}-{year}",
    }  # fmt: skip
    return render(request, "payments/clearing_of.html", shown, status=422 if form.errors else 200)


def _cleared(request: PostRequest, year: int, institution_id: int, given: dict[str, Any]) -> str:
    agreed = int(given["agreed"] * 100) if given["agreed"] is not None else None
    transfer = statements.clear_year(institution_id, year, by=request.user, agreed_cents=agreed)
    if not transfer.amount_cents:
        messages.success(request, _t("两清，无须付款。"))
    else:
        messages.success(request, _t("清算已记账：%(sum)s") % {"sum": money_words(transfer.amount_cents)})
    return reverse("clearing_of", args=[year, institution_id])
