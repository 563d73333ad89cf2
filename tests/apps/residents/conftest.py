"""A small city whose clock stands, and residents registered as a clerk registers them."""

from datetime import date
from typing import Any

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.residents import actions
from fenji.apps.residents.models import Resident
from fenji.apps.residents.particulars import Particulars
from fenji.kernel.identity import check_digit
from tests.factories.world import World, make_world


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


def id_number(born: date = date(1968, 3, 5), serial: int = 113, region: str = "441721") -> str:
    """A made-up mainland number; an odd serial is a man's."""
    first_17 = f"{region}{born:%Y%m%d}{serial:03}"
    return first_17 + check_digit(first_17)


def told(**changes: Any) -> Particulars:
    """What a clerk types for a man with an identity card."""
    fields = {"id_kind": "mainland", "name": "李大山", "id_number": id_number(), "phone": "13800001234"}
    return Particulars(**{**fields, **changes})


def registered(world: World, by: str = "doctor", **changes: Any) -> Resident:
    return actions.register(told(**changes), by=getattr(world, by))
