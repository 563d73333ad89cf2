"""How fast synthetic residents reach the database, with contracts, care relations and every index, at several sizes.

    python bench/loading.py [26000 260000 2600000]

Each size is loaded into an empty database of its own, on an embedded PostgreSQL with its production settings. Made,
sealed and copied on one core, indexed on the other. The last line printed is one JSON object.
"""

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

AIM_PER_SECOND = 10_000
SIZES = (26_000, 260_000)


def main() -> None:
    sizes = [int(one) for one in sys.argv[1:]] or list(SIZES)
    figures = []
    for size in sizes:
        with empty_database():
            figures.append(measured(size))
        print(line(figures[-1]), flush=True)
    slowest = min(one["per_second"] for one in figures)
    print(f"slowest: {slowest / AIM_PER_SECOND:.1f} × the aim of {AIM_PER_SECOND:,} residents a second")
    if len(figures) > 1:
        print(f"last size against first: {figures[-1]['per_second'] / figures[0]['per_second']:.2f} × the speed")
    print(json.dumps({"bench": "loading", "aim_per_second": AIM_PER_SECOND, "sizes": figures}))


def measured(size: int) -> dict[str, Any]:
    """Load once: seconds by part, residents a second, peak memory of this process."""
    from django.utils import timezone

    from fenji.apps.contracts.loading import load_synthetic
    from fenji.apps.residents.loading import towns_with_people
    from fenji.simulator.residents import generate

    at, towns = timezone.now(), towns_with_people()
    made = seconds(lambda: sum(len(one) for one in generate(size, 1, towns=towns, on=at.date())))
    copied = 0.0
    started, worked = time.monotonic(), time.process_time()

    def progress(done: int, of: int) -> None:
        nonlocal copied
        copied = time.monotonic() - started

    load_synthetic(size, 1, at=at, progress=progress)
    whole = time.monotonic() - started
    return {
        "residents": size,
        "seconds": round(whole, 1),
        "per_second": round(size / whole),
        "made_seconds": round(made, 1),
        "copied_seconds": round(copied, 1),
        "indexed_seconds": round(whole - copied, 1),
        "own_cpu_seconds": round(time.process_time() - worked, 1),  # the rest is PostgreSQL, and waiting for a core
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "database_mb": database_mb(),
    }


def seconds(work: Any) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def database_mb() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1048576")
        return int(cursor.fetchone()[0])


def line(one: dict[str, Any]) -> str:
    parts = f"made {one['made_seconds']}, copied {one['copied_seconds']}, indexed {one['indexed_seconds']} s"
    sizes = f"this process {one['own_cpu_seconds']} s CPU, {one['peak_mb']} MB; database {one['database_mb']:,} MB"
    return f"{one['residents']:>9,} residents in {one['seconds']:.1f} s = {one['per_second']:,}/s ({parts}; {sizes})"


@contextmanager
def empty_database() -> Iterator[None]:
    """A migrated database with Yangjiang's network and people, gone afterwards."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from fenji.apps.registry.loading import load_city
    from fenji.apps.registry.staff_loading import invented_staff
    from fenji.cities.network import load_network

    name = f"bench_{time.monotonic_ns()}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    before = settings.DATABASES["default"]["NAME"]
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
        network = load_network("yangjiang")
        load_city(network, timezone.now(), staff=invented_staff(network, 1))
        yield
    finally:
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = before
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


@contextmanager
def postgres() -> Iterator[None]:
    """The embedded PostgreSQL in a directory of its own, with Django told where it is."""
    import django

    from fenji.config.postgres import SUPERUSER, Cluster, running

    directory = Path(tempfile.mkdtemp(prefix="fenji-bench-", dir="/tmp"))
    directory.chmod(0o755)  # PostgreSQL runs as `nobody` under root
    try:
        with running(Cluster(directory)) as cluster:
            os.environ["FENJI_DATABASE_URL"] = cluster.url(SUPERUSER, "postgres")
            os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
            django.setup()
            yield
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    with postgres():
        main()
