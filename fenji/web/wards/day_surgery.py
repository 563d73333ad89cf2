"""The desk of day surgery: what is next for each patient, the checklist, the check before going home, the calls."""

import contextlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError, Forbidden, NotFound
from fenji.apps.referrals import queries as referrals
from fenji.apps.referrals.actions.after_surgery import note_call
from fenji.apps.referrals.actions.going_down import hand_over_surgery
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Department
from fenji.apps.residents.actions import reveal
from fenji.apps.residents.listing import record_listing
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.apps.stays import surgery, surgery_calls, theatres
from fenji.apps.stays.models import Surgery, SurgeryCall
from fenji.apps.stays.policies import HOSPITAL, SURGERY_STEPS
from fenji.kernel.day_surgery import SurgeryState
from fenji.kernel.referral import State
from fenji.kernel.roles import Role
from fenji.web.clinic.down import BOXES, DownForm, form_page, slip_of
from fenji.web.family_doctor.diagnosis import diagnosis_meant
from fenji.web.posting import once, show_faults, version_of
from fenji.web.roles import PostRequest, requires_role
from fenji.web.wards.forms import BookForm, CallForm, ChecklistForm, ReasonForm, SignsForm, SurgeryForm
from fenji.web.wards.own import typed_diagnosis
from fenji.web.wards.words import state_words

MOST = 60
FORMS: dict[str, type[forms.Form]] = {
    "assess": ChecklistForm, "book": BookForm, "discharge": SignsForm, "admit": ReasonForm, "cancel": ReasonForm,
}  # fmt: skip
# In each state, what the department may do next.
VERBS: dict[str, tuple[str, ...]] = {
    SurgeryState.REQUESTED: ("assess", "cancel"), SurgeryState.ASSESSED: ("book", "cancel"),
    SurgeryState.BOOKED: ("operate", "book", "cancel"), SurgeryState.OPERATED: ("discharge", "admit"),
}  # fmt: skip


@require_GET
@requires_role(*HOSPITAL)
def desk(request: PostRequest) -> HttpResponse:
    """The department's day surgeries that are not over, and whom to call today; the office sees the house's."""
    at, unit = clock.now(), request.post.department_id if request.post.role == Role.PHYSICIAN else None
    rows = list(surgery.surgeries_at(request.post.institution_id, department_id=unit)[:MOST])
    calls = list(surgery_calls.calls_due(request.post.institution_id, at=at, department_id=unit)[:MOST])
    in_care = _in_care(request) if request.post.role in SURGERY_STEPS["request"] else []
    named = [one.resident_id for one in rows] + [call.surgery.resident_id for call in calls]
    named += [one.resident_id for one in in_care]
    _record(request, named, at)
    words = {
        "at": at, "rows": [(one, state_words(one.state)) for one in rows], "calls": calls, "in_care": in_care,
        "may_request": request.post.role in SURGERY_STEPS["request"],
        "may_open": request.post.role == Role.REFERRAL_OFFICE,
    }  # fmt: skip
    return render(request, "wards/day_surgery.html", words)


@require_http_methods(["GET", "POST"])
@requires_role(*SURGERY_STEPS["request"])
def new(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """Ask for a day surgery for somebody in care here."""
    at = clock.now()
    resident = access_resident(request.user, resident_id, at=at, purpose=Purpose.CARE)
    form = SurgeryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _request(request, resident, form))
        except DomainError as error:
            show_faults(form, error)
    words = {"form": form, "resident": resident, "at": at}
    return render(request, "wards/surgery_new.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires_role(*HOSPITAL)
def one(request: PostRequest, surgery_id: UUID) -> HttpResponse:
    """One surgery with the form of its next step."""
    at, found = clock.now(), surgery.surgery_at(surgery_id, request.post.institution_id)
    verbs = [verb for verb in VERBS.get(found.state, ()) if request.post.role in SURGERY_STEPS[verb]]
    verb = request.POST.get("verb", "")
    _record(request, [found.resident_id], at)
    is_ahead = found.starts_at is not None and found.starts_at > at
    shown = {name: _form(name, found, at) for name in verbs if not (name == "operate" and is_ahead)}
    status = 200
    if request.method == "POST":
        if verb not in verbs:
            raise NotFound
        form = _form(verb, found, at, request.POST)
        try:
            if form is None or form.is_valid():
                return once(request, lambda: _take(request, found, verb, form))
        except DomainError as error:
            if form is None:
                raise
            show_faults(form, error)
        shown[verb], status = form, 422
    words = {
        "at": at, "surgery": found, "state": state_words(found.state), "forms": shown,
        "calls": [(call, surgery_calls.told_of(call)) for call in found.calls.order_by("due_at")],
        "rooms": theatres.rooms_of(found), "is_kept_as_planned": theatres.is_kept_as_planned(found),
        "score": sum(found.scores.values()), "may_hand_over": _may_hand_over(request, found),
        "waits_for_time": is_ahead and "operate" in verbs,
    }  # fmt: skip
    return render(request, "wards/surgery.html", words, status=status)


@require_http_methods(["GET", "POST"])
@requires_role(*SURGERY_STEPS["hand_over"])
def hand_over(request: PostRequest, surgery_id: UUID) -> HttpResponse:
    """The community goes on: the form of sending down."""
    at, found = clock.now(), surgery.surgery_at(surgery_id, request.post.institution_id)
    if not _may_hand_over(request, found):
        raise NotFound
    resident = access_resident(request.user, found.resident_id, at=at, purpose=Purpose.REFERRAL)
    written = _written(found)
    form = DownForm(request.POST if request.method == "POST" else None, initial=written)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _hand_over(request, found, form))
        except DomainError as error:
            show_faults(form, error, BOXES)
    return form_page(request, form, resident, at, no_draft=True)


