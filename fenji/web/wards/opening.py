"""How many theatres and recovery places of the house primary institutions may reserve with a referral (绿色通道)."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError
from fenji.apps.stays import handing_over
from fenji.apps.stays.models import Resource
from fenji.apps.stays.theatres import ROOMS
from fenji.kernel.roles import Role
from fenji.kernel.stays import ResourceKind
from fenji.web.posting import once, show_faults
from fenji.web.roles import PostRequest, requires_role
from fenji.web.wards.forms import OpeningForm


@require_http_methods(["GET", "POST"])
@requires_role(Role.REFERRAL_OFFICE)
def opening(request: PostRequest) -> HttpResponse:
    """Two numbers: what is open is the platform's, and the house itself does not reserve it meanwhile."""
    at, rooms = clock.now(), _rooms(request.post.institution_id)
    now = _opened(rooms, at)
    form = OpeningForm({kind.value: len(found) for kind, found in rooms.items()}, request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _open(request, rooms, form.cleaned_data))
        except DomainError as error:
            show_faults(form, error)
    words = {"form": form, "has_rooms": all(rooms.values())}
    return render(request, "wards/surgery_opening.html", words, status=422 if form.errors else 200)


def _rooms(house: int) -> dict[ResourceKind, list[Resource]]:
    found = Resource.objects.filter(institution_id=house, used_until=None, kind__in=ROOMS).order_by("pk")
    return {kind: [one for one in found if one.kind == kind] for kind in ROOMS}


def _opened(rooms: dict[ResourceKind, list[Resource]], at: datetime) -> dict[str, int]:
    return {
        kind.value: len(handing_over.handed_over_at([one.pk for one in found], at)) for kind, found in rooms.items()
    }


def _open(request: PostRequest, rooms: dict[ResourceKind, list[Resource]], given: dict[str, int]) -> str:
    at = clock.now()
    for kind, found in rooms.items():
        handing_over.keep_count(found, given[kind.value], by=request.user, at=at)
    messages.success(request, _("已更新：开放给基层的手术间和复苏位。"))
    return reverse("day_surgery")
