"""One bed: who lies there, who comes, and what the ward does about it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError, NotFound
from fenji.apps.referrals import queries as referrals
from fenji.apps.residents.listing import record_listing
from fenji.apps.residents.models import Resident
from fenji.apps.stays import board, movements, queries
from fenji.apps.stays.models import Resource, Stay
from fenji.apps.stays.policies import WARD_STAFF
from fenji.apps.stays.rules import day_of
from fenji.kernel.referral import State
from fenji.kernel.stays import Event, StayState
from fenji.web.family_doctor.diagnosis import diagnosis_meant
from fenji.web.posting import once, show_faults
from fenji.web.roles import PostRequest, requires_role
from fenji.web.wards.forms import OTHER, AdmitForm, BlockForm, ExpectForm, TransferForm
from fenji.web.wards.own import bed_for, end_on

DAYS, MOST = 14, 60
SAID = {
    "admit": "已入院。", "transfer": "已转床。", "discharge": "已出院，床位待清洁。", "expect": "预计出院时间已更新。",
    "clean": "已清洁，床位可用。", "block": "床位已停用。", "unblock": "床位已恢复使用。",
}  # fmt: skip


@require_GET
@requires_role(*WARD_STAFF)
def one(request: PostRequest, bed_id: int) -> HttpResponse:
    """The bed over two weeks, with a form for everything that can happen to it now."""
    return _page(request, bed_for(request.post, bed_id), clock.now(), {})


@require_POST
@requires_role(*WARD_STAFF)
def act(request: PostRequest, bed_id: int, verb: str) -> HttpResponse:
    """Write down what happened. What is refused stands beside its box."""
    bed, at = bed_for(request.post, bed_id), clock.now()
    if verb not in SAID:
        raise NotFound
    form = _form(verb, request, bed, at)
    if form is not None and not form.is_valid():
        return _page(request, bed, at, {verb: form})

    def perform() -> str:
        _told(verb, request, bed, form)
        messages.success(request, _(SAID[verb]))
        return f"{reverse('wards')}?ward={bed.ward_id}"

    try:
        return once(request, perform)
    except DomainError as error:
        if form is None:
            raise
        show_faults(form, error, {"until_at": "until_on" if verb == "block" else "expected_on"})
        return _page(request, bed, at, {verb: form})


def _page(request: PostRequest, bed: Resource, at: datetime, forms_so_far: dict[str, forms.Form]) -> HttpResponse:
    row = next((row for row in board.rows_of(bed.ward, days=DAYS, at=at) if row.bed.pk == bed.pk), None)
    lying = _lying(bed)
    is_shut = row is not None and row.now is not None and row.now.state == StayState.BLOCKED
    verbs = ("transfer", "expect") if lying else () if is_shut else ("admit", "block")
    shown = {verb: forms_so_far.get(verb) or _form(verb, request, bed, at, blank=True) for verb in verbs}
    _record(request, row, shown.get("admit"), at)
    words = {
        "at": at, "today": day_of(at), "bed": bed, "row": row, "lying": lying, "forms": shown, "is_shut": is_shut,
        "is_dirty": row is not None and row.now is not None and row.now.state == StayState.CLEANING,
    }  # fmt: skip
    return render(request, "wards/bed.html", words, status=422 if forms_so_far else 200)


def _record(request: PostRequest, row: board.BedRow | None, admitting: forms.Form | None, at: datetime) -> None:
    """Whose names the page says: who lies there, who comes, and who could be put to bed."""
    there = [stay.resident_id for stay in (row.now, row.next) if stay] if row else []
    offered = admitting.offered if isinstance(admitting, AdmitForm) else []
    record_listing("bed", [*there, *offered], by=request.user, at=at, institution_id=request.post.institution_id)


def _form(verb: str, request: PostRequest, bed: Resource, at: datetime, *, blank: bool = False) -> forms.Form | None:
    data = None if blank else request.POST
    makers: dict[str, Callable[[], forms.Form]] = {
        "admit": lambda: AdmitForm(_people(request, bed, at), data),
        "transfer": lambda: TransferForm(_other_beds(request, bed, at), data),
        "expect": lambda: ExpectForm(data),
        "block": lambda: BlockForm(data),
    }
    return makers[verb]() if verb in makers else None


def _told(verb: str, request: PostRequest, bed: Resource, form: forms.Form | None) -> None:
    values, at, lying = (form.cleaned_data if form else {}), clock.now(), _lying(bed)
    if verb in {"transfer", "discharge", "expect"} and lying is None:
        raise NotFound
    who = Resident.objects.get(pk=UUID(values["who"])) if values.get("who", OTHER) != OTHER else None
    diagnosis = diagnosis_meant(values.get("diagnosis") or "")
    until = values.get("expected_on") or values.get("until_on")
    movements.by_hand(
        Event(verb), institution_id=bed.institution_id, by=request.user, at=at,
        bed=values["bed"] if verb == "transfer" else "" if verb in {"discharge", "expect"} else bed.code,
        episode=lying.episode if lying and verb != "clean" else "", resident_id=who.pk if who else None,
        sex=who.sex if who else int(values.get("sex") or 0), diagnosis_code=diagnosis.code if diagnosis else "",
        until_at=end_on(until, at) if until else None, reason=values.get("reason", ""),
        key=f"hand-{request.POST.get('idempotency_key', '')[:60]}" if request.POST.get("idempotency_key") else "",
    )  # fmt: skip


def _lying(bed: Resource) -> Stay | None:
    found = Stay.objects.filter(resource=bed, state=StayState.OCCUPIED).select_related("resident")
    return found.first()


def _people(request: PostRequest, bed: Resource, at: datetime) -> list[tuple[str, str]]:
    """Who may be put to bed here: promised a bed in the house, or here by a referral.

    Offered are those not in a bed whom this one takes; posted may be anyone, so that a form sent twice meets the same
    answer.
    """
    lying = set(queries.inpatients_at(bed.institution_id).values_list("resident_id", flat=True))
    promised = [stay.resident for stay in queries.planned_at(bed.institution_id, at=at)[:MOST] if stay.resident]
    here = referrals.referrals_received_by(bed.institution_id).filter(
        referrals.within_reach([request.post], "receiver"), state__in=[State.ARRIVED, State.IN_CARE, State.SCHEDULED]
    )
    people = {one.pk: one for one in [*promised, *(row.resident for row in here[:MOST])]}
    is_posted = request.method == "POST"
    offered = (one for one in people.values() if is_posted or (one.pk not in lying and _takes(bed, one.sex)))
    return [(str(one.pk), one.name) for one in offered]


def _other_beds(request: PostRequest, bed: Resource, at: datetime) -> list[tuple[str, str]]:
    """Beds of the house with nobody in them now that take the patient, the ward's own first; posted may be any."""
    beds = Resource.objects.filter(institution_id=bed.institution_id, kind=bed.kind).exclude(pk=bed.pk)
    taken = Stay.objects.filter(
        resource__in=beds, state__in=[StayState.OCCUPIED, StayState.BLOCKED], from_at__lte=at
    )  # fmt: skip
    if request.method != "POST":
        beds = beds.exclude(pk__in=taken.values("resource"))
    lying, soon = _lying(bed), _soon_on(bed.institution_id, at)
    found = sorted(beds.select_related("ward"), key=lambda one: (one.ward_id != bed.ward_id, one.pk in soon, one.code))
    offered = (one for one in found if request.method == "POST" or lying is None or _takes(one, lying.sex))
    return [(one.code, f"{one.ward.name} {one.name}{soon.get(one.pk, '')}") for one in offered]


def _soon_on(house: int, at: datetime) -> dict[int, str]:
    """Beds that are being cleaned or promised within a day: they can be had, but others are better."""
    words = {StayState.CLEANING.value: _("（清洁中）")}
    found = Stay.objects.filter(
        institution_id=house, state__in=[StayState.CLEANING, StayState.RESERVED, StayState.HELD],
        from_at__lt=at + timedelta(days=1), until_at__gt=at,
    )  # fmt: skip
    named = found.order_by("-from_at").values_list("resource", "state")  # what is sooner is said
    return {bed: words.get(state, _("（已预留）")) for bed, state in named}


def _takes(bed: Resource, sex: int) -> bool:
    return (bed.sex or bed.ward.sex) in {0, sex}
