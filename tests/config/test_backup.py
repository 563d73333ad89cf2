"""`fenji backup`: one file, whole or not there, of one instant, without keys."""

import io
import json
import os
import stat
import tarfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from fenji.config import backup, backup_file, backup_keys, postgres_clients
from fenji.config.backup_file import Backup, BackupError
from fenji.config.postgres import Cluster
from tests.config.keeping import address

pytestmark = pytest.mark.django_db(transaction=True)
ACT = (
    "INSERT INTO common_auditevent (at, actor_name, verb, subject_kind, subject_id, relation, reason, request_id,"
    " details) VALUES (now(), '', 'test', '', '', '', '', '', '{}')"
)


@pytest.fixture
def taken(cluster: Cluster, db: None, tmp_path: Path) -> Backup:
    with psycopg.connect(address(cluster)) as connection:
        connection.execute(ACT)
    return backup.take(address(cluster), tmp_path / "fenji.tar", "yangjiang")


def test_a_backup_is_one_private_file_that_any_tar_opens(taken: Backup) -> None:
    assert stat.S_IMODE(taken.path.stat().st_mode) == 0o600
    assert [file.name for file in taken.path.parent.iterdir()] == ["fenji.tar"]
    with tarfile.open(taken.path) as archive:
        assert archive.getnames() == ["database.dump", "manifest.json"]
        dump = archive.extractfile("database.dump")
        assert dump is not None
        assert dump.read(5) == b"PGDMP"
    assert taken.manifest["inventory"]["tables"]["common_auditevent"]["rows"] == 1
    assert backup.check(taken.path) == taken


def test_no_key_is_in_it(taken: Backup) -> None:
    content = taken.path.read_bytes()
    for name in ("FENJI_SEALING_KEYS", "FENJI_LOOKUP_KEY", "FENJI_SECRET_KEY"):
        assert os.environ[name].encode() not in content


def test_keys_go_into_a_file_of_their_own_that_only_its_owner_reads(tmp_path: Path) -> None:
    written = backup_keys.write_keys(tmp_path / "keys")
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert f"FENJI_LOOKUP_KEY={os.environ['FENJI_LOOKUP_KEY']}\n" in written.read_text()
    with pytest.raises(BackupError, match="not overwritten"):
        backup_keys.write_keys(tmp_path / "keys")


def test_nothing_is_overwritten_and_what_breaks_off_leaves_nothing(cluster: Cluster, taken: Backup) -> None:
    before = taken.path.read_bytes()
    with pytest.raises(BackupError, match="not overwritten"):
        backup.take(address(cluster), taken.path, "yangjiang")
    assert taken.path.read_bytes() == before
    with pytest.raises(postgres_clients.NoAnswer):
        backup.take("postgresql://nobody@127.0.0.1:1/none", taken.path.with_name("second.tar"), "yangjiang")
    assert list(taken.path.parent.iterdir()) == [taken.path]


def test_two_backups_to_one_name_at_once_are_refused(tmp_path: Path) -> None:
    with (
        backup_file.new_file(tmp_path / "one.tar") as out,
        pytest.raises(BackupError, match="being written"),
        backup_file.new_file(tmp_path / "one.tar"),
    ):
        out.write(b"never reached by the second")


def test_a_backup_is_of_one_instant_while_people_go_on_working(cluster: Cluster, db: None, tmp_path: Path) -> None:
    """Counted and dumped from the same snapshot: else the last rows would be in the one and not in the other."""
    finished, acts = threading.Event(), []

    def work() -> None:
        with psycopg.connect(address(cluster), autocommit=True) as connection:
            while not finished.is_set():
                acts.append(connection.execute(ACT).rowcount)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        taken = backup.take(address(cluster), tmp_path / "busy.tar", "yangjiang")
    finally:
        finished.set()
        worker.join()
    counted = taken.manifest["inventory"]["tables"]["common_auditevent"]["rows"]
    program = postgres_clients.programs_for(taken.manifest["postgresql"]) / "pg_restore"
    options = ("--data-only", "--table=common_auditevent", "--file=-")
    with taken.dump() as file, postgres_clients.at_work(program, "", *options, stdin=file) as client:
        dumped = client.output.read().decode().count("\ttest\t")
    assert dumped == counted < sum(acts)


@pytest.mark.parametrize("where", [600, -20_000])
def test_a_changed_byte_is_noticed(taken: Backup, where: int) -> None:
    with taken.path.open("r+b") as file:
        file.seek(where, 0 if where > 0 else 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(BackupError):
        backup.check(taken.path)


def test_a_file_cut_off_or_of_another_kind_is_no_backup(taken: Backup, tmp_path: Path) -> None:
    content = taken.path.read_bytes()
    for number, wrong in enumerate((content[: len(content) // 2], b"", b"PGDMP" * 300, bytes(10240))):
        file = tmp_path / f"wrong-{number}"
        file.write_bytes(wrong)
        with pytest.raises(BackupError, match="not a whole backup"):
            backup.check(file)
    with pytest.raises(BackupError, match="not a whole backup"):
        backup.check(tmp_path / "absent")


def test_a_manifest_made_to_fit_is_known_by_its_seal(taken: Backup) -> None:
    """Whoever changes the figures as well as the rows lacks the key that the seal is made with."""
    manifest = json.loads(json.dumps(taken.manifest))
    manifest["inventory"]["tables"]["common_auditevent"]["rows"] = 0
    assert backup_keys.check_seal(taken.manifest)
    with pytest.raises(BackupError, match="manifest was changed"):
        backup_keys.check_seal(manifest)


def test_a_dump_larger_than_a_common_tar_may_hold_has_a_header_of_one_block() -> None:
    assert len(backup_file._header("database.dump", 50 * 2**30)) == tarfile.BLOCKSIZE
    out = io.BytesIO()
    backup_file.write(out, [b"abc", b"def"], lambda written: {"size": written.size})
    out.seek(0)
    with tarfile.open(fileobj=out) as archive:
        dump = archive.extractfile("database.dump")
        assert dump is not None
        assert dump.read() == b"abcdef"


def test_a_directory_keeps_the_newest_and_what_was_cut_off_goes(tmp_path: Path) -> None:
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3)]
    files = [backup.name_in(tmp_path, "yangjiang", day) for day in days]
    half, others = files[0].with_suffix(".tar.half"), backup.name_in(tmp_path, "qinghai", days[0])
    for file in (*files, half, others):
        file.touch()
    old = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(half, (old, old))
    assert set(backup.keep_newest(tmp_path, "yangjiang", 2)) == {files[0], half}
    assert sorted(tmp_path.iterdir()) == sorted([*files[1:], others])


def test_a_server_without_programs_of_its_version_is_named_with_the_package() -> None:
    with pytest.raises(postgres_clients.NoClientPrograms, match="postgresql-client-99"):
        postgres_clients.programs_for(99)


def test_the_password_is_not_on_the_command_line(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\necho "$@" "[$PGPASSWORD]"\n')
    program.chmod(0o755)
    with postgres_clients.at_work(program, "postgresql://li:s3cret@db.example/fenji", "--list") as client:
        said = client.output.read().decode()
    arguments, password = said.rsplit(" ", 1)
    assert "s3cret" not in arguments
    assert password == "[s3cret]\n"
