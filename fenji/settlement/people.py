"""Cuts a stream of rows between people, so that each piece has everything of whom it has anything of."""

from collections.abc import Iterable, Iterator

import numpy as np

from fenji.kernel.payment.batch import settle_batch
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.rows import Rows, highest_person

LOWEST = -1  # people are numbered from 0


def settled(pieces: Iterable[Rows], policy: PaymentPolicy, threads: int = 1) -> Iterator[tuple[Rows, Rows]]:
    """Rows and outcomes, a piece of whole people at a time, in the order given."""
    beyond = LOWEST
    for rows in whole_people(pieces):
        yield rows, settle_batch(rows, policy, beyond, threads)
        beyond = int(highest_person(rows, beyond)[-1])


def whole_people(pieces: Iterable[Rows]) -> Iterator[Rows]:
    """The same rows in the same order, cut only where one person ends and the next begins."""
    kept: list[Rows] = []
    for rows in pieces:
        highest = highest_person(rows, max((int(highest_person(one, LOWEST)[-1]) for one in kept), default=LOWEST))
        begins = np.flatnonzero(highest[1:] > highest[:-1])
        cut = int(begins[-1]) + 1 if len(begins) else 0
        if cut:
            yield np.concatenate([*kept, rows[:cut]]) if kept else rows[:cut]
            kept = []
        kept.append(rows[cut:])
    if kept:
        yield np.concatenate(kept)
