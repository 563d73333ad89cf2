"""What was before the first bill of a run, as tables handed over: accumulators (期初累计), referral chains under way.

Each is a Parquet table in whatever order, a row a person and year, or a row a person, year and chain.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fenji.kernel.payment.codes import PayTier, Setting
from fenji.kernel.payment.faults import MOST_YEAR_CENTS
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.rows import BY_SETTING, OPENING_ROW, UNDERWAY_ROW, Openings, Rows
from fenji.settlement.columns import WrongColumns, as_codes, fits

MOST_STAYS, ANY_NUMBER = 1000, 2**63 - 1


class Place(NamedTuple):
    """Where a column goes in the kernel's record (`fund_cents` has a place per setting), and the most it may be."""

    field: str
    most: int = MOST_YEAR_CENTS
    at: int | None = None


@dataclass(frozen=True)
class Form:
    """One of the two tables: its name, the kernel's rows, what says whose a row is, what no row may lack."""

    name: str
    rows: Rows  # none of them
    whose: tuple[str, ...]  # fields
    needed: tuple[str, ...]  # columns
    places: dict[str, Place]


WHOSE = {"person": Place("person", ANY_NUMBER), "year": Place("year", ANY_NUMBER)}
YEARS = Form(
    "期初累计表", np.zeros(0, OPENING_ROW), ("person", "year"), ("person", "year"),
    {
        **WHOSE,
        "stays": Place("stays", MOST_STAYS),
        **{name: Place(name) for name in PersonYear._fields if name not in BY_SETTING and name != "stays"},
        **{
            f"{name.removesuffix('_cents')}_{setting.name.lower()}_cents": Place(name, at=int(setting))
            for name in BY_SETTING
            for setting in Setting
        },
    },
)  # fmt: skip
CHAINS = Form(
    "在途转诊链表", np.zeros(0, UNDERWAY_ROW), ("person", "year", "id"), ("person", "year", "chain", "tier"),
    {
        **WHOSE,
        "chain": Place("id", ANY_NUMBER),
        "tier": Place("tier", len(PayTier) - 1),
        "order": Place("order", MOST_STAYS),
        "deductible_cents": Place("deductible_cents"),
        "ratio_permille": Place("ratio_permille", 1000),
    },
)  # fmt: skip


def read_openings(years: Path | None, chains: Path | None = None) -> Openings:
    """Both tables, in order of person and year. Raises WrongColumns."""
    return Openings(_read(years, YEARS), _read(chains, CHAINS))


def check_openings(schema: Any, form: Form) -> tuple[str, ...]:
    """The columns to read of a table. Raises WrongColumns."""
    further = [name for name in form.places if name not in form.needed]
    if lacking := [name for name in form.needed if name not in schema.names]:
        known = f"必有：{'、'.join(form.needed)}；可有：{'、'.join(further)}"
        raise WrongColumns(f"{form.name}缺少列 {'、'.join(lacking)}。{known} / columns are lacking")
    if not any(name in schema.names for name in further):
        raise WrongColumns(f"{form.name}没有一列累计。可有：{'、'.join(further)} / no accumulator")
    for name in form.places:
        if name in schema.names and not fits(name, schema.field(name).type):
            raise WrongColumns(f"{form.name}的列 {name} 是 {schema.field(name).type}，应为整数 / whole numbers")
    return tuple(name for name in schema.names if name in form.places)


def openings_of(table: Any, form: Form) -> Rows:
    """Rows as they come; one that cannot be true says so, and its person's bills of the year are set aside.

    Raises WrongColumns where a row does not say whose it is.
    """
    found = np.zeros(table.num_rows, form.rows.dtype)
    for name in table.schema.names:
        column, place = table.column(name), form.places[name]
        if column.null_count and name in form.needed:
            row = int(np.flatnonzero(np.asarray(pc.is_null(column)))[0]) + 1
            raise WrongColumns(f"{form.name}第 {row} 行没有 {name}：补全或删去 / row {row} lacks {name}")
        values = np.asarray(pc.fill_null(as_codes(name, column).cast(pa.int64()), -1))
        found["fault"] |= (values < 0) | (values > place.most)
        (found[place.field] if place.at is None else found[place.field][:, place.at])[:] = values
    return found


def in_order(found: Rows, form: Form) -> Rows:
    """Sorted by whose they are; where one stands twice, neither is believed."""
    found = found[np.lexsort([found[field] for field in reversed(form.whose)])]
    twice = np.logical_and.reduce([found[field][1:] == found[field][:-1] for field in form.whose])
    found["fault"][1:] |= twice
    found["fault"][:-1] |= twice
    return found


def _read(file: Path | None, form: Form) -> Rows:
    if file is None:
        return form.rows
    columns = check_openings(pq.read_schema(file), form)
    return in_order(openings_of(pq.read_table(file, columns=list(columns)).combine_chunks(), form), form)
