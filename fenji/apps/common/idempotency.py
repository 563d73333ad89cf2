"""The same call made twice happens once and answers the same.

The key is inserted in the transaction of its effect: a second call waits on the unique index until the first is
committed, then reads its answer; if the first was rolled back, the second does the work.

What was asked is kept as a keyed hash, what was answered sealed: neither may become a second home of ID numbers.
"""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from fenji.apps.common import clock, locks
from fenji.apps.common.errors import Invalid, KeyReused
from fenji.apps.common.locks import patience
from fenji.apps.common.models import IdempotencyKey
from fenji.apps.common.sealing import lookup_hash, seal, unseal

KEY_AT_MOST = 80  # characters
KEPT_FOR = timedelta(hours=48)
# Waits for whoever is writing the same key, already with patience.
INSERT = f"""
WITH patient AS MATERIALIZED ({locks.PATIENT})
INSERT INTO common_idempotencykey (key, actor_id, request_hash, at)
SELECT %s, %s, %s, %s::timestamptz FROM patient ON CONFLICT (actor_id, key) DO NOTHING"""  # noqa: S608 (constants only)


def answer_once(
    key: str, *, actor_id: int, request: Any, perform: Callable[[], tuple[int, Any]]
) -> tuple[int, str]:  # fmt: skip
    """Perform once per (actor, key) and return its status and its body as JSON text; without a key, simply perform.

    All in one transaction with `patience`. Raises KeyReused when the key came with another request, Invalid for a key
    that cannot be kept, Busy. An error raised by `perform` leaves no key behind.
    """
    if not key:
        with patience():
            status, body = perform()
        return status, _text(body)
    if len(key) > KEY_AT_MOST or not key.isprintable():
        raise Invalid(fields={"Idempotency-Key": _("请求编号最多 80 个可见字符。")})
    asked = lookup_hash(json.dumps(request, sort_keys=True, default=str), purpose="idempotency").hex()
    with patience(is_said=False):  # `_insert` says it
        if _insert(key, actor_id, asked):
            status, body = perform()
            text = _text(body)
            _keep(key, actor_id, status, text)
            return status, text
        stored = IdempotencyKey.objects.get(actor_id=actor_id, key=key)
    if stored.request_hash != asked:
        raise KeyReused
    return stored.status or 500, unseal(base64.b64decode(stored.answer or ""), context=_place(actor_id, key))


def is_known(key: str, *, actor_id: int) -> bool:
    """Whether a call with this key was answered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM common_idempotencykey WHERE actor_id = %s AND key = %s", [actor_id, key])
        return cursor.fetchone() is not None


def forget_old_keys() -> int:
    """Delete keys older than `KEPT_FOR`; returns how many."""
    return IdempotencyKey.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()[0]


def _text(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)


def _place(actor_id: int, key: str) -> str:
    return f"idempotency:{actor_id}:{key}"


def _insert(key: str, actor_id: int, asked: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [locks.LOCK_TIMEOUT, key, actor_id, asked, clock.of_request()])
        return bool(cursor.rowcount == 1)


def _keep(key: str, actor_id: int, status: int, text: str) -> None:
    sealed = base64.b64encode(seal(text, context=_place(actor_id, key))).decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE common_idempotencykey SET status = %s, answer = to_jsonb(%s::text)"
            " WHERE actor_id = %s AND key = %s",
            [status, sealed, actor_id, key],
        )
