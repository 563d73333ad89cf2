"""Weekly figures as small column charts: geometry for an inline SVG, no colours and no styles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fenji.apps.indicators.definitions import Definition, Unit
from fenji.apps.indicators.figures import Figure, Figures

CHARTS = ("sent_up", "sent_down", "on_time", "to_arrival", "no_show", "refused_share")
WIDTH, HEIGHT, TOP, FLOOR = 360.0, 132.0, 20.0, 106.0  # SVG units; the axis lies at FLOOR
GAP = 0.28  # of a column's stretch


@dataclass(frozen=True)
class Column:
    """One week; `words` is empty where nothing was measured."""

    week: date
    x: float
    y: float
    width: float
    height: float
    words: str
    is_present: bool  # the week under way is not over

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def label_y(self) -> float:
        return round(self.y - 4, 1)


@dataclass(frozen=True)
class Chart:
    definition: Definition
    columns: tuple[Column, ...]
    floor: float = FLOOR
    width: float = WIDTH
    height: float = HEIGHT


def charts(weeks: Mapping[date, Figures]) -> list[Chart]:
    """One chart for each of `CHARTS`, weeks from left to right."""
    return [_chart(code, weeks) for code in CHARTS]


def _chart(code: str, weeks: Mapping[date, Figures]) -> Chart:
    found = {week: values[code] for week, values in weeks.items()}
    definition = next(iter(found.values())).definition
    top = 1000.0 if definition.unit is Unit.SHARE else max((one.value or 0 for one in found.values()), default=0)
    stretch = WIDTH / len(found)
    last = max(found)
    columns = tuple(
        _column(week, figure, place * stretch, stretch, top or 1, is_present=week == last)
        for place, (week, figure) in enumerate(sorted(found.items()))
    )
    return Chart(definition, columns)


def _column(week: date, figure: Figure, x: float, stretch: float, top: float, *, is_present: bool) -> Column:
    value = figure.value
    height = 0 if value is None else (FLOOR - TOP) * value / top
    width = stretch * (1 - GAP)
    left = x + stretch * GAP / 2
    y = FLOOR - height
    return Column(
        week,
        round(left, 1),
        round(y, 1),
        round(width, 1),
        round(height, 1),
        words=_words(figure),
        is_present=is_present,
    )


def _words(figure: Figure) -> str:
    if figure.value is None:
        return ""
    if figure.definition.unit is Unit.SHARE:
        return f"{figure.value / 10:.0f}%"
    return f"{figure.value:.0f}"
