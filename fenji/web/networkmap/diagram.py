"""The drawing by tier: city institutions in the middle, counties to both sides, the lowest tier outermost."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fenji.apps.registry.snapshot import Node, Tie
from fenji.kernel.tiers import LinkKind, Tier
from fenji.web.networkmap.rails import leaders
from fenji.web.networkmap.selection import Shown
from fenji.web.networkmap.shapes import Band, Chip, Diagram, Heading

ROW, BAND_HEAD, BAND_GAP, TOP = 27.0, 30.0, 22.0, 34.0
CITY_WIDTH, COUNTY_WIDTH, OUTER_WIDTH, VILLAGE_WIDTH = 132.0, 132.0, 162.0, 34.0
NEAR_GUTTER, FAR_GUTTER = 100.0, 120.0  # between city and county; between county and the lowest tier


@dataclass
class _County:
    code: str
    middle: list[Node] = field(default_factory=list)
    outer: list[Node] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return max(len(self.outer), len(self.middle) * 2, 2)

    @property
    def height(self) -> float:
        return BAND_HEAD + self.rows * ROW


def draw(shown: Shown, names: dict[str, str]) -> Diagram:
    """Lay everything out; `names` gives the counties' names by code."""
    counties, city = _counties(shown)
    left, right = _sides(counties)
    chips: dict[int, Chip] = {}
    bands = [*_lay_side(left, -1, shown, names, chips), *_lay_side(right, 1, shown, names, chips)]
    height = max((band.y + band.height for band in bands), default=TOP + 4 * ROW)
    _lay_city(city, shown.ties, height, chips)
    led = leaders(chips, shown.ties)
    leading = {leader.chip.node.id for leader in led}
    rest = tuple(chip for chip in chips.values() if chip.node.id not in leading)
    reach = CITY_WIDTH / 2 + NEAR_GUTTER + COUNTY_WIDTH + FAR_GUTTER + OUTER_WIDTH + VILLAGE_WIDTH + 14
    start = -reach if left else -CITY_WIDTH / 2 - 14
    return Diagram(start, reach - start, height + 12, tuple(bands), led, rest, _headings(bool(left), bool(right)))


def _counties(shown: Shown) -> tuple[list[_County], list[Node]]:
    """Counties with their institutions by column, and the institutions of the city."""
    found: dict[str, _County] = {}
    city = []
    for node in shown.nodes:
        if node.tier == Tier.CITY:
            city.append(node)
            continue
        county = found.setdefault(node.county, _County(node.county))
        (county.middle if node.tier == Tier.COUNTY else county.outer).append(node)
    above: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for tie in shown.ties:
        above[tie.lower].append((tie.kind, tie.upper))
    for county in found.values():  # neighbours on a rail stand beside each other
        county.outer.sort(key=lambda node: (node.region, sorted(above[node.id]), node.name_pinyin))
    return sorted(found.values(), key=lambda county: county.code), city


def _sides(counties: Sequence[_County]) -> tuple[list[_County], list[_County]]:
    """Counties on two sides of about equal height; a single one stands to the right."""
    left: list[_County] = []
    right: list[_County] = []
    for county in sorted(counties, key=lambda one: -one.height):
        side = left if sum(c.height for c in left) < sum(c.height for c in right) else right
        side.append(county)
    return sorted(left, key=lambda one: one.code), sorted(right, key=lambda one: one.code)


def _columns(side: int) -> tuple[float, float]:
    """Left edges of the county column and of the outer column, on the side -1 or 1; the city's middle is at 0."""
    middle = CITY_WIDTH / 2 + NEAR_GUTTER
    outer = middle + COUNTY_WIDTH + FAR_GUTTER
    return (middle, outer) if side > 0 else (-middle - COUNTY_WIDTH, -outer - OUTER_WIDTH)


def _lay_side(
    counties: Iterable[_County], side: int, shown: Shown, names: dict[str, str], chips: dict[int, Chip]
) -> list[Band]:
    middle_x, outer_x = _columns(side)
    start = min(middle_x, outer_x) - (VILLAGE_WIDTH + 6 if side < 0 else 8)
    width = OUTER_WIDTH + FAR_GUTTER + COUNTY_WIDTH + VILLAGE_WIDTH + 14
    bands, y = [], TOP
    for county in counties:
        bands.append(Band(county.code, names.get(county.code, county.code), start, y, width, county.height))
        first = y + BAND_HEAD + ROW / 2 - 4
        for row, node in enumerate(county.outer):
            village_x = outer_x + OUTER_WIDTH + 6 if side > 0 else outer_x - VILLAGE_WIDTH
            count = shown.villages.get(node.id, 0)
            chips[node.id] = Chip(node, outer_x, first + row * ROW, OUTER_WIDTH, count, village_x)
        _lay_middle(county, middle_x, first, shown.ties, chips)
        y += county.height + BAND_GAP
    return bands


def _lay_middle(county: _County, x: float, first: float, ties: Sequence[Tie], chips: dict[int, Chip]) -> None:
    """County institutions spread over the band, each near the middle of those it leads."""
    ordered = sorted(county.middle, key=lambda node: (_centre(node, ties, chips, 0), -len(node.departments), node.code))
    step = county.rows * ROW / max(len(ordered), 1)
    for index, node in enumerate(ordered):
        chips[node.id] = Chip(node, x, first - ROW / 2 + step * (index + 0.5), COUNTY_WIDTH)


def _lay_city(city: Sequence[Node], ties: Sequence[Tie], height: float, chips: dict[int, Chip]) -> None:
    ordered = sorted(city, key=lambda node: (_centre(node, ties, chips, height / 2), node.code))
    step = (height - TOP) / max(len(ordered), 1)
    for index, node in enumerate(ordered):
        chips[node.id] = Chip(node, -CITY_WIDTH / 2, TOP + step * (index + 0.5), CITY_WIDTH)


def _centre(node: Node, ties: Sequence[Tie], chips: dict[int, Chip], default: float) -> float:
    """Mean height of those an institution leads, advice apart: everybody gets that."""
    ys = [
        chips[tie.lower].y
        for tie in ties
        if tie.upper == node.id and tie.lower in chips and tie.kind != LinkKind.GUIDANCE
    ]
    return sum(ys) / len(ys) if ys else default


def _headings(left: bool, right: bool) -> tuple[Heading, ...]:
    found = [Heading(Tier.CITY, 0)]
    for side in ([-1] if left else []) + ([1] if right else []):
        middle, outer = _columns(side)
        found += [Heading(Tier.COUNTY, middle + COUNTY_WIDTH / 2), Heading(Tier.TOWNSHIP, outer + OUTER_WIDTH / 2)]
    return tuple(found)
