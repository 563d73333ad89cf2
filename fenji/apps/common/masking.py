"""ID and phone numbers taken out of text that is about to be kept: audit details, logs, error reports."""

import re
from typing import Any

from fenji.apps.common.free_text import ID_NUMBER, MOBILE

ID_MASK, PHONE_MASK = "[证件号码]", "[手机号码]"
LONG = re.compile(r"\d{11}")  # as long as the shortest of them
# Keys of rows and hashes are random: one UUID in some 3,300 holds eleven digits that look like a mobile number.
KEY = re.compile(
    r"(?<![0-9A-Za-z])"
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9]*[a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}))"
    r"(?![0-9A-Za-z])"
)


def masked(text: str) -> str:
    """`text` without 18-digit ID numbers and mobile numbers; UUIDs and hashes (hex, lower case) stay whole."""
    if not LONG.search(text):  # nearly every text
        return text
    parts = KEY.split(text)  # every second one is a key
    return "".join(part if place % 2 else _without_numbers(part) for place, part in enumerate(parts))


def masked_within(value: Any) -> Any:
    """The same for every text inside lists and dictionaries, keys included."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {masked_within(key): masked_within(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked_within(part) for part in value]
    return value


def _without_numbers(text: str) -> str:
    return MOBILE.sub(PHONE_MASK, ID_NUMBER.sub(ID_MASK, text))
