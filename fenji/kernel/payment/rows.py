"""Bills, outcomes and chains as arrays of records, which a batch runs over; compiled, each record is a pointer."""

from typing import Any, NamedTuple

import numpy as np

from fenji.kernel.payment.bill import NO_CHAIN, Bill
from fenji.kernel.payment.codes import Setting
from fenji.kernel.payment.person import PersonYear
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
CHAIN_FIELDS = ("id", *Chain._fields)
CHAIN_ROW = np.dtype([(field, np.int64) for field in CHAIN_FIELDS])

# What a person's year had seen before the first bill (期初累计), as another system hands it over; `fault` 1: unfit.
BY_SETTING = tuple(name for name, value in PersonYear._field_defaults.items() if isinstance(value, tuple))
OPENING_ROW = np.dtype(
    [("person", np.int64), ("year", np.int64), ("fault", np.int64)]
    + [(name, np.int64, (len(Setting),) if name in BY_SETTING else ()) for name in PersonYear._fields]
)
# A referral chain that was under way before the first bill, and what it had seen; `fault` 1: unfit.
UNDERWAY_ROW = np.dtype([(name, np.int64) for name in ("person", "year", "fault", *CHAIN_FIELDS)])


class Openings(NamedTuple):
    """What was before the first bill: `years` of OPENING_ROW, `chains` of UNDERWAY_ROW, by person and year."""

    years: Rows
    chains: Rows


NO_CHAINS = np.zeros(0, UNDERWAY_ROW)
NO_OPENINGS = Openings(np.zeros(0, OPENING_ROW), NO_CHAINS)


def empty_rows(length: int) -> Rows:
    """Rows for bills, to be filled; no chain yet."""
    rows = np.zeros(length, BILL_ROW)
    rows["chain_tier"] = NO_CHAIN
    return rows
