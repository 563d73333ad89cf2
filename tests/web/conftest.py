"""The commission's world, told once for a module and the same for each of its tests."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import DjangoDbBlocker

from fenji.apps.common.clock import Frozen
from tests.conftest import NOON
from tests.factories.world import World
from tests.web.commission_world import standing_world


@pytest.fixture(scope="module")
def commission_story(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[World, datetime]]:
    with standing_world(django_db_blocker, NOON) as story:
        yield story


@pytest.fixture
def commission_world(commission_story: tuple[World, datetime], db: None, clock: Frozen) -> World:
    """The world at the end of the story."""
    clock.move_to(commission_story[1])
    return commission_story[0]
