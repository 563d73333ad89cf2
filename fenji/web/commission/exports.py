"""Workbooks of what a page shows, with the definitions on their second sheet; each one taken out is audited."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from fenji.apps.booking.delays import PatientGroup
from fenji.apps.booking.waits import Waits
from fenji.apps.common import clock
from fenji.apps.indicators.actions import note_export
from fenji.apps.indicators.behind import Row
from fenji.apps.indicators.definitions import BY_CODE
from fenji.apps.indicators.figures import figures
from fenji.apps.indicators.institutions import figures_by_institution
from fenji.apps.indicators.present import follow_up_figure, standstill, undelivered_notices
from fenji.apps.indicators.waits import waits_by_department
from fenji.apps.notices.models import Notice
from fenji.apps.referrals.models import FollowUp
from fenji.apps.registry.snapshot import network
from fenji.exchange.sheet_writing import MEDIA_TYPE, workbook
from fenji.kernel.referral import State
from fenji.kernel.roles import Role
from fenji.web.commission.behind import asked_for, found_by
from fenji.web.commission.institutions import COLUMNS, number_of
from fenji.web.commission.selection import Selection, selection_from
from fenji.web.commission.tiles import base_words, definition_words, number_words, unit_words
from fenji.web.presenters.dates import local
from fenji.web.presenters.names import full_name, region_name
from fenji.web.presenters.states import direction_mark, state_mark, urgency_mark
from fenji.web.roles import PostRequest, requires_role

MOST = 100_000  # rows of a list; a workbook of more opens badly
Words = str | Promise
Table = tuple[Words, Sequence[Any], list[Sequence[Any]], Sequence[Words]]  # title, header, rows, notes


@require_GET
@requires_role(Role.COMMISSION)
def export(request: PostRequest, what: str) -> HttpResponse:
    """`what` is a page (figures, institutions, waiting) or the code of a figure: then the list behind it."""
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=clock.now())
    make = PAGES.get(what)
    title, header, rows, notes = make(chosen) if make else _list(request, what)
    note_export(
        what, rows=len(rows), period=chosen.words, by=request.user, institution_id=request.post.institution_id,
        at=chosen.at,
    )  # fmt: skip
    said = [str(words) for words in (*notes, *_when(chosen))]
    book = workbook(str(title), [str(words) for words in header], rows, notes=said)
    return as_file(f"{what}-{chosen.first}-{chosen.last}", book)


def as_file(name: str, content: bytes) -> HttpResponse:
    """An answer the browser saves."""
    disposition = f'attachment; filename="{name}.xlsx"'
    return HttpResponse(content, content_type=MEDIA_TYPE, headers={"Content-Disposition": disposition})


def _figures(chosen: Selection) -> Table:
    found = [*figures(chosen.scope).values(), follow_up_figure(chosen.scope)]
    rows: list[Sequence[Any]] = [
        (str(one.definition.name), number_words(one), unit_words(one.definition), base_words(one),
         definition_words(one.definition))
        for one in found
    ]  # fmt: skip
    late, lost = standstill(chosen.scope), undelivered_notices(chosen.scope).count()
    for code, count in (("overdue", late.count), ("undelivered", lost)):
        rows.append((str(BY_CODE[code].name), count, _("件"), "", definition_words(BY_CODE[code])))
    return _("转诊指标"), (_("指标"), _("数值"), _("单位"), _("件数"), _("口径")), rows, ()


def _institutions(chosen: Selection) -> Table:
    header = (_("机构代码"), _("机构"), _("县区"), *(str(BY_CODE[code].name) for code in COLUMNS))
    rows: list[Sequence[Any]] = [
        (row.institution.code, full_name(row.institution), region_name(chosen.network, row.institution.county),
         *(_number(number_of(row, code)) for code in COLUMNS))
        for row in figures_by_institution(chosen.scope)
        if row.is_active
    ]  # fmt: skip
    notes = [f"{BY_CODE[code].name}：{definition_words(BY_CODE[code])}" for code in COLUMNS]
    return _("各机构转诊情况"), header, rows, notes


def _waiting(chosen: Selection) -> Table:
    header = (
        _("机构"), _("科室"), _("转诊病人等候（天，中位数）"), _("转诊预约数"), _("签约病人等候（天，中位数）"),
        _("签约预约数"), _("其他病人等候（天，中位数）"), _("其他预约数"),
    )  # fmt: skip
    rows: list[Sequence[Any]] = [
        (full_name(one.institution), full_name(one.department), *_of_groups(one.waits))
        for one in waits_by_department(chosen.scope)
    ]  # fmt: skip
    return _("候诊时间"), header, rows, [_("近 30 天作出的预约，从提出到就诊时间。依据：Y 二(七)2；D 共识二1。")]


def _of_groups(waited: Waits) -> Iterator[float | int | None]:
    """Days and number of each group in turn."""
    for group in PatientGroup:
        measured = waited.get(group)
        yield measured.days if measured else None
        yield measured.count if measured else 0


PAGES: dict[str, Callable[[Selection], Table]] = {
    "figures": _figures, "institutions": _institutions, "waiting": _waiting,
}  # fmt: skip


def _list(request: PostRequest, code: str) -> Table:
    asked = asked_for(request, code)
    header, write = LISTS.get(code, (ROW_HEADER, list_row))
    rows = [write(one) for one in found_by(asked)[0:MOST]]
    return asked.title.replace("：", "·")[:31], header, rows, [asked.about, definition_words(asked.definition)]


ROW_HEADER = (
    _("转诊号"), _("方向"), _("缓急"), _("转出机构"), _("接收机构"), _("状态"), _("首次发出"), _("送达"), _("答复"),
    _("预约时间"), _("到诊"), _("时限"), _("是否逾期"), _("退回原因"),
)  # fmt: skip


def list_row(one: Row) -> Sequence[Any]:
    """A referral as a row of a workbook; refused and rerouted, it has the state it had here."""
    state, due_at = (one.state, one.due_at) if one.is_last else (State.REFUSED, None)
    return (
        one.number, direction_mark(one.direction).word, urgency_mark(one.urgency).word, full_name(one.sender),
        full_name(one.receiver), state_mark(state).word, one.sent_at, one.put_at,
        one.answered_at, one.appointment_at, one.arrived_at, due_at, one.is_late, one.reason,
    )  # fmt: skip


def _follow_up(one: FollowUp) -> Sequence[Any]:
    return (one.referral.number, full_name(one.institution), one.get_kind_display(), one.due_on, one.done_at)


def _notice(one: Notice) -> Sequence[Any]:
    house = network().nodes.get(one.institution_id or 0)
    return (one.made_at, one.get_channel_display(), one.get_state_display(), full_name(house), len(one.attempts.all()))


LISTS: dict[str, tuple[Sequence[Words], Callable[[Any], Sequence[Any]]]] = {
    "follow_ups": ((_("转诊号"), _("机构"), _("类别"), _("到期日"), _("完成时间")), _follow_up),
    "undelivered": ((_("发出时间"), _("通道"), _("状态"), _("机构"), _("尝试次数")), _notice),
}


def _number(words: str) -> Any:
    """A number as one, so that a workbook can add it; a share or a dash stays text."""
    text = words.replace(",", "")
    try:
        return float(text) if "." in text and not text.endswith("%") else int(text)
    except ValueError:
        return words


def _when(chosen: Selection) -> list[Words]:
    return [
        _("范围：%(words)s") % {"words": chosen.words},
        _("统计时间：%(at)s") % {"at": f"{local(chosen.at):%Y-%m-%d %H:%M}"},
        _("按首次发出的时间归期，状态截至统计时间。"),
    ]
