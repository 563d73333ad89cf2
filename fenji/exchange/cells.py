"""What a cell of a spreadsheet means: texts, numbers that Excel made of codes, dates as serials or as text.

Each reader raises CellFault with what is wrong in the reader's words, never with the content: that may be an ID number.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

Cell = str | int | float | bool | datetime | date | time | timedelta | None
Reader = Callable[[Cell], Any]
EXACT_UP_TO = 10**15  # Excel keeps 15 digits; what is longer has lost the rest
SERIAL_EPOCH, LAST_SERIAL = date(1899, 12, 30), 80_000  # the year 2119
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
TIME = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：]00)?")
SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


class CellFault(ValueError):
    """What is wrong with one cell."""


def text(cell: Cell) -> str:
    """The cell as text; a number without its fraction. Raises CellFault where digits are lost."""
    if isinstance(cell, bool):
        return _("是") if cell else _("否")
    if isinstance(cell, int | float):
        return _digits(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    words = " ".join(str(cell if cell is not None else "").split())
    if "\x00" in words or any("\ud800" <= sign <= "\udfff" for sign in words):
        raise CellFault(_("含有不能保存的字符。"))
    if words.startswith("="):
        raise CellFault(_("是公式，请粘贴为数值。"))
    return words


def up_to(limit: int) -> Reader:
    """A text of at most so many characters."""

    def read(cell: Cell) -> str:
        words = text(cell)
        if len(words) > limit:
            raise CellFault(_("最多 %(limit)d 字，现有 %(length)d 字。") % {"limit": limit, "length": len(words)})
        return words

    return read


def code(cell: Cell) -> str:
    """A code or number of a person: as `text`, and not in scientific notation."""
    words = text(cell)
    if SCIENTIFIC.fullmatch(words):
        raise CellFault(LOST_DIGITS())
    if len(words) > 60:
        raise CellFault(_("编号最多 60 个字符。"))
    return words


def day(cell: Cell) -> date | None:
    """A date: Excel's own, its serial number, or text such as 2026-01-05, 2026/1/5, 2026年1月5日, 20260105."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 1 <= cell <= LAST_SERIAL:
        return SERIAL_EPOCH + timedelta(days=int(cell))
    words = text(cell)
    if not words:
        return None
    found = DATE.fullmatch(words) or COMPACT_DATE.fullmatch(words)
    try:
        return date(*map(int, found.groups())) if found else _no_date()
    except ValueError:
        return _no_date()


def clock_time(cell: Cell) -> time | None:
    """A time of day: Excel's own, a fraction of a day, or text such as 8:00."""
    if isinstance(cell, datetime):
        return cell.time().replace(second=0, microsecond=0)
    if isinstance(cell, time):
        return cell.replace(second=0, microsecond=0)
    if isinstance(cell, timedelta):
        cell = cell / timedelta(days=1)
    if isinstance(cell, float) and 0 <= cell < 1:
        return time(*divmod(min(round(cell * 1440), 1439), 60))
    words = text(cell)
    if not words:
        return None
    found = TIME.fullmatch(words)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise CellFault(_("时间请写成 08:00 的样子。"))
    return time(int(found[1]), int(found[2]))


def whole(least: int, most: int) -> Reader:
    """A whole number between two, both included; None for an empty cell."""

    def read(cell: Cell) -> int | None:
        words = text(cell)
        if not words:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", words) or not least <= int(words) <= most:
            raise CellFault(_("应为 %(least)d 到 %(most)d 的整数。") % {"least": least, "most": most})
        return int(words)

    return read


def decimal(least: float, most: float) -> Reader:
    """A number between two; None for an empty cell."""

    def read(cell: Cell) -> float | None:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        try:
            number = float(cell) if isinstance(cell, int | float | str) else least - 1
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise CellFault(_("应为 %(least)s 到 %(most)s 之间的数。") % {"least": least, "most": most})
        return number

    return read


def choice(words: Mapping[str, Any]) -> Reader:
    """One of some words, each meaning a value; None for an empty cell. The value itself may be written, too."""
    spoken = {**{str(value): value for value in words.values() if str(value)}, **words}

    def read(cell: Cell) -> Any:
        found = text(cell)
        if not found:
            return None
        if found not in spoken:
            raise CellFault(_("应为 %(words)s 之一。") % {"words": "、".join(words)})
        return spoken[found]

    return read


YES_NO = choice({"是": True, "否": False})


def LOST_DIGITS() -> str:  # noqa: N802 (a sentence, translated when it is said)
    return _("被存成了数字，末几位已经丢失。请把这一列设为“文本”格式后重新填写。")


def _digits(number: float) -> str:
    if abs(number) >= EXACT_UP_TO or number != number:  # not a number is unequal to itself
        raise CellFault(LOST_DIGITS())
    return str(int(number)) if number == int(number) else repr(number)


def _no_date() -> date:
    raise CellFault(_("日期请写成 2026-01-05 的样子。"))
