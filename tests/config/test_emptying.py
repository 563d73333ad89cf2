"""Tests that commit leave nothing behind for the next one."""

import time

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from fenji.apps.accounts.models import ApiToken, User
from fenji.apps.common import clock
from fenji.apps.notices.tasks import take_up
from tests.conftest import empty_tables

pytestmark = pytest.mark.django_db(transaction=True)


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


def fill() -> None:
    user = User.objects.create_user("li", "long-enough-41", name="李四")
    ApiToken.objects.create(user=user, token_hash="x", label="x", created_at=clock.now())
    take_up.defer(timestamp=0)


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_commits_the_next_does_not_see(turn: int) -> None:
    assert not User.objects.exists()
    assert not jobs()
    fill()
    assert User.objects.count() == 1
    assert jobs() == 1


def test_emptying_keeps_what_django_made_and_is_quick() -> None:
    fill()
    began = time.monotonic()
    empty_tables()
    assert time.monotonic() - began < 2
    assert not User.objects.exists()
    assert ContentType.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
