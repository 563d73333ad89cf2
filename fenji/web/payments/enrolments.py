"""In which scheme and as whom somebody is insured, seen and changed by the insurer; bills of that time follow."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError, NotFound
from fenji.apps.payments import access, queries
from fenji.apps.payments.actions.enrolling import Told, enrol
from fenji.apps.payments.insured import resident_numbered, spans_of
from fenji.kernel.payment.codes import Group, Scheme
from fenji.kernel.roles import Role
from fenji.web.payments.words import GROUPS, SCHEMES
from fenji.web.posting import once, show_faults
from fenji.web.presenters.dates import local
from fenji.web.residents.forms import NO_AUTOFILL
from fenji.web.roles import PostRequest, requires_role
from fenji.web.widgets import DateInput


class NumberForm(forms.Form):
    id_number = forms.CharField(label=_("证件号码"), max_length=40, widget=forms.TextInput(NO_AUTOFILL))


class SpanForm(forms.Form):
    scheme = forms.ChoiceField(label=_("险种"), choices=[(Scheme(k).name.lower(), v) for k, v in SCHEMES.items()])
    group = forms.ChoiceField(label=_("人员类别"), choices=[(Group(k).name.lower(), v) for k, v in GROUPS.items()])
    valid_from = forms.DateField(
        label=_("起"), widget=DateInput(), help_text=_("填某一段的起日即更正那一段；此前没有止日的一段在这一天结束。")
    )
    valid_until = forms.DateField(
        label=_("止"), widget=DateInput(), required=False, help_text=_("不再有效的第一天；不填为一直有效。")
    )
    is_suspended = forms.BooleanField(
        label=_("这一段暂停待遇"), required=False, help_text=_("填了止日的，到期恢复原来的参保。")
    )


@requires_role(Role.INSURER)
def find(request: PostRequest) -> HttpResponse:
    """By the whole ID number, which stands in no address."""
    form = NumberForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("enrolment", resident_numbered(form.cleaned_data["id_number"]).pk)
        except NotFound:
            form.add_error("id_number", _t("没有这个证件号码的居民，请核对后重填。"))
    return render(request, "payments/enrolments.html", {"form": form}, status=422 if form.errors else 200)


@requires_role(Role.INSURER)
def one(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """Somebody's spans; posting enters one, and bills of its time are settled anew."""
    at = clock.now()
    resident = access.access_insured(request.user, resident_id, at=at)
    form = SpanForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _entered(request, resident.pk, form))
        except DomainError as fault:
            show_faults(form, fault)
    today = local(at).date()
    spans = [
        (
            span, SCHEMES[Scheme[span.scheme.upper()]], GROUPS[Group[span.group.upper()]],
            span.valid_from <= today and (span.valid_until is None or today < span.valid_until),
        )
        for span in spans_of(resident.pk)
    ]  # fmt: skip
    waiting = queries.open_shortfalls().filter(claim__resident=resident.pk)
    shown = {"resident": resident, "spans": spans, "form": form, "waiting": waiting, "at": at}
    return render(request, "payments/enrolment.html", shown, status=422 if form.errors else 200)


def _entered(request: PostRequest, resident_id: UUID, form: SpanForm) -> str:
    done = enrol(resident_id, Told(**form.cleaned_data), source="", by=request.user)
    if not done.is_changed:
        messages.info(request, _t("与已登记的相同，没有变动。"))
    elif done.bills:
        messages.success(request, _t("已登记，起日以来的 %(n)s 张单据已按新的参保重算。") % {"n": done.bills})
    else:
        messages.success(request, _t("已登记，起日以来没有已结算的单据。"))
    return reverse("enrolment", args=[resident_id])
