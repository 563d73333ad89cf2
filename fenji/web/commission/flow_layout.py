"""Places for bars and ribbons: bars beside those they are tied to, no label over another, width as the count."""

from dataclasses import dataclass

from fenji.kernel.referral import Direction
from fenji.kernel.tiers import Tier
from fenji.web.commission.flowing import Bar, Graph, Ribbon

BAR, LABEL, GAP, TOP, FOOT = 10.0, 18.0, 8.0, 30.0, 8.0  # SVG units, about a pixel
TALLEST = 260.0  # of all ribbons of a column together
THICKEST, THINNEST = 11.0, 2.0  # one referral's share
LETTER = 12.0  # width of a Chinese character of a label
SWEEPS = 4


@dataclass(frozen=True)
class Heading:
    tier: Tier
    x: float
    anchor: str


@dataclass(frozen=True)
class Drawing:
    direction: Direction
    total: int
    width: float
    height: float
    headings: tuple[Heading, ...]
    bars: tuple[Bar, ...]
    ribbons: tuple[Ribbon, ...]
    bar_width: float = BAR


def drawing(graph: Graph, *, width: float) -> Drawing:
    """Lay a graph out; a graph is laid out once, its bars keep their places."""
    unit = _unit(graph)
    for column in graph.columns:
        for bar in column:
            bar.height = round(max(_thickness(bar.into, unit), _thickness(bar.out, unit), THINNEST), 1)
    _order(graph)
    height = max((_height(column) for column in graph.columns), default=0) + TOP + FOOT
    count = len(graph.columns)
    for place, column in enumerate(graph.columns):
        _stand(column, _x(place, count, width), height, _anchor(place, count), _letters(count, width))
    for ribbon in graph.ribbons:
        ribbon.path = _path(ribbon, unit)
    headings = tuple(_heading(tier, place, count, width) for place, tier in enumerate(graph.tiers))
    bars = tuple(bar for column in graph.columns for bar in column if bar.name)
    return Drawing(graph.direction, graph.total, width, height, headings, bars, graph.ribbons)


def _unit(graph: Graph) -> float:
    """Thickness of one referral, so that the fullest column is not too tall."""
    fullest = max((sum(max(bar.sent, bar.received) for bar in column) for column in graph.columns), default=0)
    return min(THICKEST, TALLEST / fullest) if fullest else THICKEST


def _thickness(ribbons: list[Ribbon], unit: float) -> float:
    return sum(max(THINNEST, one.count * unit) for one in ribbons)


def _order(graph: Graph) -> None:
    """A few sweeps there and back, each putting bars at the mean place of what they are tied to."""
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for column in graph.columns if forward else reversed(graph.columns):
            rank = {bar: place for one in graph.columns for place, bar in enumerate(one)}
            means = {bar: _mean(bar, rank, forward=forward) for bar in column}
            column.sort(key=lambda bar: means[bar])


def _mean(bar: Bar, rank: dict[Bar, int], *, forward: bool) -> float:
    tied = [(one.source if forward else one.target, one.count) for one in (bar.into if forward else bar.out)]
    total = sum(count for _, count in tied)
    return sum(rank[other] * count for other, count in tied) / total if total else rank[bar]


def _height(column: list[Bar]) -> float:
    return sum(bar.height + GAP + (LABEL if bar.name else 0) for bar in column)


def _stand(column: list[Bar], x: float, height: float, anchor: str, letters: int) -> None:
    """Bars of a column one below the other, the column in the middle of the height."""
    y = TOP + (height - TOP - FOOT - _height(column)) / 2
    for bar in column:
        y += LABEL if bar.name else 0
        bar.x, bar.y, bar.anchor = x, round(y, 1), anchor
        bar.label_x = {"start": x, "middle": x + BAR / 2, "end": x + BAR}[anchor]
        bar.label_y = round(y - 5, 1)
        room = letters * 2 if bar.name.isascii() else letters  # Latin letters are half as wide
        bar.label = bar.name if len(bar.name) <= room else f"{bar.name[: room - 1]}…"
        y += bar.height + GAP
    for bar in column:
        bar.into.sort(key=lambda one: one.source.y)
        bar.out.sort(key=lambda one: one.target.y)


def _path(ribbon: Ribbon, unit: float) -> str:
    """A band from the right edge of one bar to the left edge of the next."""
    thick = max(THINNEST, ribbon.count * unit)
    left, right = ribbon.source.x + BAR, ribbon.target.x
    through = 0 if ribbon.target.name else BAR  # a lane has no bar: the ribbon fills the gap
    start = ribbon.source.y + _before(ribbon.source.out, ribbon, unit)
    end = ribbon.target.y + _before(ribbon.target.into, ribbon, unit)
    bend = (left + right) / 2
    there = f"M{left:.1f} {start:.1f}C{bend:.1f} {start:.1f} {bend:.1f} {end:.1f} {right:.1f} {end:.1f}"
    start, end = start + thick, end + thick
    return (
        f"{there}h{through}V{end:.1f}H{right:.1f}C{bend:.1f} {end:.1f} {bend:.1f} {start:.1f} {left:.1f} {start:.1f}Z"
    )


def _before(ribbons: list[Ribbon], ribbon: Ribbon, unit: float) -> float:
    return _thickness(ribbons[: ribbons.index(ribbon)], unit)


def _x(place: int, count: int, width: float) -> float:
    return round((width - BAR) * (place / (count - 1) if count > 1 else 0), 1)


def _anchor(place: int, count: int) -> str:
    return "start" if place == 0 else "end" if place == count - 1 else "middle"


def _letters(count: int, width: float) -> int:
    """How many characters of a name fit beside its number, when labels of all columns stand at one height."""
    return max(4, int((width / max(count, 1) - 44) / LETTER))


def _heading(tier: Tier, place: int, count: int, width: float) -> Heading:
    x, anchor = _x(place, count, width), _anchor(place, count)
    return Heading(tier, {"start": x, "middle": x + BAR / 2, "end": x + BAR}[anchor], anchor)
