"""Bills, outcomes and chains as arrays of records, which a batch runs over; compiled, each record is a pointer."""

from typing import Any

import numpy as np

from fenji.kernel.payment.bill import NO_CHAIN, Bill
from fenji.kernel.payment.settle import Chain

Rows = Any  # NDArray of one of the dtypes below; a row's fields are its attributes
MOST_CHAINS = 64  # of one person in one year

# A bill's place, then what `Bill` has. `chain` 0 is none; `missing` 1: a value of the row is missing.
PLACE_FIELDS = ("id", "person", "year", "day", "chain", "missing")
CHAIN_FACTS = tuple(field for field in Bill._fields if field.startswith("chain_"))  # filled in as the year goes
GIVEN_FIELDS = PLACE_FIELDS + tuple(field for field in Bill._fields if field not in CHAIN_FACTS)
# What is kept of each settlement; a bill with a `fault` is not settled and its amounts are 0.
OUTCOME_FIELDS = (
    "deductible_cents",
    "ratio_permille",
    "fund_cents",
    "catastrophic_cents",
    "assistance_cents",
    "care_cents",
    "self_cents",
    "flags",
    "fault",
)


# Codes take a byte, so that a million rows are small; what is not here takes eight.
CODE_FIELDS = ("missing", "scheme", "setting", "tier", "referral_state", "contract", "group")
SMALL: dict[str, Any] = {
    **dict.fromkeys((*CODE_FIELDS, "chain_tier", "flags", "fault"), np.int8),
    **dict.fromkeys(("year", "care_days", "ratio_permille"), np.int16),
    "day": np.int32,
}


def _record(*fields: str) -> np.dtype[np.void]:
    large_first = sorted(fields, key=lambda field: field in SMALL)
    return np.dtype([(field, SMALL.get(field, np.int64)) for field in large_first], align=True)


BILL_ROW = _record(*GIVEN_FIELDS, *CHAIN_FACTS)
OUTCOME_ROW = _record(*OUTCOME_FIELDS)
CHAIN_ROW = np.dtype([(field, np.int64) for field in ("id", *Chain._fields)])


def empty_rows(length: int) -> Rows:
    """Rows for bills, to be filled; no chain yet."""
    rows = np.zeros(length, BILL_ROW)
    rows["chain_tier"] = NO_CHAIN
    return rows


def highest_person(rows: Rows, beyond: int) -> Rows:
    """For each row the highest person up to it: where that rises, a person begins of whom nothing came before."""
    return np.maximum.accumulate(np.where(rows["missing"] == 0, np.maximum(rows["person"], beyond), beyond))


def next_person(highest: Rows, start: int) -> int:
    """The first row from `start` on where a person begins; the end if none does."""
    rises = np.flatnonzero(highest[start:] > highest[max(0, start - 1)])
    return start + int(rises[0]) if len(rises) else len(highest)