@require_http_methods(["GET", "POST"])
@requires_role(*SURGERY_STEPS["call"])
def called(request: PostRequest, call_id: int) -> HttpResponse:
    """Note a call; who was not reached stays on the list."""
    at = clock.now()
    call = SurgeryCall.objects.select_related("surgery__resident").filter(
        pk=call_id, surgery__institution_id=request.post.institution_id
    ).first()  # fmt: skip
    if call is None:
        raise NotFound
    _record(request, [call.surgery.resident_id], at)
    phone = ""
    with contextlib.suppress(NotFound):  # the house has the patient in care no more
        phone = reveal(call.surgery.resident_id, what="phone", by=request.user)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _called(request, call, form))
        except DomainError as error:
            show_faults(form, error)
    words = {
        "form": form, "call": call, "surgery": call.surgery, "at": at, "phone": phone,
        "told": surgery_calls.told_of(call),
    }  # fmt: skip
    return render(request, "wards/surgery_call.html", words, status=422 if form.errors else 200)


def _form(verb: str, found: Surgery, at: datetime, data: QueryDict | None = None) -> forms.Form | None:
    if verb == "book":
        return BookForm(data, theatres.open_times(found, at=at))
    return FORMS[verb](data) if verb in FORMS else None


def _record(request: PostRequest, resident_ids: list[UUID], at: datetime) -> None:
    record_listing("day-surgery", resident_ids, by=request.user, at=at, institution_id=request.post.institution_id)


def _in_care(request: PostRequest) -> list[Referral]:
    """Whom the department could ask a day surgery for: here by a referral."""
    here = referrals.referrals_received_by(request.post.institution_id).filter(
        referrals.within_reach([request.post], "receiver"), state__in=[State.ARRIVED, State.IN_CARE]
    )
    return list(here.order_by("due_at")[:MOST])


def _request(request: PostRequest, resident: Any, form: SurgeryForm) -> str:
    department = Department.objects.filter(pk=request.post.department_id or 0).first()
    if department is None:
        raise Forbidden(_("您的岗位没有科室，不能申请日间手术。"))
    diagnosis = diagnosis_meant(form.cleaned_data["diagnosis"])
    made = surgery.request(
        resident, department, form.cleaned_data["procedure"], by=request.user, at=clock.now(),
        diagnosis_code=diagnosis.code if diagnosis else "",
    )  # fmt: skip
    messages.success(request, _("已申请日间手术，请完成术前评估。"))
    return reverse("day_surgery_one", args=[made.pk])


def _take(request: PostRequest, found: Surgery, verb: str, form: forms.Form | None) -> str:
    given: dict[str, Any] = {"by": request.user, "at": clock.now(), "version": version_of(request)}
    match form:
        case ChecklistForm():
            surgery.assess(found.pk, form.answers(), form.cleaned_data["note"], **given)
        case BookForm():
            starts: datetime = form.cleaned_data["starts_at"]
            surgery.book(found.pk, starts, **given)
        case SignsForm():
            surgery.discharge(found.pk, form.cleaned_data, **given)
        case ReasonForm():
            act = surgery.admit if verb == "admit" else surgery.cancel
            act(found.pk, form.cleaned_data["reason"], **given)
        case _:
            surgery.operate(found.pk, **given)
    messages.success(request, _("已记录。"))
    return reverse("day_surgery_one", args=[found.pk])


def _hand_over(request: PostRequest, found: Surgery, form: DownForm) -> str:
    made = hand_over_surgery(
        found.pk, slip_of(request, form), by=request.user, institution_id=request.post.institution_id
    )  # fmt: skip
    messages.success(request, _("已交接基层。转诊号 %(number)s。") % {"number": made.number})
    return reverse("day_surgery_one", args=[found.pk])


def _called(request: PostRequest, call: SurgeryCall, form: CallForm) -> str:
    values = form.cleaned_data
    noted = note_call(
        call.pk, reached=values["reached"] == "yes", note=values["note"], by=request.user, at=clock.now(),
        is_well=None if not values["is_well"] else values["is_well"] == "yes",
    )  # fmt: skip
    if told := surgery_calls.told_of(noted):
        messages.success(request, _("已记录恢复不顺利，已告知：%(people)s。") % {"people": "、".join(told)})
    else:
        messages.success(request, _("已记录。"))
    return reverse("day_surgery")


def _written(found: Surgery) -> dict[str, Any]:
    """What the form of handing over knows already: the surgery, and the first look at the wound."""
    home = timezone.localtime(found.discharged_at)
    history = _("%(day)s 行日间手术“%(procedure)s”，当日出院评估 %(score)s 分，达标出院。") % {
        "day": f"{home:%Y-%m-%d}", "procedure": found.procedure, "score": sum(found.scores.values()),
    }  # fmt: skip
    return {
        "diagnosis": typed_diagnosis(found.diagnosis_code), "history": history,
        "first_due": home.date() + timedelta(days=1), "first_what": _("查看切口、疼痛与用药"),
    }  # fmt: skip


def _may_hand_over(request: PostRequest, found: Surgery) -> bool:
    is_due = found.state == SurgeryState.DISCHARGED and found.down_referral_id is None
    return is_due and request.post.role in SURGERY_STEPS["hand_over"]
