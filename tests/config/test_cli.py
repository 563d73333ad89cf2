"""The command line as an operator types it: each command a process of its own, on an installation without content."""

import subprocess
from pathlib import Path

import psycopg
import pytest
from python_calamine import CalamineWorkbook

from fenji.config.cli.imports import KIND_NAMES
from fenji.config.postgres import OWNER, Cluster, running
from fenji.exchange.exports import EXPORTS
from fenji.exchange.kinds import KINDS
from tests.factories.homes import FENJI, environment


def fenji(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*FENJI, *arguments],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=home,
    )


@pytest.fixture(scope="module")
def opened(home: Path) -> str:
    """What opening the first administrator's account said."""
    found = fenji(home, "user", "add", "Li", "李四", "--office", "security")
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_help_names_every_command_and_needs_no_database(tmp_path: Path) -> None:
    found = fenji(tmp_path, "--help")
    for command in (
        "run",
        "worker",
        "migrate",
        "backup",
        "restore",
        "upgrade",
        "city",
        "residents",
        "import",
        "export",
        "user",
        "check",
    ):
        assert f"│ {command} " in found.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_first_administrator_is_opened_from_the_machine_with_a_temporary_password(home: Path, opened: str) -> None:
    assert "temporary password" in opened
    listed = fenji(home, "user", "list").stdout
    assert "李四" in listed
    assert "security" in listed


def test_a_name_that_is_taken_is_refused_in_words(home: Path, opened: str) -> None:
    found = fenji(home, "user", "add", "li", "李五")
    assert found.returncode == 1
    assert "✗" in found.stdout
    assert "Traceback" not in found.stdout + found.stderr


def test_an_account_nobody_has_is_said_so(home: Path) -> None:
    found = fenji(home, "user", "unlock", "nobody")
    assert (found.returncode, "nobody" in found.stdout) == (1, True)


def test_a_password_can_be_set_anew(home: Path, opened: str) -> None:
    again = fenji(home, "user", "password", "li")
    assert again.returncode == 0
    assert again.stdout.split()[-1] != opened.split()[-1]


def test_a_second_migration_has_nothing_to_do(home: Path) -> None:
    assert "(0)" in fenji(home, "migrate").stdout


def test_a_sound_installation_passes_its_check(home: Path) -> None:
    found = fenji(home, "check")
    assert found.returncode == 0, found.stdout


def test_a_check_for_production_names_what_is_missing(home: Path) -> None:
    found = fenji(home, "check", "--deploy")
    assert found.returncode == 1
    assert "FENJI_PUBLIC_URL" in found.stdout
    assert "W008" not in found.stdout  # silenced in the settings: the proxy sends http to https


def test_a_directory_of_backups_that_is_not_there_is_not_taken_for_a_file(home: Path, tmp_path: Path) -> None:
    found = fenji(home, "backup", str(tmp_path / "backups"), "--keep", "14")
    assert (found.returncode, "不是目录" in found.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_commands_leave_no_database_running(home: Path) -> None:
    fenji(home, "user", "list")
    assert Cluster(home).leftover() is None


def test_a_template_can_be_filled_and_tried_out(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "institutions.xlsx"
    assert fenji(home, "import", "template", "institutions", "-o", str(target)).returncode == 0
    assert CalamineWorkbook.from_path(target).get_sheet_by_index(0).to_python()[0]
    assert fenji(home, "import", "check", "institutions", str(target)).returncode == 0


def test_a_file_with_a_fault_is_refused_with_the_reason(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("不认识的列\nx\n", encoding="utf-8")
    found = fenji(home, "import", "load", "residents", str(file))
    assert found.returncode == 1
    assert "✗" in found.stdout
    assert "Traceback" not in found.stderr


def test_the_help_names_the_tables_there_are(home: Path) -> None:
    assert KIND_NAMES.split(", ") == list(KINDS)
    found = fenji(home, "export", "--help").stdout
    assert all(what in found for what in EXPORTS)


def test_residents_need_a_network_first(home: Path) -> None:
    found = fenji(home, "residents", "synth", "10")
    assert found.returncode == 1
    assert "网络" in found.stdout


def test_a_city_and_its_residents_load_from_the_command_line(home: Path) -> None:
    assert fenji(home, "city", "load", "yangjiang").returncode == 0
    found = fenji(home, "residents", "synth", "500", "--seed", "7")
    assert found.returncode == 0, found.stderr
    assert "500" in found.stdout
    again = fenji(home, "residents", "synth", "500")
    assert again.returncode == 1  # they are there already
    cluster = Cluster(home)
    with running(cluster), psycopg.connect(cluster.url(OWNER)) as connection:
        assert connection.execute("SELECT count(*) FROM residents_resident").fetchone() == (500,)
        indexes = connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'residents_resident'"
        ).fetchone()
    assert indexes is not None
    assert indexes[0] >= 8  # all are back after the load


def test_a_city_that_is_not_there_is_named(home: Path) -> None:
    found = fenji(home, "city", "load", "atlantis")
    assert found.returncode == 2  # a word of the command is wrong
    assert "yangjiang" in found.stderr  # which there is
    assert "Traceback" not in found.stderr
