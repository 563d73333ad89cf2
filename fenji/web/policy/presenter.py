"""A rule in the reader's language: its name, what it says line by line, since when, on what, who sees to it."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from fenji.rulebook.keys import CHAPTERS, KEYS
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.schema import DatedValue
from fenji.rulebook.sources import Responsible

_BETWEEN_PARTS = re.compile(r"[；;]\s*(?![^【]*】)")  # not inside brackets
_BRACKETS = re.compile(r"^(?P<head>[^【]*)【(?P<inner>.*)】$")


@dataclass(frozen=True)
class Line:
    """One part of a value in words, with parts of its own below it."""

    words: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One dated value as shown. `until` is the first day no longer in force; `lines` its words in parts."""

    key: str
    name: str
    lines: tuple[Line, ...]
    since: date
    until: date | None
    layer: str
    source: str
    clause: str
    status: str
    responsible: tuple[Responsible, ...]

    @property
    def leads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.lead for one in self.responsible))


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def chapter_name(code: str) -> str:
    return CHAPTERS[code][is_english()]


def key_name(key: str) -> str:
    return KEYS[key].name_en if is_english() else KEYS[key].name


def value_lines(key: str, value: Any) -> tuple[Line, ...]:
    """A value in words, a line for each of its parts."""
    return tuple(map(_line, _BETWEEN_PARTS.split(KEYS[key].shape.words(value, is_english()))))


def _line(words: str) -> Line:
    nested = _BRACKETS.match(words)
    return Line(nested["head"], tuple(_BETWEEN_PARTS.split(nested["inner"]))) if nested else Line(words)


def row_of(rulebook: Rulebook, dated: DatedValue) -> Row:
    return Row(
        dated.key,
        key_name(dated.key),
        value_lines(dated.key, dated.value),
        dated.valid_from,
        dated.valid_until,
        rulebook.layers[dated.layer][is_english()],
        rulebook.title_of(dated.source),
        dated.clause,
        dated.status,
        rulebook.responsible(dated),
    )


def history_of(rulebook: Rulebook, key: str) -> tuple[Row, ...]:
    """Every value a rule has had or will have, the latest first."""
    rows = [row_of(rulebook, dated) for dated in rulebook.values.get(key, ())]
    return tuple(sorted(rows, key=lambda row: row.since, reverse=True))
