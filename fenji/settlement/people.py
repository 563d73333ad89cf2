"""Cuts a stream of rows between people, so that each piece has everything of whom it has anything of."""

from collections.abc import Iterable, Iterator

import numpy as np

from fenji.kernel.payment.batch import settle_batch
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.rows import Rows


def settled(pieces: Iterable[Rows], policy: PaymentPolicy) -> Iterator[tuple[Rows, Rows]]:
    """Rows and outcomes, a piece of whole people at a time, in the order given."""
    beyond = -1
    for rows in whole_people(pieces):
        out = settle_batch(rows, policy, beyond)
        present = rows["missing"] == 0
        beyond = max(beyond, int(rows["person"].max(initial=beyond, where=present)))
        yield rows, out


def whole_people(pieces: Iterable[Rows]) -> Iterator[Rows]:
    """The same rows in the same order, cut only where one person ends and the next begins."""
    kept: list[Rows] = []
    for rows in pieces:
        cut = _last_beginning(rows)
        if cut:
            yield np.concatenate([*kept, rows[:cut]]) if kept else rows[:cut]
            kept = []
        if cut < len(rows):
            kept.append(rows[cut:])
    if kept:
        yield np.concatenate(kept)


def _last_beginning(rows: Rows) -> int:
    """Where the last person begins; 0 when all rows may be one person's. Rows without a value decide nothing."""
    present = np.flatnonzero(rows["missing"] == 0)
    if not len(present):
        return 0
    others = np.flatnonzero(rows["person"][present] != rows["person"][present[-1]])
    return int(present[others[-1]]) + 1 if len(others) else 0
