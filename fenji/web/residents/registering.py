"""A new resident: first which identity, then the particulars."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.residents import actions, relations, search
from fenji.apps.residents.errors import AlreadyRegistered
from fenji.apps.residents.models import IdKind, Resident
from fenji.apps.residents.policies import Purpose
from fenji.web.addresses import uuid_or_none
from fenji.web.posting import once, show_faults
from fenji.web.residents.forms import ParticularsForm
from fenji.web.residents.guard import for_staff
from fenji.web.roles import PostRequest


@dataclass(frozen=True)
class Choice:
    """A kind of identity as the clerk chooses it."""

    kind: IdKind
    words: str | Promise
    when: str | Promise
    icon: str


CHOICES = (
    Choice(IdKind.MAINLAND, _("居民身份证"), _("持中国大陆居民身份证或户口簿"), "identification"),
    Choice(IdKind.MOTHER, _("新生儿，尚无证件"), _("先按母亲登记，领到证件后补全"), "user-plus"),
    Choice(IdKind.BIRTH, _("出生医学证明"), _("婴儿已有出生医学证明，尚未落户"), "document-text"),
    Choice(IdKind.HMT, _("港澳台居民"), _("来往内地通行证、台胞证或居住证"), "map"),
    Choice(IdKind.PASSPORT, _("外国人护照"), _("没有中国大陆证件的外国人"), "globe-asia-australia"),
    Choice(IdKind.UNKNOWN, _("身份不明"), _("昏迷、走失等无法说明身份的病人，先救治后补全"), "question-mark-circle"),
)


@for_staff
def kinds(request: PostRequest) -> HttpResponse:
    return render(request, "residents/kinds.html", {"choices": CHOICES})


@for_staff
def register(request: PostRequest, kind: str) -> HttpResponse:
    """The form for one kind of identity; a newborn needs `?mother=`, reached from the mother's page."""
    choice = next((choice for choice in CHOICES if choice.kind == kind), None)
    if choice is None:
        raise NotFound
    mother = _mother(request) if choice.kind == IdKind.MOTHER else None
    if choice.kind == IdKind.MOTHER and mother is None:
        return render(request, "residents/mother_first.html")
    form = ParticularsForm(request.POST or None, kind=choice.kind, mother=mother, initial=_initial(mother))
    taken: list[search.Stranger] = []
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _perform(request, form))
        except Invalid as fault:
            show_faults(form, fault)
        except AlreadyRegistered as known:
            if known.resident_id and relations.relation_for(request.user, known.resident_id, clock.now()):
                return redirect("resident", known.resident_id)
            taken = search.identify(request.user, form.cleaned_data["id_number"], clock.now())
    shown = {"choice": choice, "form": form, "mother": mother, "taken": taken, "at": clock.now()}
    return render(request, "residents/register.html", shown, status=422 if form.errors else 409 if taken else 200)


def _perform(request: PostRequest, form: ParticularsForm) -> str:
    resident = actions.register(form.told(), by=request.user, institution_id=request.post.institution_id)
    return reverse("resident", args=[resident.pk])


def _mother(request: PostRequest) -> Resident | None:
    mother_id = uuid_or_none(request.GET.get("mother", ""))
    if mother_id is None:
        return None
    return relations.access_resident(request.user, mother_id, at=clock.now(), purpose=Purpose.CARE)


def _initial(mother: Resident | None) -> dict[str, object]:
    return {"town_code": mother.town_id, "address": mother.address} if mother else {}
