"""The daily comparison with the hospital's own list: every difference in words, and what to do about it."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from fenji.apps.booking import comparisons
from fenji.apps.booking.freshness import freshness_of
from fenji.apps.booking.models import Difference, DifferenceKind
from fenji.apps.common import clock
from fenji.apps.referrals.rules import day_of
from fenji.kernel.roles import Role
from fenji.web.capacity.words import clinic_words, heard_words
from fenji.web.presenters.dates import local
from fenji.web.roles import PostRequest, requires_role

LOOKED_BACK = timedelta(days=14)
Kind = DifferenceKind
TO_DO: dict[str, str | Promise] = {
    Kind.NO_LIST: gettext_lazy("请医院信息科补报当日清单。"),
    Kind.SESSION_UNKNOWN_HERE: gettext_lazy("由平台预约的，请医院交来这一场；否则请医院从清单中去掉。"),
    Kind.SESSION_UNKNOWN_THERE: gettext_lazy("问医院是否出诊；不出诊的在这里停诊，已约的人会改约。"),
    Kind.CLOSED_THERE: gettext_lazy("医院确已停诊的，在这里停诊，已约的人会改约。"),
    Kind.CLOSED_HERE: gettext_lazy("请医院一并停诊；照常出诊的，在“号源”中恢复出诊。"),
    Kind.TIMES: gettext_lazy("请医院核对时间；确要改期的，先停诊，再交出新的一场。"),
    Kind.PLACE_UNKNOWN_HERE: gettext_lazy("请医院核对号数；要加号的，另交一场。"),
    Kind.PLACE_UNKNOWN_THERE: gettext_lazy("请医院补上这个号；已约的人以平台为准。"),
    Kind.BOOKED_THERE: gettext_lazy("请医院说明约给了谁；窗口收的病人请改到别的号或补录到平台。"),
    Kind.BOOKED_HERE: gettext_lazy("请医院登记这位病人，姓名见当日名单。"),
    Kind.ANOTHER_BOOKING: gettext_lazy("核对两边的姓名，名单上的人以平台为准。"),
}
STOPS = {Kind.SESSION_UNKNOWN_THERE, Kind.CLOSED_THERE}


@dataclass(frozen=True)
class Row:
    """One difference as the office reads it."""

    found: Difference
    which: str
    here: str
    there: str
    to_do: str | Promise
    list_href: str
    stop_href: str


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def compared(request: PostRequest) -> HttpResponse:
    """The last comparison of each day, of two weeks back and all days ahead."""
    at, house = clock.now(), request.post.institution_id
    days = comparisons.latest_of_days(house, day_of(at) - LOOKED_BACK)
    fresh = freshness_of([house], at=at)[house]
    shown = {
        "at": at, "today": day_of(at), "is_stale": fresh.is_stale, "heard": heard_words(fresh),
        "days": [(one, [_row(found) for found in one.differences.all()]) for one in days],
    }  # fmt: skip
    return render(request, "capacity/compared.html", shown)


def _row(found: Difference) -> Row:
    session, kind = found.session, found.kind
    here, there = _sides(found)
    href = stop = ""
    if session is not None:
        href = f"{reverse('capacity_list')}?department={session.department_id}&day={local(session.starts_at):%Y-%m-%d}"
        stop = reverse("office_close_clinic", args=[session.pk]) if kind in STOPS and not session.closed_at else ""
    which = f"{session.department.name} {clinic_words(session)}" if session else ""
    return Row(found, which, here, there, TO_DO[kind], href, stop)


def _sides(found: Difference) -> tuple[str, str]:
    """What stands here and there; of a booking its last figures, as both sides can read them out."""
    if found.kind == Kind.BOOKED_HERE:
        return _("已约 %(number)s") % {"number": _tail(found.here)}, _("空号")
    if found.kind == Kind.BOOKED_THERE:
        return _("空号"), _("已约 %(number)s") % {"number": _tail(found.there)}
    if found.kind == Kind.ANOTHER_BOOKING:
        return _tail(found.here), _tail(found.there)
    return found.here, found.there


def _tail(booking: str) -> str:
    return f"…{booking[-6:]}" if booking else ""
