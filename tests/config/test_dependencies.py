"""The lock files: whole, hashed, and free of addresses."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fenji.config.home import PROJECT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def pinned(lock: str) -> dict[str, set[str]]:
    """Versions by name; a name may be pinned twice for different Pythons."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (PROJECT / lock).read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def declared(extra: str | None = None) -> list[Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    assert not re.search(r"https?://|--index|--find-links|@ file", (PROJECT / lock).read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (PROJECT / lock).read_text().strip())
    assert len(entries) > 50
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(("lock", "extra"), [(LOCKS[0], None), (LOCKS[1], None), (LOCKS[1], "dev")])
def test_a_lock_fulfils_what_the_project_declares(lock: str, extra: str | None) -> None:
    pins = pinned(lock)
    for requirement in declared(extra):
        versions = pins.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {lock}: make lock"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement}: {versions}"


def test_both_locks_agree() -> None:
    runtime, everything = pinned(LOCKS[0]), pinned(LOCKS[1])
    assert {name: everything.get(name) for name in runtime} == runtime


def test_what_builds_the_package_is_locked_too() -> None:
    """`fenji` is installed without a network, so its builder must be there already."""
    build = tomllib.loads((PROJECT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert {canonicalize_name(Requirement(line).name) for line in build} <= set(pinned(LOCKS[0]))
