"""Invented bills as a Parquet file, as a city's insurer would export them."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fenji.kernel.payment.rows import GIVEN_FIELDS, PLACE_FIELDS, Rows

CODES = {"scheme", "setting", "tier", "referral_state", "contract", "group", "care_days"}
SCHEMA = pa.schema(
    [("id", pa.int64()), ("person", pa.int64()), ("on", pa.date32()), ("chain", pa.int64())]
    + [(name, pa.int8() if name in CODES else pa.int64()) for name in GIVEN_FIELDS if name not in PLACE_FIELDS]
)


def write_bills(path: Path, chunks: Iterable[Rows]) -> Path:
    """The rows as a file, chunk by chunk; amounts in 分."""
    with pq.ParquetWriter(path, SCHEMA, compression="zstd", compression_level=1) as writer:
        for rows in chunks:
            columns = {name: rows["day" if name == "on" else name] for name in SCHEMA.names}
            arrays = [
                pa.array(values.astype("int32")).cast(pa.date32())
                if name == "on"
                else pa.array(values.astype(SCHEMA.field(name).type.to_pandas_dtype()))
                for name, values in columns.items()
            ]
            writer.write_batch(pa.record_batch(arrays, schema=SCHEMA))
    return path
