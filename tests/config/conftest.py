"""Directories that PostgreSQL can reach when root starts it, and servers that are gone when a test is over."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fenji.config.postgres import Cluster, stop_leftover


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
