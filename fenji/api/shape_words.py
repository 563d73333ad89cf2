"""What is wrong with the shape of a call, in the reader's words: pydantic says it in English alone."""

from typing import Any

from django.utils.translation import gettext as _

MOST = 200  # characters


def words_of(fault: dict[str, Any]) -> str:
    """One fault as pydantic lists it (`type`, `msg`, `ctx`), as a sentence."""
    kind, given = str(fault["type"]), fault.get("ctx") or {}
    if kind == "value_error" and "error" in given:  # by a check of our own, in its own words
        return str(given["error"])[:MOST]
    template = _of_limits().get(kind) or _of_kinds().get(kind) or _("格式有误。")
    return (template % {name: str(value) for name, value in given.items()})[:MOST]


def _of_limits() -> dict[str, str]:
    return {
        "missing": _("必须填写。"),
        "extra_forbidden": _("没有这个字段。"),
        "greater_than_equal": _("不能小于 %(ge)s。"),
        "greater_than": _("须大于 %(gt)s。"),
        "less_than_equal": _("不能大于 %(le)s。"),
        "less_than": _("须小于 %(lt)s。"),
        "string_too_short": _("至少 %(min_length)s 个字。"),
        "string_too_long": _("最多 %(max_length)s 个字。"),
        "too_short": _("至少 %(min_length)s 项。"),
        "too_long": _("最多 %(max_length)s 项。"),
        "enum": _("应为其中之一：%(expected)s。"),
        "literal_error": _("应为其中之一：%(expected)s。"),
        "timezone_aware": _("时间须带时区，如 2026-11-22T09:00:00+08:00。"),
        "int_parsing_size": _("数字过大。"),
        "int_from_float": _("应为整数。"),
    }


def _of_kinds() -> dict[str, str]:
    """pydantic tells apart the wrong type and what cannot be read as it; a caller needs to know what it should be."""
    kinds = {
        "string": _("应为文字。"), "int": _("应为整数。"), "float": _("应为数字。"), "decimal": _("应为数字。"),
        "bool": _("应为 true 或 false。"), "uuid": _("应为 UUID 编号。"), "list": _("应为列表。"),
        "dict": _("应为对象。"), "model_attributes": _("应为对象。"), "model": _("应为对象。"),
        "datetime": _("应为时间，如 2026-11-22T09:00:00+08:00。"), "date": _("应为日期，如 2026-11-22。"),
        "time": _("应为时刻，如 09:00。"),
    }  # fmt: skip
    ends = ("type", "parsing", "from_date_parsing", "from_datetime_parsing")
    return {f"{kind}_{end}": words for kind, words in kinds.items() for end in ends}
