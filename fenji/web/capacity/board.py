"""The coordination office's board: every department's places of a week, and one day's list to print."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fenji.apps.booking import boards
from fenji.apps.booking.models import Session
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import NotFound
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department
from fenji.kernel.roles import Role
from fenji.rulebook.keys.booking import LINES
from fenji.web.days import WEEK, day_asked, week_from
from fenji.web.posting import number_of
from fenji.web.presenters.names import full_name
from fenji.web.roles import PostRequest, requires_role


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def board(request: PostRequest) -> HttpResponse:
    """A week from the day asked for; each cell says what is free, kept for referrals, held and booked."""
    at = clock.now()
    first = day_asked(request.GET.get("from", ""), day_of(at))
    days = week_from(first)
    rows = boards.capacity_board([one.pk for one in departments_at(request.post.institution_id)], first, at=at)
    shown = {
        "at": at,
        "days": days,
        "first": first,
        "before": first - WEEK,
        "after": first + WEEK,
        "rows": [(row, [(day, row.days[day]) for day in days], _stale_words(row)) for row in rows],
        "line_words": list(line_words().items()),
    }
    return render(request, "capacity/board.html", shown)


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def printed(request: PostRequest) -> HttpResponse:
    """One department's day with who has which place and empty lines to write on. Its reading is recorded."""
    at = clock.now()
    ours = departments_at(request.post.institution_id)
    wanted = number_of(request.GET.get("department"))
    chosen = next((one for one in ours if one.pk == wanted), ours[0] if ours and wanted is None else None)
    if chosen is None:
        raise NotFound(_("本机构没有这个科室的门诊。"))
    day = day_asked(request.GET.get("day", ""), day_of(at))
    sessions = boards.printable_list(chosen.pk, day, at=at)
    people = [str(row.booking.resident_id) for _session, rows in sessions for row in rows if row.booking]
    if people:
        audit.record(
            "resident.list", chosen, by=request.user, at=at, institution_id=chosen.institution_id,
            details={"residents": people, "printed": True},
        )  # fmt: skip
    shown = {
        "at": at, "day": day, "chosen": chosen, "sessions": [(one, _what(one), rows) for one, rows in sessions],
        "departments": [(one.pk, full_name(one)) for one in ours],
    }  # fmt: skip
    return render(request, "capacity/list.html", shown)


def departments_at(institution_id: int) -> list[Department]:
    """An institution's departments that hold clinics or examinations."""
    found = Department.objects.filter(institution_id=institution_id, sessions__isnull=False)
    return list(found.distinct().order_by("pk"))


def _what(session: Session) -> str:
    """Which clinic or examination it is, so that two at the same hour are told apart."""
    what = session.exam_item.name if session.exam_item else line_words()[session.line]
    return f"{what} {session.physician.name}" if session.physician else what


def line_words() -> dict[str, str]:
    return {**{code: _(names[0]) for code, names in LINES.items()}, "examination": _("检查")}


def _stale_words(row: boards.BoardRow) -> str:
    """What to show instead of free places where the hospital has been silent for too long."""
    if not row.freshness.is_stale or row.freshness.age is None:
        return ""
    hours = int(row.freshness.age.total_seconds() // 3600)
    return _("医院已 %(hours)d 小时没有消息，空号数不可靠") % {"hours": hours}
