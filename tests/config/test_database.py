"""The database of the tests, and how an address is read."""

import pytest
from django.db import connection

from fenji.config.database import PREPARED_AFTER, database_settings
from fenji.config.installation import without_password


@pytest.mark.django_db
def test_the_tests_run_on_postgresql_15_or_later() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        (version,) = cursor.fetchone()
    assert int(version) >= 150000


def test_an_address_names_host_user_password_and_options() -> None:
    found = database_settings("postgresql://doctor:p%40ss@db.example:5433/city?sslmode=require")
    assert (found["HOST"], found["PORT"], found["USER"]) == ("db.example", "5433", "doctor")
    assert (found["PASSWORD"], found["NAME"]) == ("p@ss", "city")
    assert found["OPTIONS"]["sslmode"] == "require"


def test_an_address_may_name_a_socket_directory() -> None:
    found = database_settings("postgresql://fenji_app@/fenji?host=/run/fenji")
    assert (found["HOST"], found["USER"], found["NAME"]) == ("/run/fenji", "fenji_app", "fenji")


@pytest.mark.django_db
def test_a_statement_seen_again_is_prepared_once_whatever_its_values() -> None:
    with connection.cursor() as cursor:
        for number in range(PREPARED_AFTER + 2):
            cursor.execute("SELECT %s::int + 4711", [number])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%4711%%'")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("url", ["mysql://localhost/fenji", "sqlite:///fenji.db", "fenji"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        database_settings(url)


def test_an_address_is_shown_without_its_password() -> None:
    shown = without_password("postgresql://owner:s3c%40ret@db.example:5433/city?sslmode=require")
    assert shown == "postgresql://db.example:5433/city?sslmode=require"
    assert without_password("postgresql:///city?host=/run/fenji") == "postgresql:///city?host=/run/fenji"
