"""The map: county outlines, institutions where they stand, ties as lines; the crowded town centre again, enlarged.

Degrees become SVG units by an equirectangular projection at the middle latitude, accurate to a pixel at this size.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

from fenji.apps.registry.snapshot import Node
from fenji.kernel.tiers import LinkKind, Tier
from fenji.web.networkmap.outlines import Ring
from fenji.web.networkmap.selection import Shown
from fenji.web.presenters.names import short_name

WIDTH, MARGIN = 760.0, 18.0
LETTER, LINE = 11.5, 14.0  # width and height of a Chinese character of a label
DETAIL = 480.0  # side of the enlargement
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Pin:
    node: Node
    x: float
    y: float
    label_x: float = 0
    label_y: float = 0
    anchor: str = ""  # start or end; "" when no room was left for a label


@dataclass(frozen=True)
class Line:
    kind: LinkKind
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Outline:
    code: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Detail:
    """A part of the map again, enlarged: the square it is taken from, and what lies in it at the larger scale."""

    from_x: float
    from_y: float
    from_size: float
    size: float
    pins: tuple[Pin, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Map:
    width: float
    height: float
    outlines: tuple[Outline, ...]
    pins: tuple[Pin, ...]
    lines: tuple[Line, ...]
    detail: Detail | None


class _Projection:
    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self.west, self.north = min(xs), max(ys)
        self.squeeze = cos(radians((min(ys) + max(ys)) / 2))
        self.scale = (WIDTH - 2 * MARGIN) / ((max(xs) - min(xs)) * self.squeeze or 1)
        self.height = (max(ys) - min(ys)) * self.scale + 2 * MARGIN

    def __call__(self, longitude: float, latitude: float) -> tuple[float, float]:
        x = MARGIN + (longitude - self.west) * self.squeeze * self.scale
        return x, MARGIN + (self.north - latitude) * self.scale


def draw(shown: Shown, rings: Mapping[str, tuple[Ring, ...]], names: Mapping[str, str]) -> Map:
    """The map of what is shown; institutions without coordinates are in the list only."""
    placed = [node for node in shown.nodes if node.longitude is not None and node.latitude is not None]
    corners = [point for polygons in rings.values() for ring in polygons for point in ring]
    project = _Projection(
        corners or [(node.longitude or 0.0, node.latitude or 0.0) for node in placed] or [(0, 0), (1, 1)]
    )
    spots = {node.id: project(node.longitude or 0, node.latitude or 0) for node in placed}
    detail = _detail(placed, spots, shown)
    inside = {pin.node.id for pin in detail.pins} if detail else set()
    boxes = [_around(x, y) for x, y in spots.values()]
    pins = _labelled([Pin(node, *spots[node.id]) for node in placed], boxes, quiet=inside)
    shapes = tuple(_outline(code, names.get(code, ""), polygons, project, boxes) for code, polygons in rings.items())
    return Map(WIDTH, project.height, shapes, pins, _lines(shown, spots), detail)


def _outline(code: str, name: str, polygons: Iterable[Ring], project: _Projection, boxes: list[Box]) -> Outline:
    rings = [[project(*point) for point in ring] for ring in polygons]
    largest = max(rings, key=len)
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    x = sum(x for x, _ in largest) / len(largest)
    y = sum(y for _, y in largest) / len(largest)
    return Outline(code, name, path, *_free_spot(x, y, _width(name), boxes))


def _free_spot(x: float, y: float, length: float, boxes: list[Box]) -> tuple[float, float]:
    """A place for a county's name near (x, y) that covers no label; (x, y) itself if all around is taken."""
    half = length * 1.05  # county names are printed twice as large as labels
    for reach in range(0, 120, 10):
        for across, down in ((0, 0), (0, -1), (-1, 0), (1, 0), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)):
            spot = (x + across * reach, y + down * reach)
            box = (spot[0] - half, spot[1] - 20, spot[0] + half, spot[1] + 6)
            if not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                return spot
    return x, y


def _lines(shown: Shown, spots: Mapping[int, tuple[float, float]]) -> tuple[Line, ...]:
    """Advice that everybody gets is not drawn as lines: it would hide the rest."""
    return tuple(
        Line(tie.kind, *spots[tie.upper], *spots[tie.lower])
        for tie in shown.ties
        if tie.upper in spots and tie.lower in spots and tie.kind != LinkKind.GUIDANCE
    )


def _detail(placed: Sequence[Node], spots: Mapping[int, tuple[float, float]], shown: Shown) -> Detail | None:
    """The square around the city's own institutions, enlarged."""
    city = [spots[node.id] for node in placed if node.tier == Tier.CITY]
    if len(city) < 2:
        return None
    middle_x, middle_y = (sum(axis) / len(city) for axis in zip(*city, strict=True))
    half = max(max(abs(x - middle_x), abs(y - middle_y)) for x, y in city) + 10
    zoom = DETAIL / (2 * half)
    near = {i: ((x - middle_x + half) * zoom, (y - middle_y + half) * zoom) for i, (x, y) in spots.items()}
    near = {i: (x, y) for i, (x, y) in near.items() if 0 <= x <= DETAIL and 0 <= y <= DETAIL}
    boxes = [_around(x, y) for x, y in near.values()]
    pins = _labelled([Pin(node, *near[node.id]) for node in placed if node.id in near], boxes, right=DETAIL)
    return Detail(middle_x - half, middle_y - half, 2 * half, DETAIL, pins, _lines(shown, near))


def _labelled(
    pins: Sequence[Pin], boxes: list[Box], *, quiet: Iterable[int] = (), right: float = WIDTH
) -> tuple[Pin, ...]:
    """Give each pin a label beside it where there is room, the higher tiers first; those in `quiet` get none.

    `boxes` are the places taken; the labels' are added.
    """
    skipped, found = set(quiet), []
    for pin in sorted(pins, key=lambda one: (-one.node.tier, one.node.code)):
        found.append(pin if pin.node.id in skipped else _label(pin, boxes, right))
    return tuple(found)


def _label(pin: Pin, boxes: list[Box], right: float) -> Pin:
    length = _width(short_name(pin.node))
    for lift in (4.0, -5.0, 13.0, -12.0, 20.0):
        for anchor, start in (("start", pin.x + 9), ("end", pin.x - 9 - length)):
            box = (start, pin.y + lift - LINE + 3, start + length, pin.y + lift + 3)
            if box[0] > 2 and box[2] < right - 2 and not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                x = pin.x + 9 if anchor == "start" else pin.x - 9
                return Pin(pin.node, pin.x, pin.y, x, pin.y + lift, anchor)
    return pin


def _width(label: str) -> float:
    """A Latin letter is about half as wide as a Chinese character."""
    return sum(LETTER / 2 if sign.isascii() else LETTER for sign in label)


def _around(x: float, y: float) -> Box:
    """What a pin's shape takes up."""
    return x - 6, y - 6, x + 6, y + 6


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
