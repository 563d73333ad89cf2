"""What people's years had seen before the first bill of a run (期初累计): a table another system hands over."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fenji.kernel.payment.codes import Setting
from fenji.kernel.payment.faults import MOST_YEAR_CENTS
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.rows import BY_SETTING, NO_OPENINGS, OPENING_ROW, Rows
from fenji.settlement.columns import WrongColumns

WHOSE = ("person", "year")
# Each column of an accumulator, and its place in the kernel's record: `fund_cents` has one per setting.
PLACES: dict[str, tuple[str, int | None]] = {
    **{name: (name, None) for name in PersonYear._fields if name not in BY_SETTING},
    **{
        f"{name.removesuffix('_cents')}_{setting.name.lower()}_cents": (name, int(setting))
        for name in BY_SETTING
        for setting in Setting
    },
}
MOST_STAYS = 1000


def read_openings(file: Path | None) -> Rows:
    """A Parquet table of openings, of dtype OPENING_ROW, in order of person and year. Raises WrongColumns."""
    if file is None:
        return NO_OPENINGS
    columns = check_openings(pq.read_schema(file))
    return in_order(openings_of(pq.read_table(file, columns=list(columns)).combine_chunks()))


def check_openings(schema: Any) -> tuple[str, ...]:
    """The columns to read of a table of openings. Raises WrongColumns."""
    if lacking := [name for name in WHOSE if name not in schema.names]:
        known = f"必有：{'、'.join(WHOSE)}；可有：{'、'.join(PLACES)}"
        raise WrongColumns(f"期初表缺少列 {'、'.join(lacking)}。{known} / columns are lacking")
    if not any(name in PLACES for name in schema.names):
        raise WrongColumns(f"期初表没有一列累计。可有：{'、'.join(PLACES)} / no accumulator")
    for name in schema.names:
        if (name in PLACES or name in WHOSE) and not pa.types.is_integer(schema.field(name).type):
            raise WrongColumns(f"期初表的列 {name} 是 {schema.field(name).type}，应为整数 / whole numbers")
    return tuple(name for name in schema.names if name in PLACES or name in WHOSE)


def openings_of(table: Any) -> Rows:
    """Rows as they come; one that cannot be true says so, and its person's bills of the year are set aside.

    Raises WrongColumns where a row does not say whose it is.
    """
    found = np.zeros(table.num_rows, OPENING_ROW)
    for name in table.schema.names:
        column = table.column(name)
        if column.null_count and name in WHOSE:
            row = int(np.flatnonzero(np.asarray(pc.is_null(column)))[0]) + 1
            raise WrongColumns(f"期初表第 {row} 行没有 {name}：补全或删去 / row {row} lacks {name}")
        values = np.asarray(pc.fill_null(column.cast(pa.int64()), -1))
        if name in WHOSE:
            found[name] = values
            continue
        field, place = PLACES[name]
        found["fault"] |= (values < 0) | (values > (MOST_STAYS if field == "stays" else MOST_YEAR_CENTS))
        (found[field] if place is None else found[field][:, place])[:] = values
    return found


def in_order(found: Rows) -> Rows:
    """Sorted by person and year; where a year stands twice, neither is believed."""
    found = found[np.lexsort((found["year"], found["person"]))]
    twice = (found["person"][1:] == found["person"][:-1]) & (found["year"][1:] == found["year"][:-1])
    found["fault"][1:] |= twice
    found["fault"][:-1] |= twice
    return found
