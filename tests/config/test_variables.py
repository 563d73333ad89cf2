"""The list of variables is what the code reads, no more and no less, and what it asks of the settings is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from fenji.config.home import PROJECT
from fenji.config.variables import VARIABLES

PACKAGE = PROJECT / "fenji"
OUR_OWN = {"FENJI_EMBEDDED", "FENJI_CHILD_OF"}  # from one of our processes to another
READ = re.compile(r"""(?:environ(?:\.get|\.setdefault)?[\[(]|getenv\(|_flag\(|_number\()\s*["'](FENJI_[A-Z_]+)""")


def text(*files: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_every_variable_that_is_read_is_listed() -> None:
    read = set(READ.findall(text(*PACKAGE.rglob("*.py"))))
    assert read - OUR_OWN <= {item.name for item in VARIABLES}
    assert len(read) > 15


@pytest.mark.parametrize("name", [item.name for item in VARIABLES])
def test_a_variable_that_is_listed_is_read(name: str) -> None:
    files = [file for file in PACKAGE.rglob("*.py") if file.name != "variables.py"]
    assert f'"{name}"' in text(*files)


def test_what_notices_ask_of_the_settings_can_be_set() -> None:
    asked = set(re.findall(r"setting\(\"(\w+)\"\)", text(PACKAGE / "apps/notices/adapters/__init__.py")))
    listed = {item.name for item in VARIABLES}
    assert asked == {name for name in asked if hasattr(settings, name) and f"FENJI_{name}" in listed}
    assert len(asked) == 6
