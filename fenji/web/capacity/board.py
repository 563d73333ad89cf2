"""The coordination office's board: each department's places, by week or clinic by clinic; one day's list to print."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fenji.apps.booking import boards, comparisons
from fenji.apps.booking.access import access_for
from fenji.apps.booking.freshness import freshness_of
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import NotFound
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department
from fenji.kernel.roles import Role
from fenji.web.capacity.words import clinic_words, heard_words
from fenji.web.days import A_DAY, WEEK, day_asked, week_from
from fenji.web.posting import number_of
from fenji.web.presenters.names import full_name
from fenji.web.presenters.places import line_words
from fenji.web.roles import PostRequest, requires_role


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def board(request: PostRequest) -> HttpResponse:
    """A week from the day asked for, or that day clinic by clinic; of all departments or one.

    Each cell says what is free, kept for referrals, held and booked; above stands how old the hospital's word is.
    """
    at, house = clock.now(), request.post.institution_id
    ours = boards.departments_at(house)
    wanted = number_of(request.GET.get("department"))
    chosen = [one for one in ours if one.pk == wanted] or ours
    first = day_asked(request.GET.get("from", ""), day_of(at))
    is_day, fresh = request.GET.get("view") == "day", freshness_of([house], at=at)[house]
    step = A_DAY if is_day else WEEK
    shown = {
        "at": at, "first": first, "before": first - step, "after": first + step, "today": day_of(at),
        "view": "day" if is_day else "week", "department": wanted or "",
        "departments": [(one.pk, full_name(one)) for one in ours], "has_any": bool(ours),
        "is_stale": fresh.is_stale, "heard": heard_words(fresh), "differing": comparisons.open_count(house, day_of(at)),
        **(_clinics(chosen, first, at) if is_day else _week(chosen, first, at)),
    }  # fmt: skip
    return render(request, "capacity/board.html", shown)


def _week(departments: list[Department], first: date, at: datetime) -> dict[str, Any]:
    rows, days = boards.capacity_board([one.pk for one in departments], first, at=at), week_from(first)
    cells = [(row, [(day, row.days[day]) for day in days]) for row in rows]
    return {"days": days, "rows": cells, "line_words": list(line_words().items())}


def _clinics(departments: list[Department], day: date, at: datetime) -> dict[str, Any]:
    """Every clinic of the day, department by department."""
    found = [one for unit in departments for one in boards.clinics_on(unit.pk, day, at=at)]
    return {"clinics": [(one, clinic_words(one)) for one in found]}


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def printed(request: PostRequest) -> HttpResponse:
    """One department's day with who has which place and empty lines to write on. Its reading is recorded."""
    at = clock.now()
    ours = boards.departments_at(request.post.institution_id)
    wanted = number_of(request.GET.get("department"))
    chosen = next((one for one in ours if one.pk == wanted), ours[0] if ours and wanted is None else None)
    if chosen is None:
        raise NotFound(_("本机构没有这个科室的门诊。"))
    day = day_asked(request.GET.get("day", ""), day_of(at))
    sessions = boards.printable_list(chosen.pk, day, access=access_for(None, at=at, by=request.user), at=at)
    people = [str(row.booking.resident_id) for _session, rows in sessions for row in rows if row.booking]
    if people:
        audit.record(
            "resident.list", chosen, by=request.user, at=at, institution_id=chosen.institution_id,
            details={"residents": people, "printed": True},
        )  # fmt: skip
    shown = {
        "at": at, "day": day, "chosen": chosen, "sessions": [(one, clinic_words(one), rows) for one, rows in sessions],
        "departments": [(one.pk, full_name(one)) for one in ours],
    }  # fmt: skip
    return render(request, "capacity/list.html", shown)
