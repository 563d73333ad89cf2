"""Rows of text from a spreadsheet file, whichever of the two kinds it is."""

import csv
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from fenji.rulebook.errors import RulebookError


def rows_of(file: Path) -> Iterator[list[str]]:
    """Every row of a csv (UTF-8 or GB 18030) or of the first sheet of an xlsx file. Raises RulebookError."""
    if file.suffix.lower() == ".csv":
        yield from csv.reader(_text(file).splitlines())
        return
    try:
        sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
    except CalamineError:
        raise RulebookError("读不了这个文件", expected="csv 或 xlsx", remedy="另存为 xlsx 或 csv", file=file) from None
    for row in sheet.to_python():
        yield [str(cell) for cell in row]


def _text(file: Path) -> str:
    content = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RulebookError("文字编码不认识", expected="UTF-8 或 GB 18030", remedy="另存为 UTF-8", file=file)
