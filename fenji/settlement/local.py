"""Settles a Parquet file on this machine: row groups in, row groups out, never the whole file in memory."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fenji.kernel.payment.batch import Policies
from fenji.kernel.payment.rows import Rows
from fenji.settlement.columns import RESULT, SET_ASIDE, check_columns, results_of, rows_of, set_aside_of
from fenji.settlement.openings import read_openings
from fenji.settlement.people import settled

AT_ONCE = 64 * 1024  # bills: large enough to be quick, small enough that their memory is used over and over
WRITE: dict[str, Any] = {  # neighbours' numbers are alike: their differences are small, and quickly written
    "compression": "snappy",
    "use_dictionary": False,
    "column_encoding": {name: "DELTA_BINARY_PACKED" for name in RESULT.names if RESULT.field(name).type == pa.int64()},
}
PAYERS = ("fund_cents", "catastrophic_cents", "assistance_cents", "care_cents", "self_cents")
Report = Callable[[int], object]


@dataclass
class Count:
    """What came of a file; amounts in 分."""

    bills: int = 0
    set_aside: int = 0
    fund_cents: int = 0
    catastrophic_cents: int = 0
    assistance_cents: int = 0
    care_cents: int = 0
    self_cents: int = 0

    def add(self, out: Rows) -> None:
        self.bills += len(out)
        self.set_aside += int((out["fault"] != 0).sum())
        for name in PAYERS:
            setattr(self, name, getattr(self, name) + int(out[name].sum()))


def settle_file(
    bills: Path,
    results: Path,
    aside: Path,
    policies: Policies,
    report: Report = lambda bills: None,
    openings: Path | None = None,
    chains: Path | None = None,
) -> Count:
    """Settle `bills`, in order of person and day, into `results`; what cannot be settled goes `aside` with its reason.

    `openings` is what people's years had seen before, `chains` what referral chains had; `report` hears how many bills
    are done. Raises WrongColumns.
    `aside` is written only when there is something in it.
    """
    known = read_openings(openings, chains)
    threads = os.cpu_count() or 1
    count, unfinished = Count(), results.with_name(f"{results.name}.part")
    writer: Any = None
    with pq.ParquetFile(bills, pre_buffer=True) as file:
        pieces = _pieces(file, check_columns(file.schema_arrow))
        with pq.ParquetWriter(unfinished, RESULT, **WRITE) as kept:
            try:
                for rows, out in settled(pieces, policies, threads, known):
                    kept.write_batch(results_of(rows, out))
                    if out["fault"].any():
                        writer = writer or pq.ParquetWriter(aside, SET_ASIDE)
                        writer.write_batch(set_aside_of(rows, out))
                    count.add(out)
                    report(count.bills)
            finally:
                if writer is not None:
                    writer.close()
    unfinished.replace(results)
    return count


def _pieces(file: Any, columns: tuple[str, ...]) -> Iterator[Rows]:
    """The file's rows; the next piece is read while one settles the last."""
    batches = file.iter_batches(AT_ONCE, columns=list(columns))

    def read() -> Rows | None:
        batch = next(batches, None)
        return None if batch is None else rows_of(batch)

    with ThreadPoolExecutor(1) as reader:
        ahead = reader.submit(read)
        while (rows := ahead.result()) is not None:
            ahead = reader.submit(read)
            yield rows
