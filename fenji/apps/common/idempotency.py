"""The same call made twice happens once and answers the same.

The key is inserted in the transaction of its effect: a second call waits on the unique index until the first is
committed, then reads its answer; if the first was rolled back, the second does the work.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from fenji.apps.common import clock
from fenji.apps.common.errors import KeyReused
from fenji.apps.common.models import IdempotencyKey

KEPT_FOR = timedelta(hours=48)
Answer = tuple[int, Any]


def answer_once(key: str, *, actor_id: int, request: Any, perform: Callable[[], Answer]) -> Answer:
    """Perform once per (actor, key) and return its (status, JSON body); without a key, simply perform.

    Raises KeyReused when the key came with another request. An error raised by `perform` leaves no key behind.
    """
    if not key:
        return perform()
    asked = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
    with transaction.atomic():
        if _insert(key, actor_id, asked):
            status, body = perform()
            IdempotencyKey.objects.filter(actor_id=actor_id, key=key).update(status=status, answer=body)
            return status, body
        stored = IdempotencyKey.objects.get(actor_id=actor_id, key=key)
    if stored.request_hash != asked:
        raise KeyReused
    return stored.status or 500, stored.answer


def forget_old_keys() -> int:
    """Delete keys older than `KEPT_FOR`; returns how many."""
    return IdempotencyKey.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()[0]


def _insert(key: str, actor_id: int, asked: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO common_idempotencykey (key, actor_id, request_hash, at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (actor_id, key) DO NOTHING",
            [key, actor_id, asked, clock.now()],
        )
        return bool(cursor.rowcount == 1)
