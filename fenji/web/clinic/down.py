"""Sending an inpatient down: who needs the hospital no longer goes to the community, with a plan and its dates."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import actions
from fenji.apps.referrals.choosing import Question, choose
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.roles import Role
from fenji.web.family_doctor.sheet import diagnosis_meant
from fenji.web.posting import once, show_faults
from fenji.web.presenters.names import full_name
from fenji.web.referrals.plan import PlanForm, lines
from fenji.web.referrals.presenter import proposals
from fenji.web.roles import PostRequest, requires_role

CONSENT = (("self", gettext_lazy("居民本人同意")), ("guardian", gettext_lazy("监护人或家属同意")))
# What the action calls a box and what this page calls it.
BOXES = {"plan.treatment": "plan_treatment", "plan.tasks": "first_due", "plan.medicines": "medicines"}


class DownForm(PlanForm):
    """Diagnosis and what was done, then the plan."""

    diagnosis = forms.CharField(label=gettext_lazy("出院诊断"), max_length=90)
    history = forms.CharField(label=gettext_lazy("住院经过与目前情况"), max_length=1000, widget=lines(4))
    consent_by = forms.ChoiceField(label=gettext_lazy("知情同意"), choices=CONSENT, widget=forms.RadioSelect)
    field_order = ("diagnosis", "history")


@require_http_methods(["GET", "POST"])
@requires_role(Role.PHYSICIAN)
def send_down(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """The form of one resident; the community's own institution is proposed first."""
    at = clock.now()
    resident = access_resident(request.user, resident_id, at=at, purpose=Purpose.REFERRAL)
    form = DownForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _send(request, resident_id, form))
        except Invalid as invalid:
            show_faults(form, invalid, BOXES)
    question = Question(resident, request.post.institution, Direction.DOWN, Urgency.ROUTINE, "", "", {}, at)
    page = {"form": form, "resident": resident, "at": at, "proposals": proposals(choose(question), at)}
    return render(request, "clinic/send_down.html", page, status=422 if form.errors else 200)


def _send(request: PostRequest, resident_id: UUID, form: DownForm) -> str:
    values: dict[str, Any] = form.cleaned_data
    diagnosis = diagnosis_meant(values["diagnosis"])
    slip = {
        "direction": Direction.DOWN.value, "institution": request.POST.get("institution", ""),
        "diagnosis_code": diagnosis.code if diagnosis else "",
        "diagnosis_name": diagnosis.name if diagnosis else values["diagnosis"],
        "slip": {"history": values["history"]}, "consent_by": values["consent_by"], "plan": form.plan(),
        "choice_reason": _("病情稳定，转回基层接续管理"),
    }  # fmt: skip
    referral = actions.refer(resident_id, slip, by=request.user, institution_id=request.post.institution_id)
    words = {"receiver": full_name(referral.receiver), "number": referral.number}
    messages.success(request, _("已下转%(receiver)s。转诊号 %(number)s。") % words)
    return reverse("referral", args=[referral.pk])
