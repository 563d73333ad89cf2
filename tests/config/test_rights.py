"""The application's database role: everything it needs, and nothing that could rewrite what happened."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from fenji.apps.common.models import AuditEvent
from fenji.config.production import can_change_audit_rows
from fenji.config.rights import APPEND_ONLY, READ_ONLY, existing_tables, grant_application_rights

pytestmark = pytest.mark.django_db
ROLE = "app_under_test"


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{role}"')
        yield
        cursor.execute("RESET ROLE")


def create_role(*, granted: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{ROLE}"')
    if granted:
        grant_application_rights(connection, ROLE)


def attempt(statement: str) -> None:
    with transaction.atomic(), acting_as(ROLE), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_happened_cannot_be_changed_or_removed(table: str, statement: str) -> None:
    create_role(granted=True)
    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt(statement.format(table))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_happened_can_be_read(table: str) -> None:
    create_role(granted=True)
    attempt(f"SELECT count(*) FROM {table}")


def test_what_happens_can_be_written_down() -> None:
    create_role(granted=True)
    attempt(
        "INSERT INTO common_auditevent (at, actor_name, verb, subject_kind, subject_id, relation, reason, request_id,"
        " details) VALUES (now(), '', 'test', '', '', '', '', '', '{}')"
    )
    assert AuditEvent.objects.filter(verb="test").count() == 1


def test_every_other_table_can_be_worked_with() -> None:
    create_role(granted=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, has_table_privilege(%s, oid, 'SELECT') AND has_table_privilege(%s, oid, 'INSERT')"
            " AND has_table_privilege(%s, oid, 'UPDATE') AND has_table_privilege(%s, oid, 'DELETE')"
            " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
            [ROLE] * 4,
        )
        lacking = {table for table, complete in cursor.fetchall() if not complete}
    assert lacking == set(APPEND_ONLY) | set(READ_ONLY)


def test_tables_of_a_later_migration_can_be_worked_with_at_once() -> None:
    create_role(granted=True)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id bigserial PRIMARY KEY, n int)")
    attempt("INSERT INTO later (n) VALUES (1)")


def test_tables_cannot_be_made_or_altered() -> None:
    create_role(granted=True)
    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt("CREATE TABLE own (n int)")
    with pytest.raises(ProgrammingError, match="must be owner"):
        attempt("ALTER TABLE common_auditevent ADD COLUMN n int")


def test_the_list_names_tables_that_exist() -> None:
    assert set(APPEND_ONLY) | set(READ_ONLY) <= existing_tables(connection)


def test_a_role_with_too_much_is_recognised() -> None:
    """The check behind `fenji check --deploy`: it must be able to fail."""
    assert can_change_audit_rows()  # the tests' own role owns the tables
    create_role(granted=True)
    with acting_as(ROLE):
        assert not can_change_audit_rows()
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT UPDATE ON referrals_step TO "{ROLE}"')
    with acting_as(ROLE):
        assert can_change_audit_rows()


def test_granting_twice_changes_nothing() -> None:
    create_role(granted=True)
    grant_application_rights(connection, ROLE)
    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt("DELETE FROM common_auditevent")


def test_an_owner_who_is_also_the_application_is_left_as_it_is() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    grant_application_rights(connection, owner)
    attempt_as_owner = AuditEvent.objects.all().delete
    attempt_as_owner()
