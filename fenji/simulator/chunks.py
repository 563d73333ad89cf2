"""Residents in columns, as many as are held in memory at once; and persons entered twice among them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fenji.simulator.households import Numbers
from fenji.simulator.identity_numbers import Days
from fenji.simulator.names import Column

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Town:
    """Where residents live; `county` is the GB/T 2260 code of its county."""

    code: str
    county: str
    population: int


@dataclass(frozen=True)
class Chunk:
    """Residents of one town, all columns of one length. `mother` is a row of this chunk or -1; `team` in [0, 1)
    chooses among the town's teams."""

    town: Town
    first: int  # running number of the first resident in the whole run
    ids: list[str]
    names: Column
    sex: Numbers
    born: Days
    id_kind: list[str]
    id_number: list[str]  # "" where there is none
    phone: list[str]
    card: list[str]
    address: list[str]
    scheme: list[str]
    mother: Numbers
    household: Numbers
    verified: NDArray[np.bool_]
    signs: NDArray[np.bool_]
    signed_from: Days  # of those who sign
    signed_until: Days
    team: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)


def with_doubles(chunk: Chunk, of: Numbers) -> Chunk:
    """The chunk with some persons entered a second time, as happens where the number is not at hand."""
    rows = np.concatenate([np.arange(len(chunk.sex)), of])
    more = len(of)
    return Chunk(
        town=chunk.town,
        first=chunk.first,
        ids=chunk.ids,
        names=chunk.names.take(rows),
        sex=chunk.sex[rows],
        born=chunk.born[rows],
        id_kind=chunk.id_kind + [UNKNOWN] * more,
        id_number=chunk.id_number + [""] * more,
        phone=[chunk.phone[row] for row in rows.tolist()],
        card=chunk.card,
        address=[chunk.address[row] for row in rows.tolist()],
        scheme=[chunk.scheme[row] for row in rows.tolist()],
        mother=np.concatenate([chunk.mother, np.full(more, -1)]),
        household=chunk.household[rows],
        verified=np.concatenate([chunk.verified, np.zeros(more, dtype=bool)]),
        signs=np.concatenate([chunk.signs, np.zeros(more, dtype=bool)]),
        signed_from=chunk.signed_from[rows],
        signed_until=chunk.signed_until[rows],
        team=chunk.team[rows],
    )
