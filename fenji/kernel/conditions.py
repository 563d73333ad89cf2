"""Conditions on measures, as a small tree of plain data answering met, unmet or unknown (Kleene's three values).

A condition holds no code: only tests of one measure against one bound, joined by all, any and not. So the same tree can
later be run over arrays of residents and written as SQL. Written `{measure = "systolic", at_least = 180}`,
`{all = [...]}`, `{any = [...]}`, `{not = {...}}`.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Value = float | bool | str
Measures = Mapping[str, Value | None]  # absent or None: not known


class Answer(StrEnum):
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class ConditionError(ValueError):
    """A condition that is not well formed; the text says what is wrong and what was expected."""


NUMERIC: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "above": operator.gt,
    "at_most": operator.le,
    "below": operator.lt,
}
EXACT: dict[str, Callable[[Any, Any], bool]] = {"is": operator.eq, "among": lambda value, bound: value in bound}
OPERATORS = NUMERIC | EXACT


@dataclass(frozen=True)
class Comparison:
    """One measure against one bound; `among` has a tuple of words as bound."""

    measure: str
    operator: str
    bound: Value | tuple[str, ...]


@dataclass(frozen=True)
class All:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    part: "Condition"


Condition = Comparison | All | AnyOf | Not
_OPPOSITE = {Answer.MET: Answer.UNMET, Answer.UNMET: Answer.MET, Answer.UNKNOWN: Answer.UNKNOWN}


def parse(data: Any) -> Condition:
    """The condition that plain data (TOML, JSON) describes. Raises ConditionError."""
    match data:
        case {"all": [_, *_] as parts} if len(data) == 1:
            return All(tuple(parse(part) for part in parts))
        case {"any": [_, *_] as parts} if len(data) == 1:
            return AnyOf(tuple(parse(part) for part in parts))
        case {"not": part} if len(data) == 1:
            return Not(parse(part))
        case {"measure": str(measure), **bounds} if bounds:
            tests = tuple(_comparison(measure, str(name), bound) for name, bound in bounds.items())
            return tests[0] if len(tests) == 1 else All(tests)
    raise ConditionError(
        f"不是条件：{data!r}；应为 {{measure, at_least|above|at_most|below|is|among}}、all、any 或 not"
    )


def evaluate(condition: Condition, measures: Measures) -> Answer:
    """Whether the condition holds for one person. Raises TypeError on a value of the wrong kind: check it on entry."""
    match condition:
        case Comparison():
            return _compare(condition, measures.get(condition.measure))
        case Not(part):
            return _OPPOSITE[evaluate(part, measures)]
        case All(parts):
            return _first_of((Answer.UNMET, Answer.UNKNOWN, Answer.MET), parts, measures)
        case AnyOf(parts):
            return _first_of((Answer.MET, Answer.UNKNOWN, Answer.UNMET), parts, measures)


def comparisons_of(condition: Condition) -> Iterator[Comparison]:
    """Every test in the condition, in the order written."""
    match condition:
        case Comparison():
            yield condition
        case Not(part):
            yield from comparisons_of(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons_of(part)


def deciding(condition: Condition, measures: Measures) -> Iterator[Comparison]:
    """The tests that make the answer what it is: those behind met, those behind unmet, or those still unknown."""
    answer = evaluate(condition, measures)
    match condition:
        case Comparison():
            yield condition
        case Not(part):
            yield from deciding(part, measures)
        case All(parts) | AnyOf(parts):
            for part in parts:
                if evaluate(part, measures) is answer:
                    yield from deciding(part, measures)


def _comparison(measure: str, name: str, bound: Any) -> Comparison:
    if name not in OPERATORS:
        raise ConditionError(f"{measure} 的比较 {name} 不认识；应为 {'、'.join(OPERATORS)}")
    if name in NUMERIC and not _is_number(bound):
        raise ConditionError(f"{measure} {name} 的界值应为数，写的是 {bound!r}")
    if name == "among":
        if not isinstance(bound, list) or not bound or not all(isinstance(word, str) for word in bound):
            raise ConditionError(f"{measure} among 的界值应为非空文字列表，写的是 {bound!r}")
        return Comparison(measure, name, tuple(bound))
    if not isinstance(bound, bool | int | float | str):
        raise ConditionError(f"{measure} {name} 的界值应为数、是否或文字，写的是 {bound!r}")
    return Comparison(measure, name, bound)


def _compare(test: Comparison, value: Value | None) -> Answer:
    if value is None:
        return Answer.UNKNOWN
    if not _same_kind(test, value):
        raise TypeError(f"{test.measure} is {value!r}, which cannot be compared with {test.operator} {test.bound!r}")
    return Answer.MET if OPERATORS[test.operator](value, test.bound) else Answer.UNMET


def _same_kind(test: Comparison, value: Value) -> bool:
    sample = test.bound[0] if isinstance(test.bound, tuple) else test.bound
    return _is_number(value) if _is_number(sample) else type(value) is type(sample)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _first_of(order: tuple[Answer, ...], parts: tuple[Condition, ...], measures: Measures) -> Answer:
    answers = {evaluate(part, measures) for part in parts}
    return next(answer for answer in order if answer in answers)
