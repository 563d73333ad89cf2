"""Ties as lines: those from one institution to several of one county and tier run together, like an underground line.

A curve leads to a rail beside the column, and a short branch from it to each. Nearer lanes for the closer ties.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import groupby

from fenji.apps.registry.snapshot import Tie
from fenji.kernel.tiers import LinkKind, Tier
from fenji.web.networkmap.shapes import Chip, Leader, Rail

LANE, FIRST_LANE, CORNER = 8.0, 12.0, 5.0
LEADERS = 8  # colours of leaders in network.css
LINES = (LinkKind.GROUP, LinkKind.ASSISTANCE, LinkKind.SPECIALTY, LinkKind.GUIDANCE, LinkKind.VILLAGE)


def leaders(chips: dict[int, Chip], ties: Sequence[Tie]) -> tuple[Leader, ...]:
    drawn = [tie for tie in ties if tie.upper in chips and tie.lower in chips]
    lanes: dict[tuple[str, Tier, bool], int] = defaultdict(int)
    rails: dict[int, list[Rail]] = defaultdict(list)
    for (_, upper, county, tier), members in groupby(sorted(drawn, key=_bundle(chips)), key=_bundle(chips)):
        bundle = list(members)
        targets = sorted((chips[tie.lower] for tie in bundle), key=lambda chip: chip.y)
        place = (county, tier, targets[0].x > 0)
        rails[upper].append(_rail(chips[upper], targets, bundle[0].kind, lanes[place]))
        lanes[place] += 1
    order = sorted(rails, key=lambda i: (-chips[i].node.tier, chips[i].y))
    return tuple(Leader(chips[i], index % LEADERS, tuple(rails[i])) for index, i in enumerate(order))


def _bundle(chips: dict[int, Chip]) -> Callable[[Tie], tuple[int, int, str, Tier]]:
    """Ties with the same key run on one rail."""

    def key(tie: Tie) -> tuple[int, int, str, Tier]:
        lower = chips[tie.lower].node
        return (LINES.index(tie.kind), tie.upper, lower.county, lower.tier)

    return key


def _rail(upper: Chip, targets: Sequence[Chip], kind: LinkKind, lane: int) -> Rail:
    """From the upper's edge in a curve to the rail, along it, and a rounded branch to each target."""
    side = 1 if targets[0].x > upper.x else -1
    start_x = upper.right if side > 0 else upper.x
    edge = targets[0].x if side > 0 else targets[0].right
    rail_x = edge - side * (FIRST_LANE + LANE * lane)
    low, high = targets[0].y, targets[-1].y
    join = min(max(upper.y, low), high)
    bend = (rail_x - start_x) / 2
    curve = f"C{start_x + bend:.1f} {upper.y:.1f} {rail_x - bend:.1f} {join:.1f} {rail_x:.1f} {join:.1f}"
    branches = [_branch(rail_x, join, edge, target.y, side) for target in targets]
    path = f"M{start_x:.1f} {upper.y:.1f}{curve}{''.join(branches)}"
    return Rail(kind, path, tuple(target.node.id for target in targets))


def _branch(rail_x: float, join: float, edge: float, y: float, side: int) -> str:
    """Along the rail from where the trunk joins it, round the corner, to the edge of a target."""
    away = y - join
    if abs(away) < CORNER:
        return f"M{rail_x:.1f} {join:.1f}L{edge:.1f} {y:.1f}"
    down = CORNER if away > 0 else -CORNER
    corner = f"Q{rail_x:.1f} {y:.1f} {rail_x + side * CORNER:.1f} {y:.1f}"
    return f"M{rail_x:.1f} {join:.1f}V{y - down:.1f}{corner}H{edge:.1f}"
