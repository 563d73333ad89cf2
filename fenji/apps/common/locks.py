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
PATIENT = "SELECT set_config('lock_timeout', %s, true)"  # LOCK_TIMEOUT, for the rest of the transaction
_is_set: ContextVar[bool] = ContextVar("lock_timeout_is_set", default=False)


@contextmanager
def patience(*, is_said: bool = True) -> Iterator[None]:
    """A transaction in which waiting for a lock ends in `Busy` after `LOCK_TIMEOUT`.

    Within another it is part of that one: an error that leaves it undoes the whole. Whose first statement tells
    PostgreSQL itself, by `PATIENT`, says `is_said=False` and saves one.
    """
    if _is_set.get():
        with transaction.atomic(savepoint=False):
            yield
        return
    try:
        with transaction.atomic(), _timeout(is_said):
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") in {"55P03", "40P01"}:  # lock_not_available, deadlock_detected
            raise Busy from error
        raise


@contextmanager
def _timeout(is_said: bool) -> Iterator[None]:
    if is_said:
        with connection.cursor() as cursor:
            cursor.execute(PATIENT, [LOCK_TIMEOUT])
    token = _is_set.set(True)
    try:
        yield
    finally:
        _is_set.reset(token)
