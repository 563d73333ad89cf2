"""What is kept for referrals: each department's share and how it was sized, the ladder of release, every release."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fenji.apps.booking import boards, releases, rules, shares
from fenji.apps.booking.models import ReserveShare
from fenji.apps.booking.shares import Shares
from fenji.apps.common import clock, rulebooks
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department
from fenji.kernel.reasons import Clause
from fenji.kernel.release import Ladder
from fenji.kernel.roles import Role
from fenji.rulebook.errors import NotInRulebook
from fenji.rulebook.keys.booking import GROUPS, LADDERS, LINES
from fenji.web.presenters.names import reads_english
from fenji.web.presenters.places import line_words
from fenji.web.roles import PostRequest, requires_role

LOOKED_BACK = timedelta(days=14)
A_PAGE = 40


@dataclass(frozen=True)
class LineRow:
    """What the rulebook says of one line: the share to begin with, and between which it is sized (None: it is not)."""

    name: str
    permille: int
    floor: int | None
    ceiling: int | None
    rests_on: Clause


@dataclass(frozen=True)
class ShareRow:
    """One department's line: the share in force today, and the last sizing where there was one."""

    department: Department
    line: str
    permille: int
    sizing: ReserveShare | None


@dataclass(frozen=True)
class LadderRow:
    """How one kind of reserved place opens, with what the rule rests on."""

    name: str
    steps: list[tuple[str, str]]  # who, from when
    rests_on: Clause


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def reserve(request: PostRequest) -> HttpResponse:
    at, house = clock.now(), request.post.institution_id
    found = releases.releases_at(house, at - LOOKED_BACK)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    groups, lines = {code: _said(names) for code, names in GROUPS.items()}, line_words()
    rows = _shares(house, at)
    held = sorted({row.line for row in rows}, key=list(LINES).index)
    shown = {
        "at": at, "ladders": _ladders(at), "lines": [_line(line, lines[line], at) for line in held],
        "sized": [(row, lines[row.line]) for row in rows if row.sizing],
        "unsized": sum(row.sizing is None for row in rows),
        "page": page, "released": [(one, groups[one.group], lines[one.session.line]) for one in page],
        "weeks": rules.reserve_weeks(rulebooks.current(), day_of(at)),
    }  # fmt: skip
    return render(request, "capacity/reserve.html", shown)


def _shares(house: int, at: datetime) -> list[ShareRow]:
    """Every line a department holds; without a sizing the rulebook's own share, or none where it names none."""
    sized = {(one.department_id, one.line): one for one in shares.sizings_at(house)}
    departments, day = boards.departments_at(house), day_of(at)
    known = Shares(rulebooks.current(), [one.pk for one in departments])
    rows = []
    for department in departments:
        for line in sorted(set(department.sessions.values_list("line", flat=True)), key=list(LINES).index):
            try:
                permille = known.of(department.pk, line, day)
            except NotInRulebook:
                continue
            rows.append(ShareRow(department, line, permille, sized.get((department.pk, line))))
    return rows


def _line(line: str, name: str, at: datetime) -> LineRow:
    rulebook, day = rulebooks.current(), day_of(at)
    share = rulebook.value(f"booking.reserve.{line}", on=day)
    try:
        bounds = rules.bounds(rulebook, line, day)
    except NotInRulebook:
        return LineRow(name, int(share.value), None, None, rulebook.clause_of(share))
    return LineRow(name, int(share.value), bounds.floor, bounds.ceiling, rulebook.clause_of(share))


def _ladders(at: datetime) -> list[LadderRow]:
    rulebook, rows = rulebooks.current(), []
    for pool, ladder in rules.ladders(at=at).items():
        code = rules.LADDERS[pool]
        try:
            dated = rulebook.value(f"booking.release.{code}", on=day_of(at))
        except NotInRulebook:
            continue
        rows.append(LadderRow(_said(LADDERS[code]), _steps(ladder), rulebook.clause_of(dated)))
    return rows


def _steps(ladder: Ladder) -> list[tuple[str, str]]:
    """Whoever is let in first stands first, who never is last."""
    timed = sorted(ladder.opens.items(), key=lambda one: (one[1] is not None, -(one[1] or timedelta(0))))
    return [(_said(GROUPS[group.value]), _opens(span)) for group, span in timed]


def _said(names: tuple[str, str]) -> str:
    """A name of the rulebook, which has its own English."""
    chinese, english = names
    return english[:1].upper() + english[1:] if reads_english() else chinese


def _opens(span: timedelta | None) -> str:
    if span is None:
        return _("一直可约")
    if not span:
        return _("不放开")
    days, hours = divmod(int(span.total_seconds() // 3600), 24)
    if hours:
        return _("开诊前 %(count)d 小时起") % {"count": days * 24 + hours}
    return _("开诊前 %(count)d 天起") % {"count": days}
