"""Search in a few ten thousand short texts, fast enough to answer every key stroke."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice

MANY = 500  # a query that more texts merely contain is too vague for their order to matter


class Column:
    """Texts laid end to end, so that a search is one scan; each belongs to a numbered thing, which may have several."""

    def __init__(self, texts: Iterable[tuple[int, str]]) -> None:
        owned = list(texts)
        self.owners = [owner for owner, _ in owned]
        self.texts = [text for _, text in owned]
        self.joined = "\n" + "\n".join(self.texts)
        self.starts = [0, *accumulate(len(text) + 1 for text in self.texts)]

    def beginning(self, wanted: str) -> Iterator[int]:
        """Places of the texts that begin with `wanted`, in order."""
        return self._found("\n" + wanted)

    def containing(self, wanted: str) -> Iterator[int]:
        """Places of the texts that contain `wanted`, in order."""
        return self._found(wanted)

    def _found(self, wanted: str) -> Iterator[int]:
        at = self.joined.find(wanted)
        while at >= 0:
            place = bisect_right(self.starts, at) - 1
            yield place
            at = self.joined.find(wanted, self.starts[place + 1])


def ranked(columns: tuple[Column, ...], wanted: str, *, enough: int) -> dict[int, int]:
    """Owner to rank: a text that equals `wanted`, begins with it, contains it; in each, column by column.

    What merely contains it is looked up only while fewer than `enough` begin with it.
    """
    ranks: dict[int, int] = {}
    for number, column in enumerate(columns):
        for place in column.beginning(wanted):
            closeness = 0 if column.texts[place] == wanted else len(columns)
            _note(ranks, column.owners[place], closeness + number)
    if len(ranks) < enough:
        for number, column in enumerate(columns):
            for place in islice(column.containing(wanted), MANY):
                _note(ranks, column.owners[place], 2 * len(columns) + number)
    return ranks


def _note(ranks: dict[int, int], owner: int, rank: int) -> None:
    ranks[owner] = min(rank, ranks.get(owner, rank))
