"""`fenji upgrade`: a backup, then the migrations; what goes wrong ends with the way back."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from fenji.apps.accounts.models import User
from fenji.config import backup, schema, upgrade
from fenji.config.backup_file import Backup
from fenji.config.postgres import Cluster
from fenji.config.upgrade import UpgradeFailed
from tests.config.keeping import APPLICATION, address, create_roles, every_row, new_database, of_role
from tests.factories.homes import FENJI, environment

pytestmark = pytest.mark.django_db(transaction=True)
LATEST = ("exchange", "0001_initial")


@pytest.fixture
def upgraded(cluster: Cluster, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Upgrade":
    url = address(cluster)
    create_roles(url)
    monkeypatch.setenv("FENJI_OWNER_DATABASE_URL", url)
    return Upgrade(url, tmp_path)


class Upgrade:
    """An upgrade of the tests' database, called again and again."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url, self.directory, self.backups = url, directory, 0

    def __call__(self) -> upgrade.Upgraded:
        return upgrade.upgrade(
            "yangjiang",
            owner_url=self.url,
            application_url=of_role(self.url, APPLICATION),
            back_up=self.back_up,
        )

    def back_up(self) -> Backup:
        self.backups += 1
        return backup.take(self.url, self.directory / f"{self.backups}.tar", "yangjiang")


@contextmanager
def earlier_version() -> Iterator[None]:
    """The database as it was before the tables of uploads: what an earlier program left behind."""
    recorder = MigrationRecorder(connection)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE exchange_upload")
    recorder.record_unapplied(*LATEST)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS exchange_upload")
            cursor.execute("DELETE FROM django_migrations WHERE app = 'exchange'")
        schema.migrate("yangjiang", application_url="")


def test_an_earlier_database_is_backed_up_and_brought_up_to_date(upgraded: Upgrade) -> None:
    User.objects.create_user("li", "long-enough-41", name="李四")
    with earlier_version():
        before = every_row(upgraded.url)
        assert "exchange_upload" not in before
        found = upgraded()
        assert found.applied == ["exchange.0001_initial"]
        assert found.backup is not None
        assert backup.check(found.backup.path).manifest["inventory"]["tables"].keys() == before.keys()
        assert schema.unapplied_migrations() == []
        assert every_row(upgraded.url)["accounts_user"] == before["accounts_user"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'exchange_upload', 'INSERT')", [APPLICATION])
            assert cursor.fetchone() == (True,)


def test_with_nothing_outstanding_nothing_is_done(upgraded: Upgrade) -> None:
    assert upgraded() == upgrade.Upgraded([], None)
    assert upgraded.backups == 0


def test_while_the_services_run_nothing_begins(upgraded: Upgrade) -> None:
    as_application = of_role(upgraded.url, APPLICATION)
    with earlier_version():
        with psycopg.connect(as_application), pytest.raises(UpgradeFailed, match="stop the services first"):
            upgraded()
        assert upgraded.backups == 0
        assert schema.unapplied_migrations() == ["exchange.0001_initial"]


def test_a_migration_that_fails_ends_with_the_way_back_which_works(upgraded: Upgrade, cluster: Cluster) -> None:
    with earlier_version():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE exchange_upload (in_the_way int)")
        before = every_row(upgraded.url)
        with pytest.raises(UpgradeFailed, match=r"(?s)exchange_upload.*--into fenji_before") as failed:
            upgraded()
        file = upgraded.directory / "1.tar"
        assert str(file) in str(failed.value)
        from fenji.config import backup_file, restore

        with new_database(upgraded.url, "fenji_before") as url:
            restore.restore(backup_file.read(file), url, application=APPLICATION)
            assert every_row(url) == before


def test_rows_gone_from_the_trail_are_noticed(upgraded: Upgrade, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that loses what must never be lost: here one that empties the trail."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO common_auditevent (at, actor_name, verb, subject_kind, subject_id, relation, reason,"
            " request_id, details) VALUES (now(), '', 'test', '', '', '', '', '', '{}')"
        )
    kept = upgraded.back_up()
    upgrade._look(kept, upgraded.url)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM common_auditevent")
    with pytest.raises(UpgradeFailed, match="rows are gone"):
        upgrade._look(kept, upgraded.url)


def test_a_database_of_a_later_version_is_refused(upgraded: Upgrade) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("exchange", "0999_later")
    try:
        with pytest.raises(UpgradeFailed, match=r"exchange\.0999_later.*newer than this program"):
            upgraded()
    finally:
        recorder.record_unapplied("exchange", "0999_later")


def test_an_operator_is_told_what_comes_next(home: Path) -> None:
    found = subprocess.run(
        [*FENJI, "upgrade"], env=environment(home), capture_output=True, text=True, timeout=300, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "up to date" in found.stdout
