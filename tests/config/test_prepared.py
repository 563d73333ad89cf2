"""What was prepared is remembered in the database, so that a second start does nothing twice."""

from pathlib import Path

import psycopg
import pytest
from pytest_django import Settings

from fenji.config import prepared
from fenji.config.postgres import APPLICATION, OWNER, Cluster, running


def test_a_step_is_outstanding_until_it_is_remembered_and_again_when_its_files_change(own_cluster: Cluster) -> None:
    url = own_cluster.url(OWNER)
    wanted = {"schema": "a", "city": "b"}
    with running(own_cluster):
        assert prepared.outstanding(url, wanted) == ["schema", "city"]
        prepared.remember(url, "schema", "a")
        assert prepared.outstanding(url, wanted) == ["city"]
        prepared.remember(url, "city", "b")
        assert prepared.outstanding(url, wanted) == []
        assert prepared.outstanding(url, wanted | {"city": "changed"}) == ["city"]
        assert APPLICATION != OWNER


def test_a_database_remembers_the_keys_it_was_begun_with(own_cluster: Cluster) -> None:
    url = own_cluster.url(OWNER)
    with running(own_cluster):
        assert prepared.keys_fit(url, "first")
        assert prepared.keys_fit(url, "first")
        assert not prepared.keys_fit(url, "second")
        assert prepared.keys_fit(url, "first")
        with psycopg.connect(url) as connection:
            found = connection.execute("SELECT fingerprint FROM fenji_prepared WHERE step = 'keys'").fetchone()
    assert found is not None
    assert "first" not in found[0]


def test_a_fingerprint_follows_names_and_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "PROJECT", tmp_path)
    file = tmp_path / "a.toml"
    file.write_text("x = 1")
    first = prepared._hash([file])
    assert prepared._hash([file]) == first
    file.write_text("x = 2")
    assert prepared._hash([file]) != first
    file.write_text("x = 1")
    assert prepared._hash([file.rename(tmp_path / "b.toml")]) != first


def test_fingerprints_are_the_same_twice() -> None:
    assert prepared.fingerprints("yangjiang") == prepared.fingerprints("yangjiang")


def test_another_citys_rules_on_the_same_network_are_loaded_anew() -> None:
    own, theirs = prepared.fingerprints("yangjiang", "yangjiang"), prepared.fingerprints("yangjiang", "qinghai")
    assert own == prepared.fingerprints("yangjiang")
    assert {"city"} <= {step for step in own if own[step] != theirs[step]} <= {"city", "clinics", "accounts"}


def test_static_files_are_collected_again_only_when_they_changed(tmp_path: Path, settings: Settings) -> None:
    from fenji.config.static import collect

    settings.STATIC_ROOT = tmp_path / "static"
    assert not prepared.static_is_current(tmp_path / "static")
    collect()
    assert prepared.static_is_current(tmp_path / "static")
    assert list((tmp_path / "static").rglob("*.css"))
    (tmp_path / "static" / ".fingerprint").write_text("an older version")
    assert not prepared.static_is_current(tmp_path / "static")
