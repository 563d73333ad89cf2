"""The checks of the source: each can fail, and the source as it stands passes."""

import ast
import re
from pathlib import Path

import pytest

from fenji.config.checks import documents
from fenji.config.checks.sizes import FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES, too_long
from fenji.config.home import PROJECT
from fenji.config.variables import VARIABLES

NOT_SETTINGS = {"FENJI_IDLE", "FENJI_SESSION", "FENJI_RESIDENT_IDLE", "FENJI_RESIDENT_SESSION"}  # of Django's settings
INTERNAL = {"FENJI_EMBEDDED", "FENJI_CHILD_OF"}  # set by fenji itself


def project(tmp_path: Path, name: str, text: str) -> Path:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return tmp_path


def test_a_file_function_or_template_over_its_limit_is_named(tmp_path: Path) -> None:
    project(tmp_path, "fenji/long.py", "x = 1\n" * (FILE_LINES + 1))
    (tmp_path / "fenji" / "wide.py").write_text("def f():\n" + "    x = 1\n" * FUNCTION_LINES)
    pages = tmp_path / "fenji" / "web" / "templates" / "pages"
    pages.mkdir(parents=True)
    (pages / "page.html").write_text("<p>\n" * (TEMPLATE_LINES + 1))
    found = too_long(tmp_path)
    assert [line.split(":")[0] for line in found] == [
        "fenji/long.py",
        "fenji/wide.py",
        "fenji/web/templates/pages/page.html",
    ]


def test_what_is_just_within_its_limit_passes(tmp_path: Path) -> None:
    project(tmp_path, "fenji/fits.py", "x = 1\n" * FILE_LINES)
    (tmp_path / "fenji" / "also.py").write_text("def f():\n" + "    x = 1\n" * (FUNCTION_LINES - 1))
    assert too_long(tmp_path) == []


def test_migrations_are_exempt(tmp_path: Path) -> None:
    assert too_long(project(tmp_path, "fenji/apps/x/migrations/0001.py", "x = 1\n" * 999)) == []


def test_a_document_that_differs_from_the_code_is_stale_until_written(tmp_path: Path) -> None:
    assert documents.stale(tmp_path) == list(documents.GENERATED)
    assert documents.write_all(tmp_path) == list(documents.GENERATED)
    assert documents.stale(tmp_path) == []
    first = tmp_path / next(iter(documents.GENERATED))
    first.write_text(first.read_text() + "by hand")
    assert documents.stale(tmp_path) == [next(iter(documents.GENERATED))]


def test_every_variable_that_the_source_reads_is_documented() -> None:
    read: set[str] = set()
    for file in (PROJECT / "fenji").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                read |= set(re.findall(r"^FENJI_[A-Z_]+$", node.value))
    documented = {item.name for item in VARIABLES}
    assert read - NOT_SETTINGS - INTERNAL - documented == set()
    assert documented <= read


@pytest.mark.parametrize("command", ["fenji run", "fenji worker", "fenji migrate", "fenji city load", "fenji user add"])
def test_the_page_of_commands_has_every_command(command: str) -> None:
    assert f"## `{command}`" in documents.GENERATED["docs/reference/commands.md"]()
