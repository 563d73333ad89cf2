"""The audit trail, filtered and exported. Looking is itself recorded."""

from collections.abc import Iterable
from io import BytesIO
from json import dumps
from typing import Any

import xlsxwriter
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fenji.apps.accounts import audit_reading
from fenji.apps.common import clock
from fenji.apps.common.models import AuditEvent
from fenji.kernel.roles import Office
from fenji.web.administration.detail_words import detail_words
from fenji.web.administration.forms import AuditForm
from fenji.web.administration.trail_words import relation_words, subject_words
from fenji.web.administration.verbs import verb_words
from fenji.web.presenters.dates import local
from fenji.web.roles import PersonRequest, requires_office

A_PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires_office(Office.AUDIT)
def trail(request: PersonRequest) -> HttpResponse:
    form, at = AuditForm(request.GET), clock.now()
    page, rows = None, []
    if form.is_valid():
        events = audit_reading.read(form.asked(at), by=request.user)
        page = Paginator(events, A_PAGE).get_page(request.GET.get("page"))
        rows = [(event, _words(event)) for event in page]
    shown = {"form": form, "page": page, "rows": rows, "at": at}
    return render(request, "administration/audit.html", shown, status=422 if form.errors else 200)


@requires_office(Office.AUDIT)
def export(request: PersonRequest) -> HttpResponse:
    """The same filters as a spreadsheet; POST, because it leaves a record and a file."""
    form, at = AuditForm(request.POST), clock.now()
    if request.method != "POST" or not form.is_valid():
        return render(request, "administration/audit.html", {"form": form, "at": at}, status=422)
    response = HttpResponse(_sheet(audit_reading.export(form.asked(at), by=request.user)), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="audit-{local(at):%Y%m%d-%H%M}.xlsx"'
    return response


def _words(event: AuditEvent) -> dict[str, Any]:
    return {
        "verb": verb_words(event.verb),
        "subject": subject_words(event.subject_kind),
        "relation": relation_words(event.relation),
        "details": detail_words(event.details),
    }


def _sheet(events: Iterable[AuditEvent]) -> bytes:
    """Every cell is written as text, so that nothing in it is run as a formula."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "in_memory": True}) as book:
        sheet = book.add_worksheet(_("审计记录"))
        for column, words in enumerate(_titles()):
            sheet.write_string(0, column, words)
        for row, event in enumerate(events, start=1):
            for column, words in enumerate(_cells(event)):
                sheet.write_string(row, column, words)
    return target.getvalue()


def _titles() -> list[str]:
    return [
        _("时间"),
        _("操作人"),
        _("操作"),
        _("操作代码"),
        _("对象"),
        _("对象编号"),
        _("居民编号"),
        _("机构编号"),
        _("依据的关系"),
        _("原因"),
        _("请求编号"),
        _("细节"),
        _("细节代码"),
    ]


def _cells(event: AuditEvent) -> list[str]:
    return [
        f"{local(event.at):%Y-%m-%d %H:%M:%S}",
        event.actor_name,
        verb_words(event.verb),
        event.verb,
        event.subject_kind,
        event.subject_id,
        str(event.resident_id or ""),
        str(event.institution_id or ""),
        event.relation,
        event.reason,
        event.request_id,
        "\n".join(f"{name}：{value}" for name, value in detail_words(event.details)),
        dumps(event.details, ensure_ascii=False) if event.details else "",
    ]
