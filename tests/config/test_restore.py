"""`fenji restore`: every row and audit link is back, the trail stays append-only, new rows and jobs go on."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from procrastinate import SyncPsycopgConnector
from procrastinate.manager import JobManager
from psycopg import sql

from fenji.apps.common import clock as fenji_clock
from fenji.apps.notices.tasks import take_up
from fenji.config import backup, inventory, postgres_programs, restore
from fenji.config.backup_file import Backup, BackupError
from fenji.config.postgres import OWNER, Cluster, running
from fenji.config.rights import APPEND_ONLY
from fenji.kernel.referral import State
from tests.config.keeping import APPLICATION, address, create_roles, every_row, new_database, of_role
from tests.factories.homes import FENJI, environment
from tests.factories.journey import reach
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
LINKS = (
    "SELECT event.id, event.verb, event.subject_kind, event.subject_id, actor.username, institution.code,"
    " resident.card_number, referral.number"
    " FROM common_auditevent event LEFT JOIN accounts_user actor ON actor.id = actor_id"
    " LEFT JOIN registry_institution institution ON institution.id = event.institution_id"
    " LEFT JOIN residents_resident resident ON resident.id = resident_id"
    " LEFT JOIN referrals_referral referral ON referral.id::text = event.subject_id ORDER BY event.id"
)


@pytest.fixture
def at_work(cluster: Cluster, clock: fenji_clock.Frozen) -> str:
    """A database in which a patient came up, was treated and sent down again, with the trail and the jobs of it."""
    reach(make_world(clock.at), State.RETURNED)
    take_up.defer(timestamp=0)
    create_roles(address(cluster))
    return address(cluster)


@pytest.fixture
def taken(at_work: str, tmp_path: Path) -> Backup:
    return backup.take(at_work, tmp_path / "fenji.tar", "yangjiang")


@pytest.fixture
def empty(cluster: Cluster, db: None) -> Iterator[str]:
    with new_database(address(cluster), "fenji_empty") as url:
        yield url


def test_every_row_and_every_audit_link_is_back(at_work: str, taken: Backup, empty: str) -> None:
    restore.restore(taken, empty, application=APPLICATION)
    before, after = every_row(at_work), every_row(empty)
    assert before == after
    assert len(before["referrals_step"]) > 3
    with psycopg.connect(at_work) as old, psycopg.connect(empty) as new:
        links = old.execute(LINKS).fetchall()
        assert new.execute(LINKS).fetchall() == links
    assert any(link[4] and link[5] and link[6] and link[7] for link in links)  # some lead all the way
    _what_happened_cannot_be_changed(empty)
    _new_rows_find_free_ids(empty)
    _jobs_go_on(empty, waiting=len(after["procrastinate_jobs"]))


def _what_happened_cannot_be_changed(url: str) -> None:
    as_application = of_role(url, APPLICATION)
    for table in APPEND_ONLY:
        for statement in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"):
            with (
                psycopg.connect(as_application) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


def _new_rows_find_free_ids(url: str) -> None:
    """Each table with numbered rows gives the next number to the application."""
    as_application = of_role(url, APPLICATION)
    with psycopg.connect(as_application) as connection:
        found = connection.execute(inventory.SEQUENCES).fetchall()
        for table, column, sequence in found:
            query = sql.SQL("SELECT nextval(%s) > coalesce(max({}), 0) FROM {}")
            row = connection.execute(query.format(sql.Identifier(column), sql.Identifier(table)), [sequence]).fetchone()
            assert row == (True,), table
    assert len(found) > 20


def _jobs_go_on(url: str, *, waiting: int) -> None:
    """A worker at the restored database is handed the jobs that waited."""
    assert waiting
    connector = SyncPsycopgConnector(conninfo=url)
    connector.open()
    try:
        manager = JobManager(connector)
        assert len(list(manager.list_jobs(status="todo"))) == waiting
        with psycopg.connect(url) as connection:
            worker = connection.execute("SELECT procrastinate_register_worker_v1()").fetchone()
            assert worker is not None
            job = connection.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", worker).fetchone()
        assert job is not None
        assert job[0] is not None
    finally:
        connector.close()


CHANGES = (
    "UPDATE residents_resident SET name = name || '?'",
    "DELETE FROM referrals_followup",
    "UPDATE common_auditevent SET actor_id = NULL WHERE id = (SELECT max(id) FROM common_auditevent)",
    "UPDATE common_auditevent SET id = id + 1000000",
    "UPDATE referrals_step SET note = note || ' '",
    "CREATE TABLE besides (n int)",
)


def test_what_differs_is_named(taken: Backup, at_work: str) -> None:
    """The proof must be able to fail: the same figures of a database in which one thing was changed."""
    held = inventory.from_json(taken.manifest["inventory"])
    for change in CHANGES:
        with psycopg.connect(at_work) as connection:
            assert inventory.differences(held, inventory.take(connection)) == []
            assert connection.execute(change).rowcount
            assert inventory.differences(held, inventory.take(connection)), change
            connection.rollback()


def test_a_sequence_that_fell_behind_is_named(at_work: str) -> None:
    with psycopg.connect(at_work) as connection:
        assert inventory.sequences_behind(connection) == []
        connection.execute("SELECT setval(pg_get_serial_sequence('referrals_step', 'id'), 1)")
        assert inventory.sequences_behind(connection) == ["referrals_step"]


def test_a_database_in_use_a_damaged_file_and_foreign_keys_change_nothing(
    at_work: str, taken: Backup, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BackupError, match="not empty"):
        restore.restore(taken, at_work, application=APPLICATION)
    damaged = shutil.copy(taken.path, taken.path.with_name("damaged.tar"))
    with Path(damaged).open("r+b") as file:
        file.seek(5000)
        file.write(b"?")
    with pytest.raises(BackupError, match="not a whole backup"):
        restore.restore(Backup(Path(damaged), taken.manifest), empty, application=APPLICATION)
    monkeypatch.setenv("FENJI_LOOKUP_KEY", "another")
    with pytest.raises(BackupError, match="FENJI_LOOKUP_KEY"):
        restore.restore(taken, empty, application=APPLICATION)
    assert every_row(empty) == {}
    restore.restore(taken, empty, application=APPLICATION, without_keys=True)
    assert every_row(empty) == every_row(at_work)


def test_a_restore_that_breaks_off_leaves_the_database_empty(taken: Backup, empty: str) -> None:
    with psycopg.connect(empty) as connection:  # no table, so it counts as empty; in the way all the same
        connection.execute("CREATE DOMAIN procrastinate_job_status AS text")
    with pytest.raises(BackupError, match="pg_restore"):
        restore.restore(taken, empty, application=APPLICATION)
    assert every_row(empty) == {}


@pytest.mark.skipif(not Path("/usr/lib/postgresql/15/bin/postgres").exists(), reason="no PostgreSQL 15 here")
def test_a_backup_goes_into_a_newer_server_and_not_into_an_older(
    taken: Backup, empty: str, reachable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(postgres_programs, "_wheel", lambda: None)
        older = Cluster(reachable)
        older.create()
        assert older.programs.major == 15
    with running(older):
        url = older.url(OWNER)
        with pytest.raises(BackupError, match="does not go into the older 15"):
            restore.restore(taken, url, application="fenji_app")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT n, '数' || n AS name FROM generate_series(1, 1000) n")
        made = backup.take(url, tmp_path / "older.tar", "yangjiang")
    restore.restore(made, empty, application=APPLICATION)
    assert len(every_row(empty)["kept"]) == 1000


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://o:p%40@db.example:5433/city?sslmode=require",
            "postgresql://o:p%40@db.example:5433/new?sslmode=require",
        ),
        ("postgresql://o@/city?host=/run/fenji", "postgresql://o@/new?host=/run/fenji"),
        ("postgresql:///city", "postgresql:///new"),
    ],
)
def test_another_database_of_the_same_server_has_the_same_address_but_for_its_name(url: str, expected: str) -> None:
    assert restore.another_database(url, "new") == expected


def fenji(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*FENJI, *arguments], env=environment(home), capture_output=True, text=True, timeout=300, check=False, cwd=home
    )


def test_an_operator_moves_an_installation_with_two_commands_and_its_keys(home: Path, reachable: Path) -> None:
    file = reachable / "fenji.tar"
    made = fenji(home, "backup", str(file), "--with-key")
    assert made.returncode == 0, made.stdout + made.stderr
    new = reachable / "new"
    new.mkdir()
    shutil.copy(f"{file}.keys", new / "keys.env")
    back = fenji(new, "restore", str(file))
    assert back.returncode == 0, back.stdout + back.stderr
    assert Cluster(new).leftover() is None
