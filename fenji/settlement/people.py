"""Cuts a stream of rows between people, so that each piece has everything of whom it has anything of."""

from collections.abc import Iterable, Iterator

import numpy as np

from fenji.kernel.payment.batch import Policies, first_above, highest_in, last_beginning, settle_batch
from fenji.kernel.payment.rows import NO_OPENINGS, Openings, Rows

LOWEST = -1  # people are numbered from 0


def settled(
    pieces: Iterable[Rows], policies: Policies, threads: int = 1, openings: Openings = NO_OPENINGS
) -> Iterator[tuple[Rows, Rows]]:
    """Rows and outcomes, a piece of whole people at a time, in the order given."""
    beyond = LOWEST
    for rows in whole_people(pieces):
        yield rows, settle_batch(rows, policies, beyond, threads, openings)
        beyond = highest_in(rows, beyond)


def whole_people(pieces: Iterable[Rows]) -> Iterator[Rows]:
    """The same rows in the same order, cut only where one person ends and the next begins.

    Only the person a cut goes through is copied, so that the rest stays where it was read.
    """
    kept: list[Rows] = []
    highest = LOWEST
    for rows in pieces:
        first = first_above(rows, 0, highest)
        if kept or first:
            kept.append(rows[:first])
        if first == len(rows):
            continue
        if kept:
            yield np.concatenate(kept)
        last = last_beginning(rows, highest)
        if last > first:
            yield rows[first:last]
        kept, highest = [rows[last:].copy()], highest_in(rows, highest)
    if kept:
        yield np.concatenate(kept)
