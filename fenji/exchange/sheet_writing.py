"""Writing workbooks: every text as text, so that no cell is ever a formula or a link, and codes keep their digits."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.exchange.kinds.kind import Kind

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDTH = 18


def template_of(kind: Kind) -> bytes:
    """An empty table: Chinese headers with notes, one example row (ignored on import), and a sheet that explains."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, SAFE) as book:
        head = book.add_format({"bold": True, "bg_color": "#e8eef4", "border": 1})
        as_text, pale = (
            book.add_format({"num_format": "@"}),
            book.add_format({"num_format": "@", "font_color": "#8a8f98"}),
        )
        sheet, notes = book.add_worksheet(_("数据")), book.add_worksheet(_("说明"))
        sheet.freeze_panes(1, 0)
        notes.set_column(0, 0, WIDTH)
        notes.set_column(2, 2, 80)
        for place, title in enumerate((_("列"), _("必填"), _("怎么填"), _("示例"))):
            notes.write_string(0, place, title, head)
        for place, column in enumerate(kind.columns):
            sheet.set_column(place, place, WIDTH, as_text)
            sheet.write_string(0, place, column.title + ("*" if column.required else ""), head)
            if str(column.note):
                sheet.write_comment(0, place, str(column.note))
            sheet.write_string(1, place, str(column.example), pale)
            for at, words in enumerate((column.title, _("是") if column.required else "", column.note, column.example)):
                notes.write_string(place + 1, at, str(words))
        notes.write_string(len(kind.columns) + 2, 0, _("灰色的示例行导入时会被忽略；一行有误，整个文件都不导入。"))
    return out.getvalue()


def workbook(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, notes: Sequence[str] = ()) -> bytes:
    """One sheet of rows, and one that says what the figures mean, as of when."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, SAFE) as book:
        head, sheet = book.add_format({"bold": True, "bg_color": "#e8eef4"}), book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, WIDTH)
        for place, words in enumerate(header):
            sheet.write_string(0, place, words, head)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                _write(sheet, number, place, value)
        if notes:
            page = book.add_worksheet(_("说明"))
            page.set_column(0, 0, 100)
            for number, words in enumerate(notes):
                page.write_string(number, 0, words)
    return out.getvalue()


def _write(sheet: Any, row: int, place: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, place, value)
    else:
        sheet.write_string(row, place, _words(value))


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)
