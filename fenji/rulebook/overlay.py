"""One policy laid over another, row by row: where the upper says something on a day, the lower is silent that day.

Rows are plain content with `from` and `until` as ISO days, `until` empty while the end is open.
"""

from typing import Any

Row = dict[str, Any]
Values = dict[str, list[Row]]
FOREVER = "9999-12-31"  # sorts after every day a policy may name


def lay_over(lower: Values, upper: Values) -> Values:
    """Every key of both; of a key that both have, the upper's rows and what they leave of the lower's."""
    return {key: join(lower.get(key, []), upper.get(key, [])) for key in sorted({*lower, *upper})}


def join(lower: list[Row], upper: list[Row]) -> list[Row]:
    """The upper's rows whole, the lower's cut to the days that no upper row covers; in order of date."""
    kept = lower
    for row in upper:
        kept = [piece for old in kept for piece in _cut(old, row)]
    return sorted([*kept, *upper], key=lambda row: str(row["from"]))


def _cut(old: Row, new: Row) -> list[Row]:
    """What is left of `old` before and after `new`."""
    pieces = []
    if old["from"] < new["from"]:
        pieces.append({**old, "until": min(_end(old), new["from"])})
    if new["until"] and new["until"] < _end(old):
        pieces.append({**old, "from": max(old["from"], new["until"])})
    return [{**piece, "until": "" if piece["until"] == FOREVER else piece["until"]} for piece in pieces]


def _end(row: Row) -> str:
    return str(row["until"]) or FOREVER
