"""Yangjiang as shipped, loaded once for all tests of a module: each test changes it and finds it whole again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from pytest_django import DjangoDbBlocker

from fenji.apps.registry.loading import load_city
from fenji.apps.registry.staff_loading import invented_staff
from fenji.cities.network import load_network

SEED = 1


@contextmanager
def standing_city(blocker: DjangoDbBlocker, at: datetime, *, with_staff: bool) -> Iterator[None]:
    """The loaded city in a transaction that every test of the module nests in; rolled back at the end."""
    network = load_network("yangjiang")
    with blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        load_city(network, at, staff=invented_staff(network, SEED) if with_staff else None)
    try:
        yield
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
