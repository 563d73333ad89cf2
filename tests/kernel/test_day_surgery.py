"""The checklist before a day surgery and the check by which one goes home."""

import pytest

from fenji.kernel.day_surgery import CHECKLIST, DEADLINES, SIGNS, STATES, against, may_go_home, missing, score

WELL = dict.fromkeys(SIGNS, 2)


def test_open_questions_are_no_answers_against_it() -> None:
    assert missing({"asa": True}) == [code for code in CHECKLIST if code != "asa"]
    assert against({"asa": True}) == []
    assert against({"asa": False, "near": True}) == ["asa"]


@pytest.mark.parametrize(
    ("signs", "goes"),
    [(WELL, True), (WELL | {"pain": 1}, True), (WELL | {"pain": 1, "nausea": 1}, False), (WELL | {"vitals": 0}, False)],
)
def test_nine_points_and_no_sign_at_zero(signs: dict[str, int], goes: bool) -> None:
    assert may_go_home(signs, passing=9) is goes
    assert may_go_home(WELL | {"pain": 0}, passing=8) is False


@pytest.mark.parametrize("signs", [{}, WELL | {"pain": 3}, {"pain": 2}, WELL | {"mood": 2}])
def test_a_check_that_is_not_whole_has_no_score(signs: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="five signs"):
        score(signs)


def test_every_open_state_has_a_deadline_or_the_calls() -> None:
    is_open = {state for state, rule in STATES.items() if rule.is_open}
    assert is_open - set(DEADLINES) == {"discharged"}
    assert all(target in set(STATES) for rule in STATES.values() for target in rule.next)
