"""Small figures as geometry for server-drawn SVG: sparklines and bars. No colours here; classes carry them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    permille: int  # length, of the longest bar
    href: str = ""


def sparkline(values: Sequence[float], *, width: int = 120, height: int = 28, margin: int = 3) -> str:
    """Points of an SVG polyline, first value left. A flat row lies in the middle; below two values, nothing."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    step = (width - 2 * margin) / (len(values) - 1)
    reach = height - 2 * margin

    def y(value: float) -> float:
        share = 0.5 if high == low else (value - low) / (high - low)
        return margin + reach * (1 - share)

    return " ".join(f"{margin + i * step:.1f},{y(value):.1f}" for i, value in enumerate(values))


def bars(rows: Sequence[tuple[str, int] | tuple[str, int, str]]) -> list[Bar]:
    """Bars as long as their share of the largest value; rows are (label, value) or (label, value, address)."""
    longest = max((row[1] for row in rows), default=0)
    return [
        Bar(row[0], row[1], 0 if longest <= 0 else round(1000 * row[1] / longest), row[2] if len(row) > 2 else "")
        for row in rows
    ]
