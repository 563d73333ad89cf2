"""A small city where bills are settled."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from fenji.apps.payments.given import Bill
from fenji.apps.payments.models import Item
from fenji.apps.residents.models import Resident
from fenji.kernel.payment.codes import ItemKind, Setting
from fenji.kernel.payment.lines import Line
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, Level, Tier
from tests.factories.world import World, institution, make_world, person

Make = Callable[..., Bill]


@pytest.fixture
def world(db: None, clock: Any) -> World:
    world = make_world(clock.at)
    fund = institution("yj-yibao", "阳江市医保经办机构", Kind.INSURER, Tier.CITY, Level.NONE, world.region)
    world.people["insurer"] = person("insurer", fund, Role.INSURER)
    Resident.objects.update(scheme="resident")
    assert world.resident is not None
    world.resident.refresh_from_db()
    return world


@pytest.fixture
def stay(world: World, clock: Any) -> Make:
    """A stay of the world's resident: `yuan` of class A, ended `days_ago`."""
    return lambda **changes: make_stay(world, clock.at, **changes)


def make_stay(
    world: World, at: datetime, *, yuan: int = 10_000, at_institution: str = "", days_ago: int = 1, code: str = "",
    lines: tuple[Line, ...] = (), **changes: Any,
) -> Bill:  # fmt: skip
    Item.objects.get_or_create(
        code="A1", valid_from="2000-01-01",
        defaults={"name": "住院费用", "name_pinyin": "", "kind": "service", "item_class": "a", "basis": "assumed"},
    )  # fmt: skip
    ended = at - timedelta(days=days_ago)
    assert world.resident is not None
    fields: dict[str, Any] = {
        "resident_id": world.resident.pk, "institution_code": at_institution or world.county.code,
        "setting": Setting.INPATIENT, "admitted_at": ended - timedelta(days=5), "ended_at": ended,
        "lines": lines or (Line("住院费用", ItemKind.SERVICE, 1000, yuan * 100, "A1"),),
        "source_system": "his", "source_code": code,
    }  # fmt: skip
    return Bill(**{**fields, **changes})
