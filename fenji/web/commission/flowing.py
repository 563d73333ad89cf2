"""Who refers to whom as bars and ribbons: tiers as columns, institutions as bars, referrals as ribbons between them.

A ribbon that passes a tier runs through it in a lane of its own. Where one tier has many institutions, those of a
county are one bar. `flow_layout` gives everything its place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from fenji.apps.indicators.flows import Flow
from fenji.apps.registry.snapshot import Node, Snapshot
from fenji.kernel.referral import Direction
from fenji.kernel.tiers import Tier
from fenji.web.presenters.names import region_name, short_name

MOST = 12  # institutions of one tier that are drawn one by one


@dataclass(eq=False)
class Bar:
    """An institution, a county's institutions of one tier, or (without a name) the lane of a passing ribbon."""

    tier: Tier
    name: str = ""
    code: str = ""  # of a single institution
    county: str = ""
    institutions: int = 1
    sent: int = 0
    received: int = 0
    figure: str = ""  # code of the figure whose list says more
    into: list["Ribbon"] = field(default_factory=list)
    out: list["Ribbon"] = field(default_factory=list)
    x: float = 0
    y: float = 0
    height: float = 0
    label: str = ""
    label_x: float = 0
    label_y: float = 0
    anchor: str = "start"


@dataclass(eq=False)
class Ribbon:
    """Referrals between bars of neighbouring columns. `sender` and `receiver` are where they really begin and end."""

    source: Bar
    target: Bar
    sender: Bar
    receiver: Bar
    count: int
    path: str = ""


@dataclass(frozen=True)
class Graph:
    """Columns from left to right: upward begins at the lowest tier, downward at the highest."""

    direction: Direction
    tiers: tuple[Tier, ...]
    columns: tuple[list[Bar], ...]
    ribbons: tuple[Ribbon, ...]
    total: int


def graph(flows: Iterable[Flow], direction: Direction, snapshot: Snapshot) -> Graph:
    """The referrals of one direction that lead to another tier in it; others have no place in the drawing."""
    sign = 1 if direction is Direction.UP else -1
    nodes = snapshot.nodes
    found = [
        one
        for one in flows
        if one.direction is direction and (nodes[one.receiver_id].tier - nodes[one.sender_id].tier) * sign > 0
    ]
    ends = [nodes[end] for end in {end for one in found for end in (one.sender_id, one.receiver_id)}]
    tiers = tuple(sorted({node.tier for node in ends}, reverse=sign < 0))
    bars = _bars(ends, snapshot)
    columns: tuple[list[Bar], ...] = tuple(
        [bar for bar in dict.fromkeys(bars.values()) if bar.tier is tier] for tier in tiers
    )
    merged = _merged(found, bars)
    for bar in bars.values():
        bar.figure = f"sent_{direction.value}" if bar.sent else f"received_{direction.value}"
    ribbons: list[Ribbon] = []
    for (sender, receiver), count in merged.items():
        ribbons += _ribbons(sender, receiver, count, columns, tiers)
    return Graph(direction, tiers, columns, tuple(ribbons), sum(one.count for one in found))


def _bars(ends: Iterable[Node], snapshot: Snapshot) -> dict[int, Bar]:
    """The bar of every institution, in the order of counties and pinyin."""
    ordered = sorted(ends, key=lambda node: (node.county, node.name_pinyin, node.id))
    crowded = {tier for tier in Tier if sum(node.tier is tier for node in ordered) > MOST}
    shared: dict[tuple[Tier, str], Bar] = {}
    found = {}
    for node in ordered:
        if node.tier not in crowded:
            found[node.id] = Bar(node.tier, short_name(node), node.code, node.county)
            continue
        bar = shared.get((node.tier, node.county))
        if bar is None:
            name = region_name(snapshot, node.county)
            bar = shared[node.tier, node.county] = Bar(node.tier, name, "", node.county, institutions=0)
        bar.institutions += 1
        found[node.id] = bar
    return found


def _merged(found: Iterable[Flow], bars: dict[int, Bar]) -> dict[tuple[Bar, Bar], int]:
    counts: dict[tuple[Bar, Bar], int] = {}
    for one in found:
        ends = (bars[one.sender_id], bars[one.receiver_id])
        counts[ends] = counts.get(ends, 0) + one.count
        ends[0].sent += one.count
        ends[1].received += one.count
    return counts


def _ribbons(
    sender: Bar, receiver: Bar, count: int, columns: tuple[list[Bar], ...], tiers: tuple[Tier, ...]
) -> list[Ribbon]:
    """One ribbon for each step from column to column, through a lane in every column between."""
    first, last = tiers.index(sender.tier), tiers.index(receiver.tier)
    lanes = [Bar(tiers[place], county=sender.county) for place in range(first + 1, last)]
    for place, lane in enumerate(lanes, first + 1):
        columns[place].append(lane)
    stations = [sender, *lanes, receiver]
    found = []
    for source, target in pairwise(stations):
        ribbon = Ribbon(source, target, sender, receiver, count)
        source.out.append(ribbon)
        target.into.append(ribbon)
        found.append(ribbon)
    return found
