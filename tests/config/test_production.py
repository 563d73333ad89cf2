"""A production start refuses what only a demonstration may have."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from fenji.apps.accounts.models import User
from fenji.config import environment
from fenji.config.environment import WrongEnvironment
from fenji.config.postgres import APPLICATION, OWNER
from fenji.config.production import reasons_not_to_start, refuse_unsafe_start, warnings
from fenji.config.variables import VARIABLES

GIVEN = {item.name: "given" for item in VARIABLES if item.production}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> pytest.MonkeyPatch:
    settings.DEMONSTRATION = False
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.django_db
def test_a_complete_environment_may_start(production: pytest.MonkeyPatch) -> None:
    refuse_unsafe_start()


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(GIVEN))
def test_a_missing_key_or_address_stops_the_start(production: pytest.MonkeyPatch, name: str) -> None:
    production.delenv(name)
    with pytest.raises(ImproperlyConfigured, match=name):
        refuse_unsafe_start()


@pytest.mark.django_db
def test_a_demonstration_account_stops_the_start(production: pytest.MonkeyPatch) -> None:
    User.objects.create_user("doctor", "known-to-all", name="林国强", is_demonstration=True)
    with pytest.raises(ImproperlyConfigured, match="demonstration accounts"):
        refuse_unsafe_start()


@pytest.mark.django_db
def test_the_demonstration_itself_may_have_them(production: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.DEMONSTRATION = True
    User.objects.create_user("doctor", "known-to-all", name="林国强", is_demonstration=True)
    refuse_unsafe_start()


@pytest.mark.django_db
def test_debug_pages_stop_the_start(production: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.DEBUG = True
    assert any("FENJI_DEBUG" in reason for reason in reasons_not_to_start())


@pytest.mark.django_db
def test_one_role_for_everything_and_plain_http_are_warned_of(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://clinic.example"
    found = " ".join(warnings())
    assert "audit rows" in found
    assert "https://" in found


@pytest.mark.django_db
def test_every_reason_is_told_at_once(production: pytest.MonkeyPatch) -> None:
    production.delenv("FENJI_SECRET_KEY")
    production.delenv("FENJI_LOOKUP_KEY")
    with pytest.raises(ImproperlyConfigured, match=r"(?s)FENJI_SECRET_KEY.*FENJI_LOOKUP_KEY"):
        refuse_unsafe_start()


def test_the_server_itself_does_not_come_up(tmp_path: Path) -> None:
    """Not only `fenji run`: whoever starts gunicorn by hand is refused, too."""
    code = "import fenji.config.wsgi"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FENJI_", "DJANGO_"))}
    given = {"FENJI_HOME": str(tmp_path), "FENJI_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=kept | given, capture_output=True, text=True, timeout=120, check=False
    )
    assert found.returncode != 0
    assert "FENJI_SECRET_KEY is not set" in found.stderr


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, reachable: Path) -> pytest.MonkeyPatch:
    for name in [name for name in os.environ if name.startswith("FENJI_")]:
        monkeypatch.delenv(name)
    for item in (*VARIABLES,):
        monkeypatch.setenv(item.name, "")  # so that what `complete` sets is undone afterwards
        monkeypatch.delenv(item.name)
    monkeypatch.setenv("FENJI_EMBEDDED", "")
    monkeypatch.delenv("FENJI_EMBEDDED")
    monkeypatch.setenv("FENJI_HOME", str(reachable))
    return monkeypatch


def test_without_any_variable_it_is_a_demonstration_with_two_roles(bare: pytest.MonkeyPatch) -> None:
    installation = environment.complete()
    assert installation.is_demonstration
    assert f"{APPLICATION}@" in os.environ["FENJI_DATABASE_URL"]
    assert f"{OWNER}@" in installation.owner_url
    assert len(os.environ["FENJI_SECRET_KEY"]) > 40


def test_a_database_of_ones_own_is_production_and_gets_no_keys(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("FENJI_DATABASE_URL", "postgresql://app@db.example/fenji")
    installation = environment.complete()
    assert not installation.is_demonstration
    assert installation.cluster is None
    assert installation.owner_url == "postgresql://app@db.example/fenji"
    assert "FENJI_SEALING_KEYS" not in os.environ
    assert not (installation.home / "keys.env").exists()


def test_a_demonstration_on_a_database_of_ones_own_gets_keys(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("FENJI_DATABASE_URL", "postgresql://app@db.example/fenji")
    bare.setenv("FENJI_DEMONSTRATION", "1")
    assert environment.complete().is_demonstration
    assert os.environ["FENJI_LOOKUP_KEY"]


def test_production_on_the_embedded_database_is_refused(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("FENJI_DEMONSTRATION", "0")
    with pytest.raises(WrongEnvironment, match="FENJI_DATABASE_URL"):
        environment.complete()


def test_migrations_run_as_the_owner(bare: pytest.MonkeyPatch) -> None:
    installation = environment.complete()
    environment.as_owner()
    assert os.environ["FENJI_DATABASE_URL"] == installation.owner_url
