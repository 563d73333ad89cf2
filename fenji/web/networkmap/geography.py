"""The map: county outlines, institutions where they stand, ties as lines; the crowded town centre again, enlarged.

Degrees become SVG units by an equirectangular projection at the city's middle latitude, accurate to a pixel at this size.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

from fenji.apps.registry.snapshot import Node
from fenji.kernel.tiers import LinkKind, Tier
from fenji.web.networkmap.outlines import Ring
from fenji.web.networkmap.selection import Shown

WIDTH, MARGIN = 760.0, 18.0
LETTER, LINE = 11.5, 14.0  # width and height of a Chinese character of a label
DETAIL = 300.0  # side of the enlargement


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
    """A part of the map again, enlarged: where it is taken from and where it is drawn."""

    from_x: float
    from_y: float
    from_size: float
    x: float
    y: float
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
    project = _Projection(corners or [(node.longitude or 0.0, node.latitude or 0.0) for node in placed] or [(0, 0), (1, 1)])
    spots = {node.id: project(node.longitude or 0, node.latitude or 0) for node in placed}
    detail = _detail(placed, spots, shown, project.height)
    inside = {pin.node.id for pin in detail.pins} if detail else set()
    pins = _labelled([Pin(node, *spots[node.id]) for node in placed], quiet=inside)
    outlines = tuple(_outline(code, names.get(code, ""), polygons, project) for code, polygons in rings.items())
    return Map(WIDTH, project.height, outlines, pins, _lines(shown, spots), detail)


def _outline(code: str, name: str, polygons: Iterable[Ring], project: _Projection) -> Outline:
    rings = [[project(*point) for point in ring] for ring in polygons]
    largest = max(rings, key=len)
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    x = sum(x for x, _ in largest) / len(largest)
    return Outline(code, name, path, x, sum(y for _, y in largest) / len(largest))


def _lines(shown: Shown, spots: Mapping[int, tuple[float, float]]) -> tuple[Line, ...]:
    """Advice that everybody gets is not drawn as lines: it would hide the rest."""
    return tuple(
        Line(tie.kind, *spots[tie.upper], *spots[tie.lower])
        for tie in shown.ties
        if tie.upper in spots and tie.lower in spots and tie.kind != LinkKind.GUIDANCE
    )


def _detail(
    placed: Sequence[Node], spots: Mapping[int, tuple[float, float]], shown: Shown, height: float
) -> Detail | None:
    """The square around the city's own institutions, enlarged into the corner where the sea is."""
    city = [spots[node.id] for node in placed if node.tier == Tier.CITY]
    if len(city) < 2:
        return None
    middle_x, middle_y = (sum(axis) / len(city) for axis in zip(*city, strict=True))
    half = max(max(abs(x - middle_x), abs(y - middle_y)) for x, y in city) + 10
    near = {i: spot for i, spot in spots.items() if abs(spot[0] - middle_x) <= half and abs(spot[1] - middle_y) <= half}
    left, top = WIDTH - DETAIL - 2, height - DETAIL - 2
    zoom = DETAIL / (2 * half)
    moved = {i: (left + (x - middle_x + half) * zoom, top + (y - middle_y + half) * zoom) for i, (x, y) in near.items()}
    pins = _labelled([Pin(node, *moved[node.id]) for node in placed if node.id in moved], right=WIDTH - 4)
    return Detail(
        middle_x - half, middle_y - half, 2 * half, left, top, DETAIL, pins, _lines(shown, moved)
    )


def _labelled(pins: Sequence[Pin], *, quiet: Iterable[int] = (), right: float = WIDTH) -> tuple[Pin, ...]:
    """Give each pin a label beside it where there is room, the higher tiers first; those in `quiet` get none."""
    boxes = [(pin.x - 6, pin.y - 6, pin.x + 6, pin.y + 6) for pin in pins]
    skipped, found = set(quiet), []
    for pin in sorted(pins, key=lambda one: (-one.node.tier, one.node.code)):
        found.append(pin if pin.node.id in skipped else _label(pin, boxes, right))
    return tuple(found)


def _label(pin: Pin, boxes: list[tuple[float, float, float, float]], right: float) -> Pin:
    length = len(pin.node.short_name) * LETTER
    for lift in (4.0, -5.0, 13.0, -12.0, 20.0):
        for anchor, start in (("start", pin.x + 9), ("end", pin.x - 9 - length)):
            box = (start, pin.y + lift - LINE + 3, start + length, pin.y + lift + 3)
            if box[0] > 2 and box[2] < right and not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                x = pin.x + 9 if anchor == "start" else pin.x - 9
                return Pin(pin.node, pin.x, pin.y, x, pin.y + lift, anchor)
    return pin


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
