"""Free text must not become a second home of ID and phone numbers: they are refused where a person types them."""

import re

from django.utils.translation import gettext as _

ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def fault_in(text: str) -> str:
    """What is wrong with `text`, in words; empty when nothing is."""
    if ID_NUMBER.search(text):
        return _("请不要在文字中填写身份证号，系统已另行加密保存。")
    if MOBILE.search(text):
        return _("请不要在文字中填写手机号，请填在电话栏。")
    if "\x00" in text:
        return _("文字中含有不能保存的字符。")
    return ""
