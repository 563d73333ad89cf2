"""Reading bodies: strict JSON in UTF-8, without what the database cannot keep."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser

DEEPEST = 12


class StrictParser(Parser):
    """JSON after RFC 8259: no NaN, no NUL, no half surrogates, no bottomless nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type not in {"application/json", ""}:
            raise HttpError(400, "not JSON")
        try:
            value = json.loads(request.body.decode(), parse_constant=_no_constant)
        except RecursionError:
            raise HttpError(400, "too deep") from None
        _check(value, 0)
        return value


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text."""
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise HttpError(400, "too deep")
    if isinstance(value, str) and not is_storable(value):
        raise HttpError(400, "unstorable text")
    if isinstance(value, dict):
        for key, part in value.items():
            _check(key, depth + 1)
            _check(part, depth + 1)
    if isinstance(value, list):
        for part in value:
            _check(part, depth + 1)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
