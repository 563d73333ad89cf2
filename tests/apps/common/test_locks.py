"""Waiting for a lock ends in words, not in a hanging page."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import pytest
from django.db import connection, transaction

from fenji.apps.accounts.models import User
from fenji.apps.common import locks
from fenji.apps.common.errors import Busy
from tests.factories.accounts import person


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_told_that_another_is_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "LOCK_TIMEOUT", "200ms")
    user, held, done = person(), Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                User.objects.select_for_update().get(pk=user.pk)
                held.set()
                done.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(hold)
        held.wait(5)
        began = time.monotonic()
        with pytest.raises(Busy), locks.patience():
            User.objects.select_for_update().get(pk=user.pk)
        done.set()
    assert 0.15 < time.monotonic() - began < 3


@pytest.mark.django_db(transaction=True)
def test_patience_within_patience_is_one_transaction_and_sets_its_time_once(django_assert_num_queries) -> None:
    user = person()
    with django_assert_num_queries(4), locks.patience(), locks.patience():  # BEGIN, the time, what follows, COMMIT
        User.objects.filter(pk=user.pk).update(name="莫一")
    with pytest.raises(ZeroDivisionError), locks.patience():
        User.objects.filter(pk=user.pk).update(name="莫二")
        with locks.patience():
            User.objects.filter(pk=user.pk).update(name="莫三")
            raise ZeroDivisionError
    assert User.objects.get(pk=user.pk).name == "莫一"
    with pytest.raises(transaction.TransactionManagementError), locks.patience():
        with suppress(ZeroDivisionError), locks.patience():
            raise ZeroDivisionError
        User.objects.filter(pk=user.pk).update(name="莫四")  # half of it must not stand


@pytest.mark.django_db(transaction=True)
def test_other_errors_pass_through_and_the_patience_ends_with_the_transaction() -> None:
    with pytest.raises(ZeroDivisionError), locks.patience():
        raise ZeroDivisionError
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "0"
