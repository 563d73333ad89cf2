"""What two policies say differently: two cities on a day, or one city on two days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fenji.rulebook.errors import NotInRulebook
from fenji.rulebook.keys import KEYS
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.schema import DatedValue


@dataclass(frozen=True)
class Difference:
    """One key with what each side says; None where a side says nothing that day."""

    key: str
    left: DatedValue | None
    right: DatedValue | None

    @property
    def is_of_value(self) -> bool:
        """Whether the values differ, and not only what they rest on."""
        return self.left is None or self.right is None or self.left.value != self.right.value


def in_force(rulebook: Rulebook, on: date) -> Iterator[DatedValue]:
    """Every value in force on a day, in the order of the keys."""
    for key in KEYS:
        if found := value_or_none(rulebook, key, on):
            yield found


def differences(left: Rulebook, left_on: date, right: Rulebook, right_on: date) -> tuple[Difference, ...]:
    """Every key on which the two differ, in value or in ground, in the order of the keys."""
    pairs = (Difference(key, value_or_none(left, key, left_on), value_or_none(right, key, right_on)) for key in KEYS)
    return tuple(pair for pair in pairs if _said(pair.left) != _said(pair.right))


def value_or_none(rulebook: Rulebook, key: str, on: date) -> DatedValue | None:
    try:
        return rulebook.value(key, on=on)
    except NotInRulebook:
        return None


def _said(dated: DatedValue | None) -> object:
    """What a value says and on what ground; not since when, nor which pack says so."""
    return None if dated is None else (dated.value, dated.source, dated.clause, dated.status)
