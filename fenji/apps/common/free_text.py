"""Free text must not become a second home of ID and phone numbers: they are refused where a person types them."""

import re

from django.utils.translation import gettext as _

from fenji.apps.common.errors import Invalid

ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def clean_text(name: str, text: str, limit: int, *, required: bool = False) -> str:
    """One free text, trimmed; raises Invalid under `name` when it is missing, too long or holds a number."""
    text = text.strip()
    if fault := fault_of(text, limit, required=required):
        raise Invalid(fields={name: fault})
    return text


def fault_of(text: str, limit: int, *, required: bool = False) -> str:
    """What is wrong with a trimmed text, in words; empty when nothing is."""
    if required and not text:
        return _("请填写这一项。")
    if len(text) > limit:
        return _("最多 %(limit)d 字，现有 %(length)d 字。") % {"limit": limit, "length": len(text)}
    return fault_in(text)


def fault_in(text: str) -> str:
    """What is wrong with `text`, in words; empty when nothing is."""
    if ID_NUMBER.search(text):
        return _("请不要在文字中填写身份证号，系统已另行加密保存。")
    if MOBILE.search(text):
        return _("请不要在文字中填写手机号，请填在电话栏。")
    if "\x00" in text:
        return _("文字中含有不能保存的字符。")
    return ""
