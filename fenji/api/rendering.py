"""The one way out: JSON in which no 18-digit ID number and no mobile number is left, whoever wrote it where."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from ninja.renderers import JSONRenderer

from fenji.apps.common.masking import masked

HEX = re.compile(r"[0-9a-fA-F-]{32,64}")  # ids and digests, in which eleven digits in a row mean nothing
# Telephones of houses and departments are published: the duty phone is what an emergency needs.
PUBLISHED = frozenset({"phone", "duty_phone"})


class MaskingRenderer(JSONRenderer):
    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        return super().render(request, without_numbers(data), response_status=response_status)


def without_numbers(value: Any) -> Any:
    """The same value with personal numbers masked in every text."""
    if isinstance(value, str):
        return value if HEX.fullmatch(value) else masked(value)
    if isinstance(value, Mapping):
        return {key: part if key in PUBLISHED else without_numbers(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_numbers(part) for part in value]
    return value
