"""What patients would owe for bills settled earlier: the insurer decides who bears it."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from fenji.apps.common import audit, clock
from fenji.apps.common.errors import DomainError, NotFound
from fenji.apps.payments import queries
from fenji.apps.payments.actions import decisions
from fenji.apps.payments.models import Claim, ClaimState, Shortfall
from fenji.kernel.roles import Role
from fenji.web.posting import once, show_faults
from fenji.web.roles import PostRequest, requires_role

A_PAGE = 50


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("由谁承担"), widget=forms.RadioSelect,
        choices=[("fund", _("基金承担，不向患者补收")), ("patient", _("患者补缴"))],
    )  # fmt: skip
    reason = forms.CharField(label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


@require_GET
@requires_role(Role.INSURER)
def waiting(request: PostRequest) -> HttpResponse:
    page = Paginator(queries.open_shortfalls(), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/shortfalls.html", {"page": page, "at": clock.now()})


@requires_role(Role.INSURER)
def decide(request: PostRequest, shortfall_id: int) -> HttpResponse:
    at = clock.now()
    found = queries.open_shortfalls().filter(pk=shortfall_id).first()
    if found is None and request.method != "POST":
        raise NotFound(_t("这笔补差已经有人作出决定，或因年度重算不再存在。"))
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _decided(request, shortfall_id, form))
        except DomainError as fault:
            if found is None:
                raise
            show_faults(form, fault)
    if found is None:
        raise NotFound
    audit.record(
        "claim.read", found.claim, by=request.user, at=at, resident_id=found.claim.resident_id,
        institution_id=found.claim.institution_id, relation="insurer",
    )  # fmt: skip
    shown = {"one": found, "form": form, "at": at, "key": f"shortfall-{found.pk}", "cause": _cause(found)}
    return render(request, "payments/shortfall.html", shown, status=422 if form.errors else 200)


def _cause(found: Shortfall) -> str:
    """Why the year was settled anew."""
    if found.cause is None:
        return _t("参保或期初累计有变更")
    words = {
        ClaimState.SETTLED: _t("另一张单据迟到或更正"),
        ClaimState.REPLACED: _t("另一张单据被更正"),
        ClaimState.REVERSED: _t("另一张单据被冲销"),
    }
    return words[ClaimState(Claim.objects.only("state").get(pk=found.cause).state)]


def _decided(request: PostRequest, shortfall_id: int, form: DecisionForm) -> str:
    decisions.decide_shortfall(shortfall_id, by=request.user, **form.cleaned_data)
    messages.success(request, _t("决定已记账。"))
    return reverse("shortfalls")
