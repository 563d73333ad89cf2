"""Translations are compiled without gettext, and only when they changed."""

import gettext
import os
from pathlib import Path

import pytest

from fenji.config.translations import compile_translations

CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "转诊"
msgstr "Referral"
"""


@pytest.fixture
def locale(tmp_path: Path) -> Path:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE, encoding="utf-8")
    return tmp_path


def test_a_compiled_catalogue_translates(locale: Path) -> None:
    (written,) = compile_translations(locale)
    with written.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("转诊") == "Referral"


def test_nothing_is_compiled_twice_until_it_changes(locale: Path) -> None:
    assert len(compile_translations(locale)) == 1
    assert compile_translations(locale) == []
    source = locale / "en" / "LC_MESSAGES" / "django.po"
    source.write_text(CATALOGUE.replace("Referral", "Transfer"), encoding="utf-8")
    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))
    assert len(compile_translations(locale)) == 1
