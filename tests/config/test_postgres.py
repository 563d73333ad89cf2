"""The embedded PostgreSQL: survives kill -9, is believed only when it answers, runs under the right account."""

import os
import signal
import stat
import time
from pathlib import Path

import psycopg
import pytest

from fenji.config import postgres
from fenji.config.home import SOCKET_BYTES, Account, database_account, database_directory, socket_directory
from fenji.config.postgres import APPLICATION, OWNER, SUPERUSER, Cluster, PostgresFailed, running
from fenji.config.postgres_programs import OLDEST, find_programs

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs programs as another account")


def write_rows(cluster: Cluster, count: int) -> None:
    with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        for number in range(count):
            connection.execute("INSERT INTO kept VALUES (%s)", [number])


def rows(cluster: Cluster) -> int:
    with psycopg.connect(cluster.url(SUPERUSER, "postgres")) as connection:
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert found is not None
    return int(found[0])


def test_committed_rows_survive_kill_9_and_an_immediate_restart(own_cluster: Cluster) -> None:
    for round_ in range(1, 4):
        process = own_cluster.start()
        write_rows(own_cluster, 50)
        process.kill()
        process.wait()
        restarted = own_cluster.start()
        assert rows(own_cluster) == 50 * round_
        postgres.stop(restarted)
        assert restarted.returncode == 0


def test_what_a_killed_server_left_hanging_does_not_hinder_the_next(own_cluster: Cluster) -> None:
    """As a process that waits for a lock of a dead one: it notices nothing and holds the shared memory."""
    process = own_cluster.start()
    with psycopg.connect(own_cluster.url(SUPERUSER, "postgres"), autocommit=True) as left:
        os.kill(left.info.backend_pid, signal.SIGSTOP)
        process.kill()
        process.wait()
        restarted = own_cluster.start()
    write_rows(own_cluster, 1)
    postgres.stop(restarted)


def test_a_server_is_believed_only_once_it_answers(own_cluster: Cluster) -> None:
    assert not own_cluster.answers()
    process = own_cluster.start()
    assert own_cluster.answers()
    postgres.stop(process)
    assert not own_cluster.answers()


def test_a_server_whose_starter_is_gone_is_found_and_stopped(own_cluster: Cluster) -> None:
    process = own_cluster.start()
    assert own_cluster.leftover() == process.pid
    assert postgres.stop_leftover(own_cluster)
    process.wait()
    assert own_cluster.leftover() is None
    assert not postgres.stop_leftover(own_cluster)


