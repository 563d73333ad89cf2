"""The order in which rows are locked, so that no two transactions wait for each other.

1. the referral (a parent before its child), 2. the booking, 3. the place (claimed with SKIP LOCKED, never waited for),
4. a house's feed of movements, 5. beds and other resources in the order of their ids, 6. everything that is only
inserted. Nobody waits longer than `LOCK_TIMEOUT`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import OperationalError, connection, transaction

from fenji.apps.common.errors import Busy

LOCK_TIMEOUT = "3s"
_is_set: ContextVar[bool] = ContextVar("lock_timeout_is_set", default=False)


@contextmanager
def patience() -> Iterator[None]:
    """A transaction in which waiting for a lock ends in `Busy` after `LOCK_TIMEOUT`.

    Within another it is part of that one: an error that leaves it undoes the whole.
    """
    if _is_set.get():
        with transaction.atomic(savepoint=False):
            yield
        return
    try:
        with transaction.atomic(), _timeout():
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") in {"55P03", "40P01"}:  # lock_not_available, deadlock_detected
            raise Busy from error
        raise


@contextmanager
def _timeout() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
    token = _is_set.set(True)
    try:
        yield
    finally:
        _is_set.reset(token)
