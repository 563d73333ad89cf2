"""Directories that PostgreSQL can reach when root starts it, and servers that are gone when a test is over."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fenji.config import prepared, processes
from fenji.config.postgres import OWNER, Cluster, running, stop_leftover
from tests.factories import homes


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A new directory with a short name that every account may pass through."""
    directory = Path(tempfile.mkdtemp(prefix="fenji-t-", dir="/tmp"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def own_cluster(reachable: Path) -> Iterator[Cluster]:
    """A PostgreSQL of this test alone, made but not started; kept on disk as strictly as a real one."""
    cluster = Cluster(reachable)
    cluster.create()
    yield cluster
    stop_leftover(cluster)


@pytest.fixture(scope="session")
def home(migrated_home: Path) -> Iterator[Path]:
    """An installation whose tables are made and whose content is marked as done, so that a start is quick."""
    directory = homes.copy(migrated_home, Path(tempfile.mkdtemp(prefix="fenji-run-", dir="/tmp")))
    cluster = Cluster(directory)
    with running(cluster):
        for step, fingerprint in prepared.fingerprints("yangjiang").items():
            prepared.remember(cluster.url(OWNER), step, fingerprint)
    yield directory
    processes.end_children_of(directory)
    stop_leftover(cluster)
    shutil.rmtree(directory)
