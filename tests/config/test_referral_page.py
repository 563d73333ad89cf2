"""The page of the referral says what the table says: every state, move, reason and arrow, and nothing else."""

import re
from dataclasses import replace

import pytest

from fenji.config.checks import referral_page
from fenji.kernel.referral import MOVES, REASONS, STATES, Move, State

PAGE = referral_page.text()


def rows_of(section: str) -> list[list[str]]:
    """Cells of the table below a heading, the heading rows left out."""
    part = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def arrows_of(diagram: str) -> set[tuple[str, str, str]]:
    """(from, to, action) of every labelled arrow."""
    found = re.findall(r"^ +(\S+) --> (\S+): (.+)$", diagram, re.MULTILINE)
    return {(start, end, action) for start, end, actions in found for action in actions.split(", ")}


def arrows_expected(moves: tuple[Move, ...]) -> set[tuple[str, str, str]]:
    return {
        (start, move.to.value, move.action)
        for move in moves
        if move.to
        for start in ([state.value for state in move.start] or ["[*]"])
    }


def test_every_state_has_a_row_with_owner_deadline_and_code():
    rows = {row[0].strip("`"): row for row in rows_of("States")}
    assert list(rows) == [state.value for state in State]
    for state, rule in STATES.items():
        _, name, owner, deadline, hours, ladder, bser = rows[state.value]
        assert (name, bser) == (rule.name, rule.bser)
        assert owner == (rule.owner.value if rule.owner else "closed")
        assert deadline.strip("`") == rule.deadline
        assert len(hours.split(" / ")) == (3 if rule.is_open else 1)
        assert len(ladder.split(" → ")) == max(1, len(rule.escalate))


def test_the_hours_are_those_of_the_rulebook():
    hours = {row[0].strip("`"): row[4] for row in rows_of("States")}
    assert hours["sent"] == "7 w / 2 / 0.25"


def test_every_move_has_a_row():
    rows = {row[0].strip("`"): row for row in rows_of("Moves")}
    assert list(rows) == [move.action for move in MOVES]
    assert rows["refuse"][1:] == ["不接收", "sent", "refused", "office", "reason", "not emergency", "sender, resident"]
    assert rows["offer"][3] == "*stays, new deadline*"
    assert rows["assign"][3] == "*stays, new deadline*"


def test_every_reason_has_a_row():
    assert {(row[0].strip("`"), row[1].strip("`")) for row in rows_of("Reasons")} == {
        (action, code) for action, codes in REASONS.items() for code in codes
    }


def test_the_diagram_draws_every_change_of_state_and_no_other():
    assert arrows_of(PAGE) == arrows_expected(MOVES)


def test_the_words_below_say_the_same_as_the_diagram():
    told = set()
    for title, rest in re.findall(r"^- \*\*(\S+)[^*]*\*\* → (.+)$", PAGE, re.MULTILINE):
        for end, actions in re.findall(r"(\w+) \(([^)]+)\)", rest):
            told |= {("[*]" if title == "beginning" else title, end, action) for action in actions.split(", ")}
    assert told == arrows_expected(MOVES)


def test_closed_states_end_the_diagram():
    ends = set(re.findall(r"^ +(\w+) --> \[\*\]$", PAGE, re.MULTILINE))
    assert ends == {state.value for state, rule in STATES.items() if not rule.is_open}


@pytest.mark.parametrize("action", ["accept", "withdraw"])
def test_a_changed_row_changes_the_picture(action: str):
    changed = tuple(replace(move, to=State.DRAFT) if move.action == action else move for move in MOVES)
    drawn = referral_page.diagram(STATES, changed)
    assert arrows_of(drawn) == arrows_expected(changed) != arrows_expected(MOVES)