def test_a_pid_file_that_names_somebody_elses_process_is_not_believed(own_cluster: Cluster) -> None:
    (own_cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert own_cluster.leftover() is None


def test_a_data_directory_of_another_version_is_refused_with_advice(own_cluster: Cluster) -> None:
    (own_cluster.data / "PG_VERSION").write_text("13\n")
    with pytest.raises(PostgresFailed, match="pg_dump"):
        own_cluster.create()


def test_an_initdb_that_was_cut_off_is_done_again(reachable: Path) -> None:
    cluster = Cluster(reachable)
    half = cluster.data.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text(str(cluster.programs.major))
    cluster.create()
    with running(cluster):
        assert cluster.answers()


def test_it_listens_on_nothing_but_a_private_socket(own_cluster: Cluster) -> None:
    with running(own_cluster), psycopg.connect(own_cluster.url(SUPERUSER, "postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        for directory in (own_cluster.data, own_cluster.sockets):
            found = directory.stat()
            assert stat.S_IMODE(found.st_mode) == 0o700
            assert found.st_uid == database_account().uid


def test_owner_and_application_are_two_roles_and_neither_is_superuser(own_cluster: Cluster) -> None:
    with running(own_cluster), psycopg.connect(own_cluster.url(OWNER)) as connection:
        found = connection.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolname LIKE 'fenji%'").fetchall()
        owner = connection.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'fenji'").fetchone()
    assert sorted(found) == [(APPLICATION, False), (OWNER, False)]
    assert owner == (OWNER,)


def test_a_second_command_uses_the_server_that_is_already_at_work(own_cluster: Cluster) -> None:
    with running(own_cluster):
        pid = own_cluster.leftover()
        with running(own_cluster):
            assert own_cluster.leftover() == pid
        assert own_cluster.answers()
    assert own_cluster.leftover() is None


def test_text_sorts_by_code_point_whatever_the_machines_locale(own_cluster: Cluster) -> None:
    with running(own_cluster), psycopg.connect(own_cluster.url(SUPERUSER, "postgres")) as connection:
        found = connection.execute("SELECT v FROM unnest(ARRAY['b','B','a']) v ORDER BY v").fetchall()
        encoding = connection.execute("SHOW server_encoding").fetchone()
    assert [row[0] for row in found] == ["B", "a", "b"]
    assert encoding == ("UTF8",)


def test_a_server_that_cannot_start_says_why(own_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "PATIENCE", 0.5)
    own_cluster.settings["shared_buffers"] = "nonsense"
    with pytest.raises(PostgresFailed, match="nonsense"):
        own_cluster.start()


def test_the_socket_moves_to_a_short_directory_when_the_path_is_long() -> None:
    short, long = Path("/srv/fenji"), Path("/srv") / ("x" * 120)
    assert socket_directory(short) == short / "socket"
    moved = socket_directory(long)
    assert moved.parent == Path("/tmp")
    assert len(str(moved)) <= SOCKET_BYTES
    assert moved != socket_directory(long / "other")


def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "socket"
    link.symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="somebody else"):
        Account(os.geteuid(), os.getegid()).own(link)


@ROOT_ONLY
def test_roots_database_leaves_a_directory_that_nobody_cannot_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    account = database_account()
    assert not account.can_reach(closed / "fenji" / "postgres")
    assert database_directory(closed / "fenji", account).is_relative_to("/var/lib/fenji")


@ROOT_ONLY
def test_programs_that_nobody_cannot_reach_are_copied_once(
    tmp_path: Path, reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fenji.config import postgres_programs

    tree = tmp_path / "pginstall"
    (tree / "bin").mkdir(parents=True)
    program = tree / "bin" / "postgres"
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.10'\n")
    program.chmod(0o755)
    monkeypatch.setattr(postgres_programs, "_wheel", lambda: tree)
    monkeypatch.setattr(postgres_programs, "SHARED", reachable / "shared")
    found = find_programs(database_account())
    assert found.major == 17
    assert found.directory.is_relative_to(reachable)
    assert find_programs(database_account()) == found


def test_without_the_wheel_the_newest_postgresql_of_the_machine_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fenji.config import postgres_programs

    for major in (9, 14, 15, 16):
        program = tmp_path / str(major) / "bin" / "postgres"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {major}.3 (Debian)'\n")
        program.chmod(0o755)
    monkeypatch.setattr(postgres_programs, "_wheel", lambda: None)
    monkeypatch.setattr(postgres_programs, "DEBIAN", tmp_path)
    assert find_programs(database_account()).major == 16


def test_a_machine_with_only_an_old_postgresql_gets_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fenji.config import postgres_programs

    program = tmp_path / "14" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {OLDEST - 1}.3'\n")
    program.chmod(0o755)
    monkeypatch.setattr(postgres_programs, "_wheel", lambda: None)
    monkeypatch.setattr(postgres_programs, "DEBIAN", tmp_path)
    with pytest.raises(postgres_programs.NoPostgres, match="FENJI_DATABASE_URL"):
        find_programs(database_account())


@pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("1[5-9]/bin/postgres")), reason="no PostgreSQL here")
def test_the_machines_own_postgresql_works_as_well(reachable: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fenji.config import postgres_programs

    monkeypatch.setattr(postgres_programs, "_wheel", lambda: None)
    cluster = Cluster(reachable)
    with running(cluster), psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("CREATE EXTENSION btree_gist")
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_stopping_is_quick_even_with_a_client_connected(own_cluster: Cluster) -> None:
    process = own_cluster.start()
    with psycopg.connect(own_cluster.url(SUPERUSER, "postgres")):
        began = time.monotonic()
        postgres.stop(process)
    assert process.returncode == 0
    assert time.monotonic() - began < 8
