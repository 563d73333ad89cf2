"""The demonstration's keys: made once, kept private, never replaced while they are there."""

import base64
import stat
from pathlib import Path

import pytest

from fenji.config.keys import MAKERS, demonstration_keys


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first = demonstration_keys(tmp_path)
    assert demonstration_keys(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "keys.env").stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "keys.env"]


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert not set(demonstration_keys(one).values()) & set(demonstration_keys(other).values())


@pytest.mark.parametrize("name", ["FENJI_SEALING_KEYS", "FENJI_LOOKUP_KEY"])
def test_keys_of_ciphers_have_32_bytes(tmp_path: Path, name: str) -> None:
    assert len(base64.b64decode(demonstration_keys(tmp_path)[name])) == 32


def test_a_key_that_a_new_version_needs_is_added_and_the_old_ones_stay(tmp_path: Path) -> None:
    before = demonstration_keys(tmp_path)
    kept = {name: value for name, value in before.items() if name != "FENJI_LOOKUP_KEY"}
    (tmp_path / "keys.env").write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
    after = demonstration_keys(tmp_path)
    assert set(after) == set(MAKERS)
    assert kept.items() <= after.items()


def test_a_write_that_was_cut_off_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "keys.half").write_text("FENJI_SECRET_KEY=half")
    assert demonstration_keys(tmp_path)["FENJI_SECRET_KEY"] != "half"
