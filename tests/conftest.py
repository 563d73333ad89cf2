"""What every test may ask for: a database, a clock that stands, a browser. Who asks for none starts none.

The PostgreSQL is the embedded one, started once for all processes of a run; each process has a database of its own.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from fenji.apps.common import clock as fenji_clock
from fenji.config.database import database_settings
from fenji.config.postgres import SUPERUSER, Cluster, stop_leftover
from fenji.config.translations import compile_translations

PREFIX = "fenji-tests-"
CHROMIUM = "/usr/bin/chromium"
CLUSTER = "FENJI_TESTS_CLUSTER"  # directory of the run's PostgreSQL, told to xdist's processes
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
NOON = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in Yangjiang

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop in the test's thread


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        clear_up_after_killed_runs()
        compile_translations()
        directory = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp")
        Path(directory).chmod(0o755)  # PostgreSQL runs as `nobody` under root
        os.environ[CLUSTER] = directory


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and CLUSTER in os.environ:
        directory = Path(os.environ.pop(CLUSTER))
        stop_leftover(Cluster(directory))
        shutil.rmtree(directory)


def clear_up_after_killed_runs() -> None:
    """A run that was killed could not stop its PostgreSQL; its process id stands in the directory's name."""
    for directory in Path("/tmp").glob(f"{PREFIX}*"):
        starter = directory.name.removeprefix(PREFIX).split("-")[0]
        if starter.isdigit() and not Path("/proc", starter).exists() and os.access(directory, os.W_OK):
            stop_leftover(Cluster(directory))
            shutil.rmtree(directory, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not Path(CHROMIUM).exists():
        missing = pytest.mark.skip(reason="needs chromium: apt-get install chromium fonts-noto-cjk")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The run's PostgreSQL, at work."""
    cluster = Cluster(Path(os.environ[CLUSTER]), settings=FAST)
    with (cluster.base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not cluster.leftover():
            cluster.create()
            cluster.start()
    return cluster


@pytest.fixture(scope="session")
def django_db_modify_db_settings(cluster: Cluster, django_db_modify_db_settings_parallel_suffix: None) -> None:
    address = database_settings(cluster.url(SUPERUSER, "postgres"))
    for key in ("NAME", "USER", "HOST", "PORT", "PASSWORD"):
        settings.DATABASES["default"][key] = address[key]


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    """After a test that commits, empty the tables that hold rows; Django's own way takes a second for all of them."""
    before = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: empty_tables()
    yield
    TransactionTestCase._fixture_teardown = before


def empty_tables() -> None:
    """Delete every row but those that Django makes for each table, with foreign keys and triggers asleep."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - KEPT)
        looks = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
        cursor.execute(" UNION ALL ".join(looks))
        full = [table for (table,) in cursor.fetchall()]
        cursor.execute("SET session_replication_role = replica")
        for table in full:
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def clock() -> Iterator[fenji_clock.Frozen]:
    """Fenji's clock, standing at `NOON` until `clock.advance(...)` or `clock.move_to(...)`."""
    with fenji_clock.set_to(NOON) as frozen:
        yield frozen


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's chromium, which is not downloaded by playwright and calls nobody."""
    quiet = ("background-networking", "component-update", "sync", "gpu", "quic")
    return {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in quiet)],
    }


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1440, "height": 900}}
