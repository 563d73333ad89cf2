"""What a rulebook may say: every key with its name and the shape of its value.

A key that is not here does not load, so that a slip of the pen is not silently ignored.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fenji.kernel.tiers import Basis
from fenji.rulebook.shapes import Shape

ASSUMPTION = "assumption:"


@dataclass(frozen=True)
class DatedValue:
    """One value of one key, in force on `[valid_from, valid_until)`, with where it comes from and how sure that is."""

    key: str
    valid_from: date
    valid_until: date | None
    value: Any  # plain JSON: never changed in place
    source: str  # id of a source of the rulebook, or "assumption: the reason"
    clause: str
    status: Basis
    layer: str  # the pack that says so: the city's own, or one of those it rests on

    def covers(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True)
class Source:
    """A document the values rest on; `responsible` is its text on who sees to a clause, by the clause's number."""

    id: str
    title: str
    note: str = ""
    responsible: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Key:
    name: str
    name_en: str
    shape: Shape
