"""One policy over another, row by row: every day is said once, the upper goes before, nothing of the lower is lost."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fenji.rulebook.overlay import join, lay_over

FIRST = date(2015, 1, 1)


def row(begins: int, ends: int | None, value: str) -> dict[str, Any]:
    """A row in force from day `begins` to day `ends` after `FIRST`; None leaves the end open."""
    until = "" if ends is None else (FIRST + timedelta(ends)).isoformat()
    return {"from": (FIRST + timedelta(begins)).isoformat(), "until": until, "value": value}


def says(rows: list[dict[str, Any]], day: int) -> list[str]:
    on = (FIRST + timedelta(day)).isoformat()
    return [one["value"] for one in rows if one["from"] <= on and (not one["until"] or on < one["until"])]


def test_the_upper_cuts_the_lower_where_it_speaks() -> None:
    assert join([row(0, None, "nation")], [row(10, 20, "city")]) == [
        row(0, 10, "nation"), row(10, 20, "city"), row(20, None, "nation"),
    ]  # fmt: skip


def test_an_open_upper_ends_the_lower() -> None:
    assert join([row(0, None, "nation")], [row(10, None, "city")]) == [row(0, 10, "nation"), row(10, None, "city")]


def test_what_lies_outside_is_untouched() -> None:
    lower = [row(0, 5, "a"), row(5, 10, "b")]
    assert join(lower, [row(10, None, "city")]) == [*lower, row(10, None, "city")]
    assert join(lower, []) == lower and join([], lower) == lower


def test_keys_of_either_side_are_kept() -> None:
    both = lay_over({"x": [row(0, None, "a")]}, {"y": [row(0, None, "b")]})
    assert both == {"x": [row(0, None, "a")], "y": [row(0, None, "b")]}


@st.composite
def histories(draw: st.DrawFn, name: str) -> list[dict[str, Any]]:
    """Rows that do not overlap, the last perhaps open."""
    days = sorted(draw(st.sets(st.integers(0, 60), min_size=0, max_size=6)))
    rows = [row(days[i], days[i + 1], f"{name}{i}") for i in range(0, len(days) - 1, 2)]
    if len(days) % 2:
        rows.append(row(days[-1], None, f"{name}last"))
    return rows


@given(histories("low"), histories("up"))
def test_on_every_day_the_upper_speaks_first_and_else_the_lower(
    lower: list[dict[str, Any]], upper: list[dict[str, Any]]
) -> None:
    joined = join(lower, upper)
    for day in range(62):
        assert says(joined, day) == (says(upper, day) or says(lower, day))
    assert joined == sorted(joined, key=lambda one: one["from"])
