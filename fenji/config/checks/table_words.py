"""Texts that stand in tables and are passed to gettext by name, which no reader of the source can see."""

from collections.abc import Iterator

from fenji.apps.notices.wording import HEADLINES, OTHERWISE
from fenji.config.checks.words import Word
from fenji.kernel.day_surgery import CHECKLIST, SIGNS
from fenji.kernel.day_surgery import STATES as SURGERY_STATES
from fenji.kernel.referral import MOVES, REASONS, STATES

KERNEL = "fenji/kernel/referral.py"
SURGERY = "fenji/kernel/day_surgery.py"
NOTICES = "fenji/apps/notices/wording.py"


def words_in_tables() -> Iterator[Word]:
    """States, moves, reasons and the like, each with its context: one Chinese word may name a state and a button."""
    yield from (Word(rule.name, "state", where=KERNEL) for rule in STATES.values())
    yield from (Word(move.name, "move", where=KERNEL) for move in MOVES)
    yield from (Word(words, "reason", where=KERNEL) for codes in REASONS.values() for words in codes.values())
    yield from (Word(words, "notice", where=NOTICES) for words in (*HEADLINES.values(), OTHERWISE))
    surgery = [rule.name for rule in SURGERY_STATES.values()] + [item.name for item in CHECKLIST.values()]
    yield from (Word(words, "day surgery", where=SURGERY) for words in (*surgery, *SIGNS.values()))
