"""A resident looks for a clinic and books a public place: institution, department, day, time; two clicks after that."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.booking import boards
from fenji.apps.booking.access import access_for
from fenji.apps.booking.fairness import waits_in
from fenji.apps.common.errors import NotFound
from fenji.apps.contracts.queries import contract_on
from fenji.apps.referrals.actions import direct
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department, Institution
from fenji.apps.registry.snapshot import network
from fenji.web.days import WEEK, day_asked, week_from
from fenji.web.posting import number_of, once
from fenji.web.presenters.dates import moment_words
from fenji.web.presenters.names import full_name, region_name
from fenji.web.resident.person import ResidentRequest, for_resident


@dataclass(frozen=True)
class County:
    """A county's institutions that hold clinics, each with its departments; folded unless it is one's own."""

    code: str
    name: str
    houses: list[tuple[Institution, list[Department]]]
    is_open: bool


@require_GET
@for_resident
def clinics(request: ResidentRequest) -> HttpResponse:
    """Departments that hold clinics in the coming weeks, by county and institution; a word narrows and unfolds them."""
    word = request.GET.get("q", "").strip()
    found = Department.objects.filter(sessions__starts_at__gte=request.at).exclude(sessions__line="examination")
    if word:
        found = found.filter(name__icontains=word) | found.filter(institution__name__icontains=word)
    rows = (
        found.select_related("institution").distinct().order_by("institution__tier", "institution__name_pinyin", "pk")
    )
    shown = {
        "word": word, "resident": request.resident, "is_self": request.is_self, "at": request.at,
        "counties": _counties(list(rows), _own_house(request)),
    }  # fmt: skip
    return render(request, "capacity/clinics.html", shown)


def _own_house(request: ResidentRequest) -> int | None:
    """Where the resident's family doctor works; None without a contract."""
    contract = contract_on(request.resident.pk, day_of(request.at))
    return contract.team.institution_id if contract else None


def _counties(departments: list[Department], own: int | None) -> list[County]:
    """One's own county and house first, then in the order of their codes, the city's own before its counties."""
    snapshot = network()
    houses: dict[int, list[Department]] = {}
    for one in departments:
        houses.setdefault(one.institution_id, []).append(one)
    by_county: dict[str, list[tuple[Institution, list[Department]]]] = {}
    for pk in sorted(houses, key=lambda pk: pk != own):
        node, units = snapshot.nodes.get(pk), houses[pk]
        by_county.setdefault(node.county if node else "", []).append((units[0].institution, units))
    home = snapshot.nodes[own].county if own in snapshot.nodes else ""
    codes = sorted(by_county, key=lambda code: (code != home, code))
    return [County(code, region_name(snapshot, code), by_county[code], code == codes[0]) for code in codes]


@require_GET
@for_resident
def calendar(request: ResidentRequest, department_id: int) -> HttpResponse:
    """The free public places of a week; a week without says when to look again."""
    department = _department(department_id)
    first = max(day_asked(request.GET.get("from", ""), day_of(request.at)), day_of(request.at))
    access = access_for(None, at=request.at, by=request.user, resident_id=request.resident.pk)
    free = boards.public_calendar(department.pk, first, access=access, at=request.at)
    back = max(first - WEEK, day_of(request.at))
    shown = {
        "department": department, "places": [one for day in week_from(first) for one in free.get(day, [])],
        "first": first, "at": request.at, "resident": request.resident, "is_self": request.is_self,
        "before": back if back < first else None, "after": first + WEEK,
        "waits": waits_in(request.resident.pk, department.pk),
    }  # fmt: skip
    return render(request, "capacity/calendar.html", shown)


@require_POST
@for_resident
def book(request: ResidentRequest, department_id: int) -> HttpResponse:
    department, place = _department(department_id), number_of(request.POST.get("place"))
    if place is None:
        raise NotFound(_("请先选一个时间。"))
    return once(request, lambda: _booked(request, department, place, request.at))


def _booked(request: ResidentRequest, department: Department, place: int, at: datetime) -> str:
    booking = direct.book(request.resident.pk, place_id=place, by=request.user, at=at)
    words = {"where": full_name(department.institution), "when": moment_words(booking.place.starts_at, at=at)}
    messages.success(request, _("已约好：%(where)s，%(when)s。") % words)
    return reverse("my_appointments")


def _department(department_id: int) -> Department:
    found = Department.objects.select_related("institution").filter(pk=department_id).first()
    if found is None:
        raise NotFound
    return found
