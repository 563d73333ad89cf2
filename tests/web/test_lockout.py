"""Too many wrong passwords: the account and the address are locked, and nobody guesses in a burst."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from fenji.apps.accounts import actions, lockout
from fenji.kernel.roles import Office
from tests.factories.accounts import administrator, person
from tests.factories.slow_hasher import SlowHasher
from tests.web.entrance import NOW, log_in, verbs

pytestmark = pytest.mark.django_db


def fail(client: Client, username: str, times: int, **extra: Any) -> HttpResponse:
    for _ in range(times):
        answer = log_in(client, username, "wrong-password-0", **extra)
    return answer


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(client: Client) -> None:
    person("lin")
    with time_machine.travel(NOW, tick=False) as moment:
        assert fail(client, "lin", 4).status_code == 200
        answer = fail(client, "lin", 1)
        assert answer.status_code == 429
        assert "安全管理员" in answer.content.decode()
        assert answer["Retry-After"] == "900"
        assert log_in(client, "lin").status_code == 429, "the right password does not help"
        assert log_in(client, "lin", REMOTE_ADDR="10.0.0.9").status_code == 429, "nor does another place"
        moment.shift(timedelta(minutes=14, seconds=50))
        assert log_in(client, "lin").status_code == 429
        moment.shift(timedelta(seconds=20))
        assert log_in(client, "lin").status_code == 302
    assert verbs().count("account.locked_out") >= 1


def test_another_case_of_the_name_is_the_same_account(client: Client) -> None:
    person("lin")
    for username in ("lin", "LIN", "Lin", " lin", "liN"):
        answer = log_in(client, username, "wrong-password-0")
    assert answer.status_code == 429


def test_trying_on_while_locked_does_not_prolong_it(client: Client) -> None:
    person("lin")
    with time_machine.travel(NOW, tick=False) as moment:
        fail(client, "lin", 5)
        moment.shift(timedelta(minutes=14))
        fail(client, "lin", 5)
        moment.shift(timedelta(minutes=2))
        assert log_in(client, "lin").status_code == 302


def test_a_success_clears_the_count_of_the_account(client: Client) -> None:
    person("lin")
    fail(client, "lin", 4)
    log_in(client, "lin")
    client.logout()
    assert fail(client, "lin", 4).status_code == 200


def test_an_address_that_tries_many_names_is_locked_and_others_are_not(client: Client, settings: Any) -> None:
    person("lin")
    for number in range(settings.FENJI_ADDRESS_FAILURES):
        answer = log_in(client, f"user{number}", "wrong-password-0", REMOTE_ADDR="10.9.9.9")
    assert answer.status_code == 429
    assert log_in(client, "lin", REMOTE_ADDR="10.9.9.9").status_code == 429
    assert log_in(Client(), "lin", REMOTE_ADDR="10.1.1.1").status_code == 302


def test_an_own_success_in_between_does_not_clear_the_address(client: Client, settings: Any) -> None:
    person("mallory")
    for number in range(settings.FENJI_ADDRESS_FAILURES):
        answer = log_in(client, f"user{number}", "wrong-password-0", REMOTE_ADDR="10.9.9.9")
        if number % 5 == 4 and answer.status_code == 200:
            assert log_in(Client(), "mallory", REMOTE_ADDR="10.9.9.9").status_code == 302
    assert answer.status_code == 429


def test_a_forged_forwarding_header_is_not_the_address(client: Client) -> None:
    person("lin")
    for number in range(5):
        answer = log_in(client, "lin", "wrong-password-0", headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert answer.status_code == 429
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"127.0.0.1"}


def test_the_security_administrator_unlocks(client: Client) -> None:
    user = person("lin")
    fail(client, "lin", 5)
    actions.unlock(user.pk, by=administrator(Office.SECURITY))
    assert log_in(client, "lin").status_code == 302


def guesses_checked_of_a_burst(settings: Any) -> int:
    """Thirty wrong passwords for one account at once; how many reached the password check."""
    settings.PASSWORD_HASHERS = ["tests.factories.slow_hasher.SlowHasher"]
    person("lin")
    SlowHasher.checked = 0
    start = Barrier(30)

    def guess(_: int) -> int:
        try:
            start.wait()
            return log_in(Client(), "lin", "wrong-password-0").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(30) as threads:
        list(threads.map(guess, range(30)))
    return SlowHasher.checked


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_guesses_gets_no_more_than_five_checked(settings: Any) -> None:
    assert 1 <= guesses_checked_of_a_burst(settings) <= 5


@pytest.mark.django_db(transaction=True)
def test_without_taking_turns_a_burst_would_get_more(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    monkeypatch.setattr(lockout, "is_first_try_now", lambda username: True)
    assert guesses_checked_of_a_burst(settings) > 5
