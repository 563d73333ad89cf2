"""Two administrators at the same moment, on real PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from fenji.apps.accounts import actions, audit_reading, queries
from fenji.apps.accounts.errors import AlreadyReviewed, LastAdministrator, OfficeTaken
from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import DomainError
from fenji.apps.common.models import AuditEvent
from fenji.kernel.roles import Office
from tests.factories.accounts import administrator, person

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run all at once; each result is what was returned or the DomainError raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def two_security_administrators_disable_each_other() -> int:
    """How many are left."""
    User.objects.all().delete()
    one, two = administrator(Office.SECURITY, "one"), administrator(Office.SECURITY, "two")
    together(
        lambda: actions.disable(two.pk, reason="x", by=one),
        lambda: actions.disable(one.pk, reason="x", by=two),
    )
    return User.objects.filter(office=Office.SECURITY, is_active=True).count()


def test_two_who_disable_each_other_leave_one() -> None:
    assert [two_security_administrators_disable_each_other() for _ in range(5)] == [1] * 5


def test_without_the_common_lock_both_would_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the same race on a copy that only locks the account itself."""
    meeting = Barrier(2)

    def careless(user_id: int) -> User:
        if User.objects.filter(office=Office.SECURITY, is_active=True).count() == 1:
            raise LastAdministrator
        meeting.wait(5)
        return queries.lock(user_id)

    monkeypatch.setattr(actions, "_lock_keeping_an_administrator", careless)
    assert two_security_administrators_disable_each_other() == 0


def test_two_offices_given_at_once_leave_one() -> None:
    security, user = administrator(Office.SECURITY), person()
    for _ in range(5):
        User.objects.filter(pk=user.pk).update(office="")
        results = together(
            lambda: actions.give_office(user.pk, Office.AUDIT, by=security),
            lambda: actions.give_office(user.pk, Office.SYSTEM, by=security),
        )
        assert sum(isinstance(result, OfficeTaken) for result in results) == 1


def test_an_emergency_is_reviewed_once() -> None:
    officer = administrator(Office.AUDIT)
    for _ in range(5):
        event = audit.record(audit_reading.EMERGENCY, None, by=officer, reason="昏迷送诊")
        acts = [
            lambda: audit_reading.review(event.pk, note="属实", is_justified=True, by=officer)  # noqa: B023
        ] * 4
        results = together(*acts)
        assert sum(isinstance(result, AlreadyReviewed) for result in results) == 3
        assert AuditEvent.objects.filter(verb=audit_reading.REVIEW, subject_id=str(event.pk)).count() == 1


def test_without_its_turn_an_emergency_would_be_reviewed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    officer, meeting = administrator(Office.AUDIT), Barrier(2)
    monkeypatch.setattr(audit_reading, "_take_turn", lambda event_id: None)
    record = audit_reading.audit.record
    monkeypatch.setattr(audit_reading.audit, "record", lambda *a, **k: (meeting.wait(5), record(*a, **k))[1])
    event = record(audit_reading.EMERGENCY, None, by=officer, reason="昏迷送诊")
    together(*[lambda: audit_reading.review(event.pk, note="属实", is_justified=True, by=officer)] * 2)
    assert AuditEvent.objects.filter(verb=audit_reading.REVIEW).count() == 2
