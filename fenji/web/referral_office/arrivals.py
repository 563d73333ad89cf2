"""Who comes today; finding a referral by number or QR; entering a paper slip when somebody simply stands there."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import actions, queries
from fenji.apps.referrals.listing import record_listing
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.numbers import tidy_number
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Institution
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.kernel.referral import Urgency
from fenji.kernel.roles import Role
from fenji.kernel.tiers import PRIMARY_KINDS
from fenji.web.posting import once, show_faults
from fenji.web.roles import PostRequest, requires_role

DOORS = (Role.REFERRAL_OFFICE, Role.PHYSICIAN)


@require_GET
@requires_role(*DOORS)
def arrivals(request: PostRequest) -> HttpResponse:
    """Today's expected patients in the order of their times; emergencies on the way first."""
    at = clock.now()
    sought = request.GET.get("q", "").strip()
    if sought and (found := _by_number(sought, request.post.institution_id)):
        return redirect("referral", found.pk)
    if sought:
        messages.warning(request, _("没有找到这个转诊号。请核对，或登记为到院病人。"))
    start = timezone.make_aware(datetime.combine(day_of(at), time()))
    ours, house = queries.within_reach([request.post], "receiver"), request.post.institution_id
    expected = list(queries.expected_on(house, start, start + timedelta(days=1)).filter(ours))
    expected.sort(key=lambda one: one.urgency != Urgency.EMERGENCY)
    here = queries.referrals_received_by(house).filter(ours, state="arrived").order_by("arrived_at")
    record_listing("arrivals", expected, here, by=request.user, posts=[request.post], at=at)
    return render(
        request,
        "referral_office/arrivals.html",
        {"at": at, "today": day_of(at), "expected": expected, "here": here, "q": sought},
    )


class PaperForm(forms.Form):
    """What stands on the paper slip."""

    sender = forms.ChoiceField(label=gettext_lazy("转出机构"))
    diagnosis_name = forms.CharField(label=gettext_lazy("初步诊断"), max_length=80)
    history = forms.CharField(
        label=gettext_lazy("主要现病史（转出原因）"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )
    urgency = forms.ChoiceField(label=gettext_lazy("缓急"), widget=forms.RadioSelect, initial="routine")

    def __init__(self, post: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        houses = Institution.objects.filter(kind__in=PRIMARY_KINDS, valid_until__isnull=True).order_by("name_pinyin")
        self.fields["sender"].choices = [(one.code, one.name) for one in houses]  # type: ignore[attr-defined]
        self.fields["urgency"].choices = [  # type: ignore[attr-defined]
            ("routine", _("普通")), ("urgent", _("加急")), ("emergency", _("急诊")),
        ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires_role(*DOORS)
def paper_slip(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """Enter a referral that came on paper or by word of mouth; it begins as arrived."""
    at = clock.now()
    resident = access_resident(request.user, resident_id, at=at, purpose=Purpose.REFERRAL)
    form = PaperForm(request.post, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _enter(request, resident_id, form.cleaned_data))
        except Invalid as invalid:
            show_faults(form, invalid)
    words = {"form": form, "resident": resident, "at": at}
    return render(request, "referral_office/paper.html", words, status=422 if form.errors else 200)


def _enter(request: PostRequest, resident_id: UUID, values: dict[str, str]) -> str:
    form = {
        "urgency": values["urgency"], "diagnosis_name": values["diagnosis_name"], "consent_by": "self",
        "slip": {"history": values["history"]}, "department": _department(request),
    }  # fmt: skip
    referral = actions.enter_paper(
        resident_id, form, sender=values["sender"], by=request.user, institution_id=request.post.institution_id
    )
    messages.success(request, _("已登记到诊。转诊号 %(number)s。") % {"number": referral.number})
    return reverse("referral", args=[referral.pk])


def _department(request: PostRequest) -> int | str:
    """A physician's own; the office treats nobody and leaves it open, so that it stands on the physicians' lists."""
    return request.post.department_id or "" if request.post.role == Role.PHYSICIAN else ""


def _by_number(text: str, institution_id: int) -> Referral | None:
    number = tidy_number(text.rsplit("/", 1)[-1])
    return Referral.objects.filter(number=number, receiver_id=institution_id).first() if number else None
