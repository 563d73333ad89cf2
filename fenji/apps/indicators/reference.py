"""The reference page of the figures, drawn from the definitions.

Run as `python -m fenji.apps.indicators.reference docs/reference/indicators.md`.
"""

import sys
from pathlib import Path

from fenji.apps.indicators.definitions import DEFINITIONS, Definition, Side, Unit

MADE = "<!-- Drawn from fenji/apps/indicators/definitions.py by fenji.apps.indicators.reference; change that. -->"
INTRODUCTION = """\
What the commission's desk, the public page and the exports show. Each figure is one condition on the relation `facts`
(`fenji/apps/indicators/facts.py`: one row for every institution a referral was put before). That one condition makes
the tile, the weekly trend, the table of institutions and the list behind the number; a test computes each a second
time in plain Python over random histories and compares.

- **Period.** A referral belongs to the period in which it was first sent, and is followed from there to the moment of
  looking. Periods are half-open and begin at midnight in Asia/Shanghai. *Overdue now* and *notices not delivered* are
  of the moment; follow-ups belong to the period in which they were due.
- **Receipt.** A referral refused by one hospital and rerouted to another is one referral sent and two received.
- **Late** rests on the deadline for the receiver's answer (of the rulebook in force, in working hours where it says
  so): a step taken after it is marked when it is taken, and a referral still unanswered is late from that moment on.
  Whether anybody was told of it makes no difference. A new deadline, as after a question answered, starts afresh; what
  was late before stays late.
- **Small numbers.** The public page hides counts from one to four and shares of fewer than five."""
UNITS = {Unit.COUNT: "件 count", Unit.SHARE: "‰, shown as % share", Unit.HOURS: "小时 hours, median"}
SIDES = {Side.SENDER: "sender", Side.RECEIVER: "receiver"}


def page() -> str:
    """The whole page in Markdown."""
    parts = ["# Indicators 指标口径", MADE, INTRODUCTION]
    return "\n\n".join([*parts, *(_section(one) for one in DEFINITIONS)]) + "\n"


def _section(one: Definition) -> str:
    rows = [
        ("Unit", UNITS[one.unit]),
        ("Source", one.source),
        ("Counts", f"{one.meaning.zh}<br>{one.meaning.en}"),
        ("Of", f"{one.base.zh}<br>{one.base.en}" if one.base.zh else ""),
        ("Whose", SIDES[one.side] if one.where else ""),
        ("Condition", f"`{_cell(one.where)}`" if one.where else "present state, `indicators.present`"),
        ("Of those", f"`{_cell(one.among)}`" if one.among else ""),
        ("Median of", f"`{one.span}`" if one.span else ""),
    ]
    lines = [f"| {name} | {words} |" for name, words in rows if words]
    return "\n".join([f"## {one.name.zh} · {one.name.en} (`{one.code}`)", "", "| | |", "|---|---|", *lines])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
