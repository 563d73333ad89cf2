"""A connection of a thread: its end is seen at a look; a database coming back is waited for, one never there is not."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import ConnectionHandler, OperationalError, connection

from fenji.config.database import database_settings
from fenji.config.lasting_postgresql import base

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ours() -> Iterator[Any]:
    """Another connection to the database of the tests."""
    made = another(connection.settings_dict["HOST"])
    yield made
    made.close()


def another(host: str) -> Any:
    address = database_settings("postgresql:///") | {
        key: connection.settings_dict[key] for key in ("NAME", "USER", "PASSWORD", "PORT")
    }
    return ConnectionHandler({"default": address | {"HOST": host}})["default"]


def ask(database: Any) -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end(backend: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_a_living_connection_is_judged_without_a_question(ours: Any) -> None:
    ask(ours)
    with connection.cursor() as cursor:
        seen = "SELECT state_change FROM pg_stat_activity WHERE pid = %s"
        cursor.execute(seen, [ask(ours)])
        before = cursor.fetchone()
        assert ours.is_usable()
        cursor.execute(seen, [ours.connection.info.backend_pid])
        assert cursor.fetchone() == before


def test_an_ended_connection_is_seen_and_the_next_request_begins_another(ours: Any) -> None:
    first = ask(ours)
    end(first)
    assert not ours.is_usable()
    ours.close_if_unusable_or_obsolete()  # as Django does at the beginning of a request
    assert ask(ours) != first


def test_a_connection_closed_by_ourselves_is_not_usable(ours: Any) -> None:
    ask(ours)
    ours.connection.close()
    assert not ours.is_usable()


def test_a_database_that_is_coming_back_is_waited_for(tmp_path: Path) -> None:
    late = another(str(tmp_path))
    back = threading.Timer(0.5, lambda: link_socket(tmp_path))
    back.start()
    begun = time.monotonic()
    assert ask(late)
    assert time.monotonic() - begun > 0.3
    late.close()


def test_it_is_not_waited_for_endlessly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "COMES_BACK_SECONDS", 0.3)
    with pytest.raises(OperationalError):
        ask(another(str(tmp_path)))


def test_one_that_was_never_there_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_was_reached", False)
    monkeypatch.setattr(base.time, "sleep", lambda _seconds: pytest.fail("it waited"))
    with pytest.raises(OperationalError):
        ask(another(str(tmp_path)))


def link_socket(directory: Path) -> None:
    """From here on the server of the tests answers in this directory, too."""
    name = f".s.PGSQL.{connection.settings_dict['PORT'] or 5432}"
    (directory / name).symlink_to(Path(connection.settings_dict["HOST"]) / name)
