"""Conditions answer met, unmet or unknown, and an unknown value never decides what it cannot decide."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.conditions import (
    All,
    Answer,
    AnyOf,
    Comparison,
    Condition,
    ConditionError,
    Not,
    Value,
    comparisons_of,
    deciding,
    evaluate,
    parse,
)

MET, UNMET, UNKNOWN = Answer.MET, Answer.UNMET, Answer.UNKNOWN
NUMBERS = ("a", "b", "c")
leaves = st.builds(
    Comparison,
    st.sampled_from(NUMBERS),
    st.sampled_from(["at_least", "above", "at_most", "below", "is"]),
    st.integers(0, 4).map(float),
) | st.builds(Comparison, st.just("flag"), st.just("is"), st.booleans())
conditions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Not, inner)
    ),
    max_leaves=8,
)
full = st.fixed_dictionaries({**{name: st.integers(0, 4).map(float) for name in NUMBERS}, "flag": st.booleans()})
partial = st.fixed_dictionaries(
    {}, optional={**{name: st.integers(0, 4).map(float) | st.none() for name in NUMBERS}, "flag": st.booleans()}
)


@pytest.mark.parametrize(
    ("data", "measures", "answer"),
    [
        ({"measure": "systolic", "at_least": 180}, {"systolic": 180}, MET),
        ({"measure": "systolic", "at_least": 180}, {"systolic": 179.9}, UNMET),
        ({"measure": "systolic", "at_least": 180}, {}, UNKNOWN),
        ({"measure": "systolic", "at_least": 180}, {"systolic": None}, UNKNOWN),
        ({"measure": "systolic", "above": 180}, {"systolic": 180}, UNMET),
        ({"measure": "spo2", "below": 90}, {"spo2": 90}, UNMET),
        ({"measure": "spo2", "at_most": 90}, {"spo2": 90}, MET),
        ({"measure": "platelets", "at_least": 30, "below": 50}, {"platelets": 49}, MET),
        ({"measure": "platelets", "at_least": 30, "below": 50}, {"platelets": 50}, UNMET),
        ({"measure": "pregnant", "is": True}, {"pregnant": False}, UNMET),
        ({"measure": "nyha", "among": ["3", "4"]}, {"nyha": "3"}, MET),
        ({"not": {"measure": "pregnant", "is": True}}, {}, UNKNOWN),
        ({"not": {"measure": "pregnant", "is": True}}, {"pregnant": False}, MET),
    ],
)
def test_a_comparison_with_a_bound(data: Any, measures: dict[str, Value | None], answer: Answer) -> None:
    assert evaluate(parse(data), measures) is answer


KLEENE = {MET: True, UNMET: False, UNKNOWN: None}


@pytest.mark.parametrize("one", [True, False, None])
@pytest.mark.parametrize("other", [True, False, None])
def test_all_and_any_follow_kleene(one: bool | None, other: bool | None) -> None:
    measures = {"x": one, "y": other}
    parts = [{"measure": "x", "is": True}, {"measure": "y", "is": True}]
    both = False if False in (one, other) else None if None in (one, other) else True
    either = True if True in (one, other) else None if None in (one, other) else False
    assert KLEENE[evaluate(parse({"all": parts}), measures)] is both
    assert KLEENE[evaluate(parse({"any": parts}), measures)] is either


@given(conditions, full)
def test_with_everything_known_the_answer_is_known(condition: Condition, measures: dict[str, Value]) -> None:
    assert evaluate(condition, measures) is not UNKNOWN


@given(conditions, partial, full)
def test_learning_more_never_overturns_an_answer(
    condition: Condition, known: dict[str, Value], rest: dict[str, Value]
) -> None:
    before = evaluate(condition, known)
    after = evaluate(condition, {**rest, **{name: value for name, value in known.items() if value is not None}})
    assert before in (after, UNKNOWN)


@given(conditions, partial)
def test_not_turns_around_and_twice_is_nothing(condition: Condition, measures: dict[str, Value]) -> None:
    once = evaluate(Not(condition), measures)
    assert evaluate(Not(Not(condition)), measures) is evaluate(condition, measures)
    assert (once is UNKNOWN) == (evaluate(condition, measures) is UNKNOWN)


@given(st.lists(conditions, min_size=1, max_size=3).map(tuple), partial)
def test_de_morgan_holds_with_unknowns(parts: tuple[Condition, ...], measures: dict[str, Value]) -> None:
    neither = All(tuple(Not(part) for part in parts))
    assert evaluate(Not(AnyOf(parts)), measures) is evaluate(neither, measures)


@given(conditions, partial)
def test_what_decides_is_enough_to_decide(condition: Condition, measures: dict[str, Value]) -> None:
    tests = list(deciding(condition, measures))
    assert tests and set(tests) <= set(comparisons_of(condition))
    answer = evaluate(condition, measures)
    if answer is not UNKNOWN:
        needed = {test.measure: measures[test.measure] for test in tests}
        assert evaluate(condition, needed) is answer
    else:
        assert all(measures.get(test.measure) is None for test in tests)


@given(conditions, partial, full)
def test_filling_in_what_is_missing_settles_it(
    condition: Condition, known: dict[str, Value], rest: dict[str, Value]
) -> None:
    measures = dict(known)
    for _ in range(len(NUMBERS) + 1):
        if evaluate(condition, measures) is not UNKNOWN:
            return
        measures |= {test.measure: rest[test.measure] for test in deciding(condition, measures)}
    assert evaluate(condition, measures) is not UNKNOWN


@pytest.mark.parametrize(
    "value",
    ["180", True],
)
def test_a_value_of_the_wrong_kind_is_refused_and_not_guessed(value: Value) -> None:
    with pytest.raises(TypeError, match="systolic"):
        evaluate(parse({"measure": "systolic", "at_least": 180}), {"systolic": value})


def test_one_is_not_yes() -> None:
    with pytest.raises(TypeError, match="pregnant"):
        evaluate(parse({"measure": "pregnant", "is": True}), {"pregnant": 1})


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"measure": "x"},
        {"measure": "x", "atleast": 3},
        {"measure": "x", "at_least": "3"},
        {"measure": "x", "at_least": True},
        {"measure": "x", "among": []},
        {"measure": "x", "among": [1]},
        {"measure": "x", "is": [1]},
        {"all": []},
        {"any": {"measure": "x", "is": 1}},
        {"all": [{"measure": "x", "is": 1}], "any": [{"measure": "x", "is": 1}]},
        {"not": []},
        {"measure": 3, "is": 1},
    ],
)
def test_what_is_no_condition_is_refused_in_words(data: Any) -> None:
    with pytest.raises(ConditionError, match="应为"):
        parse(data)
