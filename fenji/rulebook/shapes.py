"""What a value may look like: a test that says which part is wrong, what was expected, and how it reads in words."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

Names = Mapping[str, tuple[str, str]]  # code to Chinese and English


@dataclass(frozen=True)
class Fault:
    """`where` is the path inside the value ("" is the whole), `expected` what should stand there."""

    where: str
    expected: str


@dataclass(frozen=True)
class Shape:
    """`expected` is for a person who writes a value; `words` says a good one in Chinese or English.

    `choices`, where there are few values, are all of them with their words.
    """

    expected: str
    fault: Callable[[Any], Fault | None]
    words: Callable[[Any, bool], str]
    choices: tuple[Any, ...] = ()

    def fits(self, value: Any) -> bool:
        return self.fault(value) is None


def simple(
    expected: str,
    fits: Callable[[Any], bool],
    words: Callable[[Any, bool], str],
    choices: tuple[Any, ...] = (),
) -> Shape:
    """A shape without parts."""
    return Shape(expected, lambda value: None if fits(value) else Fault("", expected), words, choices)


def is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def whole(low: int, high: int, unit: str, unit_en: str) -> Shape:
    return simple(
        f"{low} 到 {high} 的整数（{unit}）",
        lambda value: is_whole(value, low, high),
        lambda value, english: f"{value} {unit_en if english else unit}",
    )


def one_of(names: Names) -> Shape:
    return simple(
        "、".join(f'"{code}"（{name}）' for code, (name, _) in names.items()) + " 之一",
        lambda value: isinstance(value, str) and value in names,
        lambda value, english: names[value][english],
        tuple(names),
    )


def ordering_of(names: Names) -> Shape:
    return simple(
        "、".join(f'"{code}"' for code in names) + " 的一个排列",
        lambda value: isinstance(value, list) and sorted(map(str, value)) == sorted(names),
        lambda value, english: (" → ").join(names[code][english] for code in value),
    )


def some_of(names: Names) -> Shape:
    """A list without repetition; empty is allowed."""

    def known(one: Any) -> bool:
        return isinstance(one, str) and one in names

    return simple(
        "由 " + "、".join(f'"{code}"' for code in names) + " 中若干项组成的列表，不重复",
        lambda value: isinstance(value, list) and len(set(map(str, value))) == len(value) and all(map(known, value)),
        lambda value, english: _joined([names[code][english] for code in value], english),
    )


def by(names: Names, inner: Shape) -> Shape:
    """A table that says something for each of `names`, no more and no fewer."""

    def fault(value: Any) -> Fault | None:
        if not isinstance(value, dict) or set(value) != set(names):
            return Fault("", "恰有 " + "、".join(names) + f" 各项，每项为{inner.expected}")
        return _first_fault((code, inner.fault(value[code])) for code in names)

    def words(value: Any, english: bool) -> str:
        said = {code: inner.words(value[code], english) for code in names}
        if len(set(said.values())) == 1:
            return next(iter(said.values()))
        parts = [f"{names[code][english]} {text}" for code, text in said.items()]
        return ("; " if english else "；").join(parts)

    return Shape("、".join(names) + f" 各项，每项为{inner.expected}", fault, words)


def record(fields: Mapping[str, tuple[str, str, Shape]]) -> Shape:
    """A table of named parts, each with its own shape."""
    expected = "{ " + ", ".join(f"{code} = {shape.expected}" for code, (_, _, shape) in fields.items()) + " }"

    def fault(value: Any) -> Fault | None:
        if not isinstance(value, dict) or set(value) != set(fields):
            return Fault("", expected)
        return _first_fault((code, shape.fault(value[code])) for code, (_, _, shape) in fields.items())

    def words(value: Any, english: bool) -> str:
        parts = ((fields[code][english], fields[code][2].words(value[code], english)) for code in fields)
        return (", " if english else "，").join(f"{name} {text}" for name, text in parts)

    return Shape(expected, fault, words)


def rows(inner: Shape, *, ordered_by: str = "", least: int = 0) -> Shape:
    """A list of tables; where `ordered_by` names a part of them, that part rises from row to row."""
    expected = f"{inner.expected} 的列表" + (f"，按 {ordered_by} 由小到大" if ordered_by else "")

    def fault(value: Any) -> Fault | None:
        if not isinstance(value, list) or len(value) < least:
            return Fault("", expected)
        found = _first_fault((str(number), inner.fault(one)) for number, one in enumerate(value, start=1))
        if found or not ordered_by:
            return found
        keys = [one[ordered_by] for one in value]
        return None if all(a < b for a, b in itertools.pairwise(keys)) else Fault("", expected)

    return Shape(
        expected, fault, lambda value, english: _joined([inner.words(one, english) for one in value], english, "；")
    )


def checked(shape: Shape, expected: str, holds: Callable[[Any], bool]) -> Shape:
    """A shape with one more condition that spans its parts."""

    def fault(value: Any) -> Fault | None:
        return shape.fault(value) or (None if holds(value) else Fault("", expected))

    return Shape(f"{shape.expected}；{expected}", fault, shape.words)


def yuan(cents: int) -> str:
    """An amount in yuan, with cents only where there are some."""
    whole_yuan, rest = divmod(cents, 100)
    return f"{whole_yuan:,}" + (f".{rest:02}" if rest else "")


def percent(permille: int) -> str:
    return f"{permille // 10}" + (f".{permille % 10}" if permille % 10 else "") + "%"


def _first_fault(found: Any) -> Fault | None:
    for name, fault in found:
        if fault:
            return Fault(f"{name}.{fault.where}".rstrip("."), fault.expected)
    return None


def _joined(words: list[str], english: bool, mark: str = "、") -> str:
    if not words:
        return "(none)" if english else "（无）"
    return ({"、": ", ", "；": "; "}[mark] if english else mark).join(words)


def _is_hours(value: Any) -> bool:
    """More than nothing, in whole minutes."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= 24 * 366 and (value * 60) == int(value * 60)


def _is_windows(value: Any) -> bool:
    try:
        flat = [time.fromisoformat(moment) for opens, closes in value for moment in (opens, closes)]
    except (TypeError, ValueError):
        return False
    return bool(flat) and all(a < b for a, b in itertools.pairwise(flat))


YES_NO = simple(
    "true 或 false",
    lambda value: isinstance(value, bool),
    lambda value, english: ("yes" if value else "no") if english else ("是" if value else "否"),
    (True, False),
)
PERMILLE = simple(
    "0 到 1000 的整数（千分之几）", lambda value: is_whole(value, 0, 1000), lambda value, _: percent(value)
)
MOST_CENTS = 10**12
CENTS = simple(
    f"0 到 {MOST_CENTS} 的整数（分）",
    lambda value: is_whole(value, 0, MOST_CENTS),
    lambda value, english: f"{yuan(value)} yuan" if english else f"{yuan(value)} 元",
)
SPAN = simple(
    "{ hours = 大于零且合整分钟, working = true 或 false }",
    lambda value: (
        isinstance(value, dict)
        and set(value) == {"hours", "working"}
        and isinstance(value["working"], bool)
        and _is_hours(value["hours"])
    ),
    lambda value, english: (
        f"{value['hours']:g} {'working hours' if value['working'] else 'hours'}"
        if english
        else f"{value['hours']:g} {'工作' if value['working'] else ''}小时"
    ),
)
WINDOWS = simple(
    '时段列表，如 [["08:00", "12:00"], ["14:30", "17:30"]]，先后有序、互不重叠',
    _is_windows,
    lambda value, english: _joined(["–".join(window) for window in value], english),
)
