"""The page of the referral: states, moves, diagram and a text version of it, all from the table in the kernel."""

from collections.abc import Iterable, Iterator
from datetime import date

from fenji.kernel.deadlines import Span
from fenji.kernel.referral import MOVES, OPEN, REASONS, STATES, Move, State, StateRule, Urgency
from fenji.rulebook.loader import load_rulebook

CITY = "yangjiang"
FOREVER = date.max  # a day on which everything that is open-ended holds
OPENING = """# The referral

`fenji/kernel/referral.py` holds the referral as one table for every direction (up, down, same tier) and urgency; this
page is drawn from it. Actions, buttons, deadlines, notices and the API follow the same rows.
Why it is so: [the loop](../explanation/referral-loop.md).

Parties: **sender** (clinician or team of the sending institution), **approver** (who signs there, where the city asks
for it), **office** (coordination office of the receiver), **department** (clinicians of the receiver), **resident** (or
who acts for the resident), **clock** (the system: time passed, or a linked referral moved).
"""
DEADLINES = f"""Deadlines are values of the city's rulebook under `deadlines.<name>`; shown are {CITY}'s, as
routine / urgent / emergency, *w* meaning working hours. Source and status of each: [policy values](policy.md). At the
deadline the first rung is told; each further rung after `escalation.between_rungs`. An appointment's deadline counts
from its end; then the clock marks a no-show.

BSeR is the code of the business status in HL7 BSeR, harmonised with IHE 360X; states before sending have none.
"""
MOVING = """An empty start makes a new referral. *stays* leaves the state and its deadline as they are, *stays, new
deadline* gives the owner a fresh one; `assign` counts anew as well, and the office may set the department a nearer one.
**Needs** are fields that must be given; a `reason` must be one of the codes below. Who makes a move is not told of it.
"""
DRAWN = """Moves that leave the state as it is are not drawn. Below the picture stands the same in words.
"""


def text() -> str:
    """The whole page, in Markdown."""
    parts = [
        OPENING,
        "## States\n",
        DEADLINES,
        *_table(("State", "中文", "Owner", "Deadline", "Hours", "Escalation", "BSeR"), _state_rows()),
        "\n## Moves\n",
        MOVING,
        *_table(("Action", "中文", "From", "To", "By", "Needs", "For", "Tells"), map(_move_row, MOVES)),
        "\n## Reasons\n",
        *_table(("Action", "Code", "中文"), _reason_rows()),
        "\n## Diagram\n",
        DRAWN,
        "```mermaid\n" + diagram(STATES, MOVES) + "```\n",
        outline(STATES, MOVES),
    ]
    return "\n".join(parts)


def diagram(states: dict[State, StateRule], moves: Iterable[Move]) -> str:
    """A Mermaid state diagram; moves between the same two states share an arrow."""
    lines = ["stateDiagram-v2", "    direction TB"]
    lines += [f'    state "{rule.name} {state.value}" as {state.value}' for state, rule in states.items()]
    for (start, end), actions in _arrows(moves).items():
        lines.append(f"    {start} --> {end}: {', '.join(actions)}")
    lines += [f"    {state.value} --> [*]" for state, rule in states.items() if not rule.is_open]
    return "\n".join(lines) + "\n"


def outline(states: dict[State, StateRule], moves: Iterable[Move]) -> str:
    """The diagram in words: each state, then where its moves lead."""
    arrows = _arrows(moves)
    lines = [_outgoing("beginning", "[*]", arrows)]
    lines += [_outgoing(f"{state.value} {rule.name}", state.value, arrows) for state, rule in states.items()]
    return "\n".join(lines) + "\n"


def _outgoing(title: str, start: str, arrows: dict[tuple[str, str], list[str]]) -> str:
    found = [f"{end} ({', '.join(actions)})" for (begin, end), actions in arrows.items() if begin == start]
    return f"- **{title}** → {'; '.join(found)}" if found else f"- **{title}**: the end"


def _arrows(moves: Iterable[Move]) -> dict[tuple[str, str], list[str]]:
    """(from, to) to the actions that lead there; `[*]` is the beginning."""
    found: dict[tuple[str, str], list[str]] = {}
    for move in moves:
        if move.to is not None:
            for start in [state.value for state in move.start] or ["[*]"]:
                found.setdefault((start, move.to.value), []).append(move.action)
    return found


def _state_rows() -> Iterator[tuple[str, ...]]:
    rulebook = load_rulebook(CITY)
    for state, rule in STATES.items():
        if not rule.is_open or rule.owner is None:
            yield f"`{state.value}`", rule.name, "closed", "", "", "", rule.bser
            continue
        spans = [rulebook.deadline(rule.deadline, urgency, FOREVER) for urgency in Urgency]
        ladder = " → ".join(rung.replace("_", " ") for rung in rule.escalate)
        hours = " / ".join(map(_hours, spans))
        yield f"`{state.value}`", rule.name, rule.owner.value, f"`{rule.deadline}`", hours, ladder, rule.bser


def _hours(span: Span) -> str:
    return f"{span.minutes / 60:g}{' w' if span.working else ''}"


def _move_row(move: Move) -> tuple[str, ...]:
    stays = "*stays, new deadline*" if move.restarts else "*stays*"
    return (
        f"`{move.action}`",
        move.name,
        "*any open state*" if move.start == OPEN else ", ".join(state.value for state in move.start),
        move.to.value if move.to else stays,
        ", ".join(party.value for party in move.by),
        ", ".join(move.needs),
        "; ".join(
            [*([f"only {' or '.join(move.only)}"] if move.only else []), *(f"not {mark}" for mark in move.never)]
        ),
        ", ".join(party.value for party in move.tells),
    )


def _reason_rows() -> Iterator[tuple[str, ...]]:
    for action, codes in REASONS.items():
        for code, words in codes.items():
            yield f"`{action}`", f"`{code}`", words


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |"
    yield "|" + " --- |" * len(heading)
    for row in rows:
        yield f"| {' | '.join(row)} |"
