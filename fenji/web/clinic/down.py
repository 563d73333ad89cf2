"""Sending an inpatient down: who needs the hospital no longer goes to the community, with a plan and its dates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import actions, policies, queries, rules
from fenji.apps.referrals.actions.plans import plan_as_given
from fenji.apps.referrals.choosing import Question, choose
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import CarePlan, Referral
from fenji.apps.residents.models import Resident
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.kernel.referral import Direction, State, Urgency
from fenji.kernel.roles import CLINICAL, Role
from fenji.web.diagnosis_field import DiagnosisField
from fenji.web.family_doctor.diagnosis import diagnosis_meant
from fenji.web.posting import once, show_faults, version_of
from fenji.web.presenters.names import full_name
from fenji.web.referrals.forms import choice_field
from fenji.web.referrals.plan import PlanForm, lines, typed_plan
from fenji.web.referrals.presenter import proposals
from fenji.web.referrals.where import Where, asks_where, wanted_house
from fenji.web.roles import PostRequest, requires_role

CONSENT = (("self", gettext_lazy("居民本人同意")), ("guardian", gettext_lazy("监护人或家属同意")))
# What the action calls a box and what this page calls it.
BOXES = {"plan.treatment": "plan_treatment", "plan.tasks": "first_due", "plan.medicines": "medicines"}
WHY = gettext_lazy("病情稳定，转回基层接续管理")


class DownForm(PlanForm):
    """Diagnosis and what was done, then the plan. A draft may lack all but the diagnosis."""

    diagnosis = DiagnosisField(label=gettext_lazy("出院诊断"))
    history = forms.CharField(label=gettext_lazy("住院经过与目前情况"), max_length=1000, widget=lines(4))
    consent_by = forms.ChoiceField(label=gettext_lazy("知情同意"), choices=CONSENT, widget=forms.RadioSelect)
    field_order = ("diagnosis", "history")

    def __init__(self, data: QueryDict | None = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["choice_code"] = choice_field()
        if data is not None and data.get("step") == "draft":
            for name, field in self.fields.items():
                field.required = name == "diagnosis"


@require_http_methods(["GET", "POST"])
@requires_role(Role.PHYSICIAN)
def send_down(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """The form of one resident; the community's own institution is proposed first."""
    at = clock.now()
    resident = access_resident(request.user, resident_id, at=at, purpose=Purpose.REFERRAL)
    form = DownForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _write(request, resident_id, form))
        except Invalid as invalid:
            show_faults(form, invalid, BOXES)
    return form_page(request, form, resident, at)


@require_http_methods(["GET", "POST"])
@requires_role(*CLINICAL, Role.REFERRAL_OFFICE)
def edit(request: PostRequest, referral_id: UUID) -> HttpResponse:
    """A draft that is to go down, with the plan as it was written; it is kept, or sent with what was changed."""
    at = clock.now()
    referral, parties = queries.access_referral(request.user, referral_id, at=at)
    policies.check_move(referral, "edit", parties, approval_required=rules.signature_for(referral, at) is not None)
    form = DownForm(request.POST if request.method == "POST" else None, initial=_typed_before(referral))
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _rewrite(request, referral, form, at))
        except Invalid as invalid:
            show_faults(form, invalid, BOXES)
    house = referral.receiver.code if referral.receiver else ""
    return form_page(request, form, referral.resident, at, house=house, version=referral.version)


def form_page(
    request: PostRequest, form: DownForm, resident: Resident, at: datetime, *, house: str = "", **words: Any
) -> HttpResponse:
    """The form with the institutions beside it, `house` chosen until another is; asked for, these alone."""
    question = Question(resident, request.post.institution, Direction.DOWN, Urgency.ROUTINE, "", "", {}, at)
    where = Where(proposals(choose(question), at), wanted_house(request) or house, form["choice_code"])
    template = "referrals/_where.html" if asks_where(request) else "clinic/send_down.html"
    page = {"form": form, "resident": resident, "at": at, "where": where, **words}
    return render(request, template, page, status=422 if form.errors else 200)


def _write(request: PostRequest, resident_id: UUID, form: DownForm) -> str:
    write = actions.draft if request.POST.get("step") == "draft" else actions.refer
    made = write(resident_id, slip_of(request, form), by=request.user, institution_id=request.post.institution_id)
    messages.success(request, _said(made))
    return reverse("referral", args=[made.pk])


def _rewrite(request: PostRequest, referral: Referral, form: DownForm, at: datetime) -> str:
    """Write the draft anew and, where that was asked, send it or have it signed; both or neither."""
    slip, by = slip_of(request, form), request.user
    slip["plan"]["tasks"] += _tasks_of(referral)[2:]  # the page has boxes for two
    slip["slip"] = {**referral.slip, **slip["slip"]}
    moved = actions.perform(referral.pk, "edit", Given(form=slip), by=by, version=version_of(request))
    if request.POST.get("step") != "draft":
        action = "ask_approval" if rules.signature_for(moved, at) else "send"
        moved = actions.perform(moved.pk, action, by=by, version=moved.version)
    messages.success(request, _said(moved))
    return reverse("referral", args=[moved.pk])


def slip_of(request: PostRequest, form: DownForm) -> dict[str, Any]:
    """The page as `referrals.form` reads it; call after `is_valid`."""
    values: dict[str, Any] = form.cleaned_data
    diagnosis = diagnosis_meant(values["diagnosis"])
    return {
        "direction": Direction.DOWN.value, "institution": request.POST.get("institution", ""),
        "diagnosis_code": diagnosis.code if diagnosis else "",
        "diagnosis_name": diagnosis.name if diagnosis else values["diagnosis"],
        "slip": {"history": values["history"]}, "consent_by": values["consent_by"], "plan": form.plan(),
        "choice_code": values["choice_code"], "choice_reason": str(WHY),
    }  # fmt: skip


def _typed_before(referral: Referral) -> dict[str, Any]:
    """A draft as it was typed, to be typed on."""
    plan = CarePlan.objects.filter(referral=referral).first()
    return {
        "diagnosis": f"{referral.diagnosis_code} {referral.diagnosis_name}".strip(),
        "history": referral.slip.get("history", ""), "consent_by": referral.consent_by,
        "choice_code": referral.choice_code, **(typed_plan(plan_as_given(plan)) if plan else {}),
    }  # fmt: skip


def _tasks_of(referral: Referral) -> list[dict[str, str]]:
    plan = CarePlan.objects.filter(referral=referral).first()
    return plan.tasks if plan else []


def _said(referral: Referral) -> str:
    words = {"receiver": full_name(referral.receiver), "number": referral.number}
    if State(referral.state) is State.DRAFT:
        return _("草稿已保存。")
    if State(referral.state) is State.AWAITING_APPROVAL:
        return _("已提交本机构签批，签批后发往%(receiver)s。转诊号 %(number)s。") % words
    return _("已下转%(receiver)s。转诊号 %(number)s。") % words
