"""Put right what is registered: correct, complete an identity, note a death."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.residents import actions, identity, relations
from fenji.apps.residents.errors import AlreadyRegistered
from fenji.apps.residents.models import IdKind, Resident
from fenji.apps.residents.policies import Purpose
from fenji.web.posting import once, show_faults
from fenji.web.residents.forms import CorrectionForm, ParticularsForm, ReasonForm, initial_of
from fenji.web.residents.guard import for_staff
from fenji.web.roles import PostRequest


@for_staff
def correct(request: PostRequest, resident_id: UUID) -> HttpResponse:
    resident = _resident(request, resident_id)
    form = CorrectionForm(request.POST or None, kind=IdKind(resident.id_kind), initial=initial_of(resident))

    def perform() -> str:
        actions.correct(resident.pk, form.told(), reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("已更正，原内容保留在审计记录中。"))
        return reverse("resident", args=[resident.pk])

    shown = {"resident": resident, "form": form}
    return _submitted(request, form, perform) or _page(request, "residents/correct.html", shown)


@for_staff
def complete(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """Which document (`?kind=`), then what it says."""
    resident = _resident(request, resident_id)
    kind = request.GET.get("kind", IdKind.MAINLAND)
    if kind not in identity.NUMBERED:
        return redirect("resident_identity", resident.pk)
    start = initial_of(resident) | ({"name": ""} if resident.id_kind in (IdKind.UNKNOWN, IdKind.MOTHER) else {})
    form = ParticularsForm(request.POST or None, kind=IdKind(kind), initial=start)

    def perform() -> str:
        actions.complete_identity(resident.pk, form.told(), by=request.user)
        messages.success(request, _("身份已补全。"))
        return reverse("resident", args=[resident.pk])

    kinds = [(one.value, one.label) for one in IdKind if one in identity.NUMBERED]
    shown = {"resident": resident, "form": form, "kinds": kinds, "kind": kind}
    return _submitted(request, form, perform) or _page(request, "residents/identity.html", shown)


@for_staff
def deceased(request: PostRequest, resident_id: UUID) -> HttpResponse:
    resident = _resident(request, resident_id)
    form = ReasonForm(request.POST or None)

    def perform() -> str:
        actions.mark_deceased(resident.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("已登记死亡。"))
        return reverse("resident", args=[resident.pk])

    shown = {"resident": resident, "form": form}
    return _submitted(request, form, perform) or _page(request, "residents/deceased.html", shown)


def _resident(request: PostRequest, resident_id: UUID) -> Resident:
    return relations.access_resident(request.user, resident_id, at=clock.now(), purpose=Purpose.CARE)


def _submitted(request: PostRequest, form: Form, perform: Callable[[], str]) -> HttpResponse | None:
    """Where to go after a good form; None while it is to be shown (again)."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return once(request, perform)
    except Invalid as fault:
        show_faults(form, fault)
    except AlreadyRegistered as known:
        form.add_error("id_number", f"{known.message}{_('如为同一人，请到“重复登记”合并。')}")
    return None


def _page(request: PostRequest, template: str, shown: dict[str, object]) -> HttpResponse:
    form = shown["form"]
    wrong = isinstance(form, Form) and bool(form.errors)
    return render(request, template, {**shown, "at": clock.now()}, status=422 if wrong else 200)
