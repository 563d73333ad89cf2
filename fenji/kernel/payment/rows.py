"""Bills, outcomes and chains as arrays of records of int64, which a batch runs over; compiled, each is a pointer."""

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


def _record(*fields: str) -> np.dtype[np.void]:
    return np.dtype([(field, np.int64) for field in fields])


BILL_ROW = _record(*GIVEN_FIELDS, *CHAIN_FACTS)
OUTCOME_ROW = _record(*OUTCOME_FIELDS)
CHAIN_ROW = _record("id", *Chain._fields)


def empty_rows(length: int) -> Rows:
    """Rows for bills, to be filled; no chain yet."""
    rows = np.zeros(length, BILL_ROW)
    rows["chain_tier"] = NO_CHAIN
    return rows
