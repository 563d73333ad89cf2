"""ID and phone numbers taken out of text that is about to be kept: audit details, logs, error reports."""

from typing import Any

from fenji.apps.common.free_text import ID_NUMBER, MOBILE

ID_MASK, PHONE_MASK = "[证件号码]", "[手机号码]"


def masked(text: str) -> str:
    """`text` without 18-digit ID numbers and mobile numbers."""
    return MOBILE.sub(PHONE_MASK, ID_NUMBER.sub(ID_MASK, text))


def masked_within(value: Any) -> Any:
    """The same for every text inside lists and dictionaries, keys included."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {masked_within(key): masked_within(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked_within(part) for part in value]
    return value
