"""ID numbers after GB 11643 for invented people, a column at a time: valid, and never the same twice in one run.

Serials of one region, day and sex are dealt out in turn, so uniqueness needs no look back at earlier numbers.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Days = NDArray[np.datetime64]

FIRST_DAY = np.datetime64("1900-01-01")
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
SERIALS = 499  # of one sex on one day in one region; prime, so that any step visits all
STEP = 37


class Numbering:
    """Deals ID numbers; remembers how many each region, day and sex has had."""

    def __init__(self, codes: Sequence[str], until: np.datetime64) -> None:
        self.codes = np.array([int(code) for code in codes], dtype=np.int64)
        self.days = int((until - FIRST_DAY).astype(np.int64)) + 1
        self.dealt = np.zeros(len(codes) * self.days * 2, dtype=np.int16)

    def deal(self, code: Numbers, born: Days, sex: Numbers) -> list[str]:
        """A number for each person: `code` is the place in the list of codes, `sex` 1 or 2.

        Raises ValueError when more than `SERIALS` people of one sex were born in a region on a day.
        """
        day = (born - FIRST_DAY).astype(np.int64)
        key = (code * self.days + day) * 2 + (sex - 1)
        serial = self._next(key)
        serial = (serial * STEP + key * 101) % SERIALS * 2 + np.where(sex == 1, 1, 2)
        return _written(self.codes[code], born, serial)

    def _next(self, key: Numbers) -> Numbers:
        order = np.argsort(key, kind="stable")
        groups, first, size = np.unique(key[order], return_index=True, return_counts=True)
        rank = np.empty(len(key), dtype=np.int64)
        rank[order] = np.arange(len(key)) - np.repeat(first, size) + np.repeat(self.dealt[groups], size)
        self.dealt[groups] += size.astype(np.int16)
        if len(key) and rank.max() >= SERIALS:
            raise ValueError(f"more than {SERIALS} births of one sex in one region on one day")
        return rank


def _written(region: Numbers, born: Days, serial: Numbers) -> list[str]:
    months = born.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (born - months.astype("datetime64[D]")).astype(np.int64) + 1
    value = ((region * 10_000 + year) * 10_000 + month * 100 + day) * 1000 + serial
    digits = value[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64) % 10
    written = np.empty((len(value), 18), dtype=np.uint8)
    written[:, :17] = digits + ord("0")
    written[:, 17] = CHECK[digits @ WEIGHTS % 11]
    return [text.decode() for text in written.view("S18").ravel().tolist()]
