"""The drawing of the flow: every referral in it, nothing over anything else, nothing outside."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from pytest_django import DjangoDbBlocker

from fenji.apps.indicators.flows import Flow
from fenji.apps.registry.snapshot import Snapshot, network
from fenji.kernel.referral import Direction
from fenji.kernel.tiers import Kind, Tier
from fenji.web.commission.flow_layout import LABEL, Drawing, drawing
from fenji.web.commission.flowing import MOST, Graph, graph
from tests.conftest import NOON
from tests.factories.city import standing_city

WIDTHS = (620.0, 344.0)


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Snapshot:
    """Yangjiang's network; drawing it needs no database."""
    with standing_city(django_db_blocker, NOON, with_staff=False), django_db_blocker.unblock():
        return network()


def ids(city: Snapshot, tier: Tier) -> list[int]:
    hidden = {Kind.COMMISSION, Kind.INSURER}
    return [node.id for node in city.nodes.values() if node.tier is tier and node.kind not in hidden]


def some_flows(city: Snapshot, townships: int) -> list[Flow]:
    """Townships to county hospitals and past them to the city; and down again."""
    low, middle, top = ids(city, Tier.TOWNSHIP)[:townships], ids(city, Tier.COUNTY), ids(city, Tier.CITY)
    up = [Flow(one, middle[n % 5], Direction.UP, n % 7 + 1) for n, one in enumerate(low)]
    past = [Flow(one, top[0], Direction.UP, 2) for one in low[::3]]
    return [*up, *past, Flow(middle[0], top[1], Direction.UP, 4), Flow(top[0], low[0], Direction.DOWN, 3)]


def drawn(city: Snapshot, flows: Iterable[Flow], width: float, direction: Direction = Direction.UP) -> Drawing:
    return drawing(graph(flows, direction, city), width=width)


@pytest.mark.parametrize("townships", [3, MOST, MOST + 8])
def test_every_referral_is_drawn_from_its_sender_to_its_receiver(city: Snapshot, townships: int) -> None:
    flows = some_flows(city, townships)
    made = graph(flows, Direction.UP, city)
    total = sum(one.count for one in flows if one.direction is Direction.UP)
    assert made.total == total
    assert sum(bar.sent for column in made.columns for bar in column) == total
    assert sum(bar.received for column in made.columns for bar in column) == total
    assert sum(one.count for one in made.ribbons if one.source is one.sender) == total
    assert sum(one.count for one in made.ribbons if one.target is one.receiver) == total


def test_what_goes_in_a_lane_comes_out_of_it(city: Snapshot) -> None:
    made: Graph = graph(some_flows(city, 9), Direction.UP, city)
    lanes = [bar for column in made.columns for bar in column if not bar.name]
    assert lanes
    for lane in lanes:
        assert [one.count for one in lane.into] == [one.count for one in lane.out]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("townships", [1, 7, MOST, 40])
def test_no_bar_or_label_lies_over_another_and_all_lie_inside(city: Snapshot, townships: int, width: float) -> None:
    found = drawn(city, some_flows(city, townships), width)
    for x in {bar.x for bar in found.bars}:
        column = sorted((bar for bar in found.bars if bar.x == x), key=lambda bar: bar.y)
        for above, below in pairwise(column):
            assert above.y + above.height <= below.y - LABEL + 3
        assert column[0].y - LABEL >= 0
        assert column[-1].y + column[-1].height <= found.height
    assert all(0 <= bar.x <= width - found.bar_width for bar in found.bars)


def test_a_crowded_tier_is_drawn_by_county(city: Snapshot) -> None:
    few, many = (drawn(city, some_flows(city, count), 620.0) for count in (MOST, MOST + 20))
    assert sum(bar.tier is Tier.TOWNSHIP for bar in few.bars) == MOST
    grouped = [bar for bar in many.bars if bar.tier is Tier.TOWNSHIP]
    assert len(grouped) <= 6
    assert sum(bar.institutions for bar in grouped) == MOST + 20
    assert not any(bar.code for bar in grouped)


def test_downward_begins_at_the_top(city: Snapshot) -> None:
    found = drawn(city, some_flows(city, 5), 620.0, Direction.DOWN)
    assert [head.tier for head in found.headings] == [Tier.CITY, Tier.TOWNSHIP]
    assert found.total == 3


def test_nothing_is_drawn_of_nothing(city: Snapshot) -> None:
    found = drawn(city, [], 344.0)
    assert (found.total, found.bars, found.ribbons) == (0, (), ())
