"""The ward's readings of one inpatient: what the criteria for going down ask, and what they then answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError, NotFound
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.apps.stays import going_down, queries, readings
from fenji.apps.stays.models import Stay
from fenji.apps.stays.policies import OBSERVERS
from fenji.apps.stays.readings import Grounds
from fenji.kernel.criteria import Criterion
from fenji.kernel.explanation import explain
from fenji.kernel.stays import StayState
from fenji.web.posting import once, show_faults
from fenji.web.roles import PostRequest, requires_role
from fenji.web.wards.forms import ReadingsForm


@dataclass(frozen=True)
class Judged:
    """One criterion in words: met, unknown or unmet, by what, on what ground."""

    answer: str
    words: str


def judged(grounds: Grounds) -> list[Judged]:
    """Every criterion for going down that concerns the disease, those met first."""
    language = (get_language() or "zh")[:2]
    return [Judged(one.answer.value, explain(one, language)) for one in grounds.findings]


def title_of(criterion: Criterion) -> str:
    """What a criterion says, in the reader's language."""
    return criterion.title_en if (get_language() or "zh").startswith("en") else criterion.title


@require_http_methods(["GET", "POST"])
@requires_role(*OBSERVERS)
def one(request: PostRequest, stay_id: UUID) -> HttpResponse:
    """The form, and by which criterion the patient could go down or not; saved, or saved and proposed at once."""
    at, (stay, who) = clock.now(), _lying(request, stay_id)
    resident = access_resident(request.user, who, at=at, purpose=Purpose.CARE)
    form = ReadingsForm(readings.asked_of(stay, at=at), stay.measures, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _save(request, stay, form))
        except DomainError as error:
            show_faults(form, error)
    grounds = readings.grounds_of(stay, at=at)
    words = {
        "at": at, "stay": stay, "resident": resident, "form": form, "grounds": grounds, "judged": judged(grounds),
        "proposal": going_down.waiting_in([stay.ward_id]).filter(episode=stay.episode).first(),
    }  # fmt: skip
    return render(request, "wards/readings.html", words, status=422 if form.errors else 200)


def _lying(request: PostRequest, stay_id: UUID) -> tuple[Stay, UUID]:
    """Who lies in a bed of the own house, with the record that is here of them."""
    stay = queries.stay_called(stay_id)
    is_ours = stay.institution_id == request.post.institution_id
    if not is_ours or stay.state != StayState.OCCUPIED or stay.resident_id is None:
        raise NotFound
    return stay, stay.resident_id


def _save(request: PostRequest, stay: Stay, form: ReadingsForm) -> str:
    at: datetime = clock.now()
    observed = readings.observe(stay.pk, form.values(), by=request.user, at=at)
    if request.POST.get("step") == "propose":
        going_down.propose_now(stay.pk, by=request.user, at=at)
        messages.success(request, _("评估已保存，下转建议已提出，请答复。"))
        return reverse("going_down")
    grounds = readings.grounds_of(observed, at=at)
    messages.success(request, _("评估已保存：%(said)s。") % {"said": _verdict(grounds)})
    return reverse("ward_readings", args=[stay.pk])


def _verdict(grounds: Grounds) -> str:
    if grounds.is_stable:
        return _("达到下转标准")
    return _("已超过建议住院日") if grounds.is_long else _("目前没有下转的依据")
