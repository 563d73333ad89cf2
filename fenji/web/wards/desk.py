"""The office's bed desk: who needs a bed, who is promised one, what was handed over, what does not agree."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError, NotFound
from fenji.apps.referrals import queries as referrals
from fenji.apps.referrals.actions.admissions import TAKES_BED, give_bed
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Membership
from fenji.apps.residents.listing import record_listing
from fenji.apps.stays import actions, board, handing_over, queries, reconciliation
from fenji.apps.stays.models import Resource, Stay
from fenji.apps.stays.policies import Span, Wanted
from fenji.apps.stays.rules import day_of
from fenji.kernel.referral import Direction, State
from fenji.kernel.roles import Role
from fenji.kernel.stays import ResourceKind
from fenji.web.posting import number_of, once, show_faults
from fenji.web.roles import PostRequest, requires_role
from fenji.web.wards.forms import GiveForm, HandOverForm
from fenji.web.wards.own import noon_of, wards_for

MOST = 60
WAITING = [State.SENT.value, *(state.value for state in TAKES_BED)]


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def desk(request: PostRequest) -> HttpResponse:
    """Referrals on their way in, promised beds, the wards' numbers, open differences."""
    at, house = clock.now(), request.post.institution_id
    wards = wards_for(request.post)
    waiting, planned = _waiting(request.post), list(queries.planned_at(house, at=at)[:MOST])
    named = [*(one.resident_id for one in waiting), *(stay.resident_id for stay in planned)]
    record_listing("beds", named, by=request.user, at=at, institution_id=house)
    words = {
        "at": at, "feed": queries.feed_of(house), "is_stale": queries.is_stale(house, at=at),
        "wards": board.wards_now(wards, at=at),
        "waiting": waiting, "planned": planned,
        "differences": reconciliation.open_differences(house)[:MOST],
    }  # fmt: skip
    return render(request, "wards/desk.html", words)


@require_http_methods(["GET", "POST"])
@requires_role(Role.REFERRAL_OFFICE)
def give(request: PostRequest, referral_id: UUID) -> HttpResponse:
    """Any fitting bed of a ward for a referral's patient; one not yet answered is accepted with it."""
    at = clock.now()
    referral, _parties = referrals.access_referral(request.user, referral_id, at=at)
    if referral.receiver_id != request.post.institution_id:
        raise NotFound
    wards = [(str(one.ward.pk), _ward_words(one)) for one in board.wards_now(wards_for(request.post), at=at)]
    first = next((str(ward.pk) for ward in wards_for(request.post) if ward.department_id == referral.department_id), "")
    form = GiveForm(wards, request.POST or None, {"ward": first, "from_on": day_of(at) + timedelta(days=1)})
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _give(request, referral, form))
        except DomainError as error:
            show_faults(form, error)
    words = {"form": form, "referral": referral, "at": at, "planned": queries.planned_for(referral.pk, at=at)}
    return render(request, "wards/give.html", words, status=422 if form.errors else 200)


@require_POST
@requires_role(Role.REFERRAL_OFFICE)
def cancel(request: PostRequest, stay_id: UUID) -> HttpResponse:
    """A promised bed is given back."""

    def perform() -> str:
        stay = Stay.objects.filter(pk=stay_id, institution_id=request.post.institution_id).first()
        if stay is None:
            raise NotFound
        actions.cancel(stay.pk, _("转诊办取消"), by=request.user, at=clock.now())
        messages.success(request, _("预留已取消，床位已放回。"))
        return reverse("beds_desk")

    return once(request, perform)


@require_http_methods(["GET", "POST"])
@requires_role(Role.REFERRAL_OFFICE)
def hand_over(request: PostRequest, ward_id: int) -> HttpResponse:
    """How many of a ward's beds the platform gives away from now on; those in no promise come back first."""
    ward = next((one for one in wards_for(request.post) if one.pk == ward_id), None)
    if ward is None:
        raise NotFound
    at, beds = clock.now(), _beds_of([ward_id])
    now = handing_over.handed_over_at([bed.pk for bed in beds], at)
    form = HandOverForm(request.POST or None, initial={"count": len(now)})
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _set_count(request, beds, form.cleaned_data["count"]))
        except DomainError as error:
            show_faults(form, error)
    words = {"form": form, "ward": ward, "beds": len(beds), "now": len(now), "at": at}
    return render(request, "wards/hand_over.html", words, status=422 if form.errors else 200)


@require_POST
@requires_role(Role.REFERRAL_OFFICE)
def settle(request: PostRequest, difference_id: int) -> HttpResponse:
    """Somebody found out what was wrong, and says it."""

    def perform() -> str:
        reconciliation.settle(difference_id, request.POST.get("note", ""), by=request.user, at=clock.now())
        messages.success(request, _("已记录核对结果。"))
        return reverse("beds_desk")

    return once(request, perform)


def _give(request: PostRequest, referral: Referral, form: GiveForm) -> str:
    values, at = form.cleaned_data, clock.now()
    first: date = values["from_on"]
    starts = at if first == day_of(at) else noon_of(first)
    span = Span(starts, noon_of(first + timedelta(days=values["days"])))
    wanted = Wanted(span, ward_ids=(number_of(values["ward"]) or 0,))
    version = number_of(request.POST.get("version"))
    _referral, stay = give_bed(
        referral.pk, wanted, span, by=request.user, version=version, needs_isolation=values["needs_isolation"],
        patient_asked=values["patient_asked"],
    )  # fmt: skip
    messages.success(
        request, _("已预留 %(ward)s %(bed)s。") % {"ward": stay.resource.ward.name, "bed": stay.resource.name}
    )
    return reverse("beds_desk")


def _set_count(request: PostRequest, beds: list[Resource], count: int) -> str:
    handing_over.keep_count(beds, count, by=request.user, at=clock.now())
    messages.success(request, _("已更新交平台安排的床位。"))
    return reverse("beds_desk")


def _waiting(post: Membership) -> list[Referral]:
    """Referrals on their way in whose patient is neither promised a bed nor lies in one."""
    ours = referrals.within_reach([post], "receiver")
    found = referrals.referrals_received_by(post.institution_id).filter(
        ours, state__in=WAITING, direction=Direction.UP.value
    )
    has_bed = Stay.objects.filter(institution_id=post.institution_id, state__in=["held", "reserved", "occupied"])
    with_bed = has_bed.filter(referral_id__isnull=False).values("referral_id")
    lying = has_bed.filter(resident__isnull=False, state="occupied").values("resident")
    return list(found.exclude(pk__in=with_bed).exclude(resident__in=lying).order_by("due_at")[:MOST])


def _ward_words(one: board.WardNow) -> str:
    sex = {1: _("（男）"), 2: _("（女）")}.get(one.ward.sex, "")
    return f"{one.ward.name}{sex} · " + _("空 %(free)d 床") % {"free": one.free}


def _beds_of(ward_ids: list[int]) -> list[Resource]:
    return list(Resource.objects.filter(ward_id__in=ward_ids, kind=ResourceKind.BED, used_until=None).order_by("pk"))
