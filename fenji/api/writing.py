"""Writes: once per idempotency key, on the version that was read."""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema

from fenji.api.callers import caller_of
from fenji.api.rendering import without_numbers
from fenji.apps.common.errors import DomainError, Invalid, VersionMissing
from fenji.apps.common.idempotency import answer_once, is_known

KEY = re.compile(r"[\x21-\x7e]{1,80}")
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": r"^[!-~]+$"},
    "description": "The same call with the same key happens once and answers the same; kept 48 hours.",
}  # fmt: skip
IF_MATCH = {
    "name": "If-Match", "in": "header", "required": True,
    "schema": {"type": "string", "pattern": r'^"[1-9][0-9]{0,8}"$'},
    "description": "The version that was read, as the ETag of the referral gave it. Missing: 428, outdated: 412.",
}  # fmt: skip
REPEATABLE: dict[str, Any] = {"parameters": [IDEMPOTENCY_KEY]}
VERSIONED: dict[str, Any] = {"parameters": [IDEMPOTENCY_KEY, IF_MATCH]}


def once(
    request: HttpRequest, asked: Any, perform: Callable[[], Schema], *, status: int = 200,
    refuse_early: Callable[[], None] | None = None,
) -> HttpResponse:  # fmt: skip
    """Perform and answer; a repeated key answers as the first time. `asked` is what a repetition must ask again.

    `refuse_early` raises for what a look shows to be in vain, before a transaction is begun for it. It looks before the
    key is asked for: had this call's own first try changed what it sees, the key would be there with it.
    """
    key = request.headers.get("Idempotency-Key", "")
    if "Idempotency-Key" in request.headers and not KEY.fullmatch(key):
        raise Invalid(fields={"Idempotency-Key": _("应为 1 到 80 个可见的 ASCII 字符。")})
    request_made = {
        "method": request.method, "path": request.path, "version": request.headers.get("If-Match"),
        "body": asked.model_dump(mode="json") if isinstance(asked, Schema) else asked,
    }  # fmt: skip

    def answer() -> tuple[int, Any]:
        return status, without_numbers(perform().model_dump(mode="json"))

    actor_id = caller_of(request).user.pk
    if refuse_early is not None:
        try:
            refuse_early()
        except DomainError:
            if not is_known(key, actor_id=actor_id):
                raise
    said, text = answer_once(key, actor_id=actor_id, request=request_made, perform=answer)
    return HttpResponse(text, status=said, content_type="application/json; charset=utf-8")


def version_of(request: HttpRequest) -> int:
    """The version in If-Match; raises VersionMissing, Invalid."""
    text = request.headers.get("If-Match", "").strip()
    if not text:
        raise VersionMissing
    found = re.fullmatch(r'(?:W/)?"?([1-9][0-9]{0,8})"?', text)
    if found is None:
        raise Invalid(fields={"If-Match": _('应为读取时得到的版本号，如 "3"。')})
    return int(found[1])


def tag(response: HttpResponse, version: int) -> None:
    response["ETag"] = f'"{version}"'
