"""The columns of a file of bills and of its results, and how they become the kernel's rows and back."""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fenji.kernel.payment.codes import Group, PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.faults import FAULTS
from fenji.kernel.payment.rows import BILL_ROW, GIVEN_FIELDS, OUTCOME_FIELDS, PLACE_FIELDS, Rows, empty_rows

# Codes may be numbers or the rulebook's words; what is not there counts as 0, but these must be.
CODES: dict[str, type[IntEnum]] = {
    "scheme": Scheme,
    "setting": Setting,
    "tier": PayTier,
    "referral_state": ReferralState,
    "group": Group,
}
NEEDED = ("id", "person", "on", "scheme", "setting", "tier", "referral_state")
OPTIONAL = ("chain", *(field for field in GIVEN_FIELDS if field not in {*PLACE_FIELDS, *NEEDED}))
SMALL = {"ratio_permille": pa.int16(), "flags": pa.int8()}
KEPT = tuple(field for field in OUTCOME_FIELDS if field != "fault")
RESULT = pa.schema(
    [("id", pa.int64()), ("person", pa.int64()), *((field, SMALL.get(field, pa.int64())) for field in KEPT)]
)
SET_ASIDE = pa.schema(
    [
        ("id", pa.int64()),
        ("person", pa.int64()),
        ("fault", pa.string()),
        ("reason", pa.string()),
        ("reason_en", pa.string()),
    ]
)
BOTH = pa.schema([*RESULT, *list(SET_ASIDE)[2:]])
UNKNOWN = -1
BLOCK = 4096  # rows filled at a time, column by column: few enough to stay in the processor's cache meanwhile


class WrongColumns(ValueError):
    """A file without a column that is needed, or with one of the wrong type; the message says which."""


def check_columns(schema: Any) -> tuple[str, ...]:
    """The columns to read of a file. Raises WrongColumns."""
    if lacking := [name for name in NEEDED if name not in schema.names]:
        known = f"必有：{'、'.join(NEEDED)}；可有：{'、'.join(OPTIONAL)}"
        raise WrongColumns(f"文件缺少列 {'、'.join(lacking)}。{known} / columns are lacking")
    for name in (*NEEDED, *OPTIONAL):
        if name in schema.names and not fits(name, schema.field(name).type):
            wanted = "日期 / a date" if name == "on" else "整数 / whole numbers"
            raise WrongColumns(f"列 {name} 是 {schema.field(name).type}，应为{wanted}")
    return tuple(name for name in schema.names if name in NEEDED or name in OPTIONAL)


def rows_of(batch: Any) -> Rows:
    """Arrow columns as rows for the kernel; a row in which a value is missing says so."""
    rows, columns = empty_rows(batch.num_rows), dict(_columns(batch))
    for start in range(0, len(rows), BLOCK):
        some = rows[start : start + BLOCK]
        for name, values in columns.items():
            some[name] = values[start : start + BLOCK]
    return rows


def results_of(rows: Rows, out: Rows) -> Any:
    """What was settled, as a batch of RESULT."""
    if out["fault"].any():
        settled = out["fault"] == 0
        rows, out = rows[settled], out[settled]
    return pa.record_batch(_whose(rows) + _amounts(out), schema=RESULT)


def set_aside_of(rows: Rows, out: Rows) -> Any:
    """What could not be settled and why, as a batch of SET_ASIDE."""
    faulty = out["fault"] != 0
    return pa.record_batch(_whose(rows[faulty]) + _reasons(out["fault"][faulty]), schema=SET_ASIDE)


def both_of(rows: Rows, out: Rows) -> Any:
    """Every row, settled or not, as a batch of BOTH; the fault is null where there is none."""
    return pa.record_batch(_whose(rows) + _amounts(out) + _reasons(out["fault"]), schema=BOTH)


def fits(name: str, kind: Any) -> bool:
    """Whether a column of this Arrow type can be read: a date, a whole number, for codes a word."""
    if name == "on":
        return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_integer(kind) or (name in CODES and pa.types.is_string(kind)))


def as_codes(name: str, column: Any) -> Any:
    """Words as numbers; one that is not known as UNKNOWN, which the kernel refuses."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_string(column.type):
        return column
    words = pa.array([member.name.lower() for member in CODES[name]])
    return pc.fill_null(pc.index_in(column, words), UNKNOWN)


def _columns(batch: Any) -> Iterator[tuple[str, Any]]:
    """Each field of a bill's row that the batch has something for, with its numbers."""
    missing = np.zeros(batch.num_rows, bool)
    for name in batch.schema.names:
        column = batch.column(name)
        if column.null_count and name != "chain":
            missing |= np.asarray(pc.is_null(column))
        if name == "on":
            yield "day", _numbers(column.cast(pa.date32()).cast(pa.int32()))
            yield "year", _numbers(pc.year(column))
        else:
            yield name, _within(name, _numbers(as_codes(name, column)))
    if missing.any():
        yield "missing", missing


def _whose(rows: Rows) -> list[Any]:
    return [pa.array(np.ascontiguousarray(rows[name])) for name in ("id", "person")]


def _amounts(out: Rows) -> list[Any]:
    return [pa.array(out[name].astype(RESULT.field(name).type.to_pandas_dtype())) for name in KEPT]


def _reasons(faults: Any) -> list[Any]:
    known = pa.array(faults - 1, mask=faults == 0)  # places in the lists below, which have no NONE
    texts = (
        [fault.name.lower() for fault in FAULTS],
        [chinese for chinese, _ in FAULTS.values()],
        [english for _, english in FAULTS.values()],
    )
    return [pc.take(pa.array(text), known) for text in texts]


def _within(name: str, values: Any) -> Any:
    """Numbers too large for their small field as ones that no code has, rather than wrapped round to one that has."""
    kind = BILL_ROW[name]
    if kind == np.int64 or values.dtype.itemsize <= kind.itemsize:
        return values
    return np.clip(values, UNKNOWN, np.iinfo(kind).max)


def _numbers(column: Any) -> Any:
    if column.null_count:
        column = pc.fill_null(column, 0)
    return column.to_numpy(zero_copy_only=False)
