"""Chinese is read, and its dictionary loaded, only when something is to be read."""

import subprocess
import sys

import pytest

from fenji.kernel.pinyin import syllables


@pytest.mark.parametrize(
    ("text", "read"),
    [("陈小明", ["chen", "xiao", "ming"]), ("绿色", ["lü", "se"]), ("B超", ["B", "chao"]), ("", [])],
)
def test_syllables_without_tones(text: str, read: list[str]) -> None:
    assert [one.replace("lv", "lü") for one in syllables(text)] == read


def test_what_is_not_chinese_can_be_left_out() -> None:
    assert syllables("陈 x", errors="ignore") == ["chen"]


def test_the_dictionary_is_not_loaded_before() -> None:
    code = "import sys, fenji.kernel.pinyin; print('pypinyin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
