import pytest

from fenji.apps.common.clock import Frozen
from tests.factories.world import World, make_world


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)
