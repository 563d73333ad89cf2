"""What every test may ask for: a database, a clock that stands, a browser. Who asks for none starts none.

The PostgreSQL is the embedded one, started once for all processes of a run; each process has a database of its own, a
copy of the one that the first of them made.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from fenji.apps.common import clock as fenji_clock
from fenji.config.database import database_settings
from fenji.config.postgres import SUPERUSER, Cluster, stop_leftover
from fenji.config.translations import compile_translations
from tests.factories import homes

PREFIX = "fenji-tests-"
CHROMIUM = "/usr/bin/chromium"
CLUSTER = "FENJI_TESTS_CLUSTER"  # directory of the run's PostgreSQL, told to xdist's processes
TEMPLATE = "fenji_template"
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
    with one_process_at_a_time("cluster"):
        if not cluster.leftover():
            cluster.create()
            cluster.start()
    return cluster


@contextmanager
def one_process_at_a_time(what: str) -> Iterator[Path]:
    """Of those of a run, which share this directory."""
    directory = Path(os.environ[CLUSTER])
    with (directory / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield directory


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    cluster: Cluster, django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    ours = settings.DATABASES["default"]
    address = database_settings(cluster.url(SUPERUSER, "postgres"))
    for key in ("NAME", "USER", "HOST", "PORT", "PASSWORD"):
        ours[key] = address[key]
    with one_process_at_a_time("template"), django_db_blocker.unblock():
        make_template(cluster)
    ours["TEST"] |= {"TEMPLATE": TEMPLATE, "MIGRATE": False}


def make_template(cluster: Cluster) -> None:
    """The tables by their migrations, which takes long; under its name once it is whole."""
    with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True) as server:
        if server.execute("SELECT FROM pg_database WHERE datname = %s", [TEMPLATE]).rowcount:
            return
        server.execute("CREATE DATABASE half_made")
        connection.settings_dict["NAME"] = "half_made"
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
        connection.settings_dict["NAME"] = "postgres"
        server.execute(f"ALTER DATABASE half_made RENAME TO {TEMPLATE}")


@pytest.fixture(scope="session")
def migrated_home() -> Path:
    """An installation's home with its tables and static files, made once for a run; who works in one copies it."""
    with one_process_at_a_time("home") as directory:
        if not (directory / "home").exists():
            homes.make(directory / "half-made").rename(directory / "home")
    return directory / "home"


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
