"""Settles Parquet on Spark: people are dealt to partitions, each runs the same compiled kernel over Arrow.

PySpark is an extra (`pip install pyspark`, needs Java 17); every worker needs this package, too.
"""

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import chain
from operator import and_
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fenji.kernel.payment.batch import Policies
from fenji.kernel.payment.rows import Openings, Rows
from fenji.settlement.columns import BOTH, RESULT, SET_ASIDE, WrongColumns, both_of, check_columns, rows_of
from fenji.settlement.local import PAYERS, Count
from fenji.settlement.openings import CHAINS, YEARS, Form, check_openings, in_order, openings_of
from fenji.settlement.people import settled

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

A_PART = 2_000_000  # bills of one partition
AT_ONCE = 100_000  # bills that a worker is handed in one Arrow batch
OPENINGS = {"opening": YEARS, "underway": CHAINS}  # columns of the stream: a row of each table, null in a bill


class NoSpark(RuntimeError):
    """PySpark or Java is not there; the message says what to install."""


def settle_on_spark(
    bills: Path,
    results: Path,
    aside: Path,
    policies: Policies,
    session: "SparkSession",
    openings: Path | None = None,
    chains: Path | None = None,
) -> Count:
    """As `local.settle_file`, but for bills in any order: Spark brings each person together and sorts.

    `bills`, `openings` and `chains` may be files or folders, the outcomes are folders. Raises WrongColumns.
    """
    from pyspark.sql.pandas.types import to_arrow_schema

    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", AT_ONCE)
    given = session.read.parquet(str(bills))
    columns = check_columns(to_arrow_schema(given.schema))
    parts = max(session.sparkContext.defaultParallelism, given.count() // A_PART)  # each is compiled for, so not many
    stream, known = given.select(*columns), {"opening": openings, "underway": chains}
    for column, table in known.items():
        if table is not None:
            stream = _with_openings(stream, session.read.parquet(str(table)), column)
    order = [_is_bill(stream), "person", "on", "id"] if any(known.values()) else ["person", "on", "id"]
    by_person = stream.repartition(parts, "person").sortWithinPartitions(*order)
    done = by_person.mapInArrow(_settler(policies), _words_for_spark()).persist()
    done.where("fault is null").select(*RESULT.names).write.mode("overwrite").parquet(str(results))
    count = _count(done)
    if count.set_aside:
        done.where("fault is not null").select(*SET_ASIDE.names).write.mode("overwrite").parquet(str(aside))
    done.unpersist()
    return count


def session_here() -> "SparkSession":
    """A Spark of this machine, or the one `spark-submit` gives. Raises NoSpark."""
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise NoSpark("没有 PySpark：pip install pyspark，并安装 Java 17 / PySpark is not installed") from None
    try:
        return SparkSession.builder.appName("fenji settle").getOrCreate()
    except PySparkRuntimeError as error:
        raise NoSpark(f"Spark 未能启动，是否装有 Java 17？ / Spark did not start: {error}") from None


def _with_openings(bills: "DataFrame", openings: "DataFrame", column: str) -> "DataFrame":
    """One stream of bills and openings, so that each opening comes to the partition where its person's bills are."""
    from pyspark.sql import functions as sql
    from pyspark.sql.pandas.types import to_arrow_schema

    form = OPENINGS[column]
    columns = check_openings(to_arrow_schema(openings.schema), form)
    if not openings.where(" or ".join(f"{name} is null" for name in form.needed)).isEmpty():
        raise WrongColumns(f"{form.name}有的行没有 {'、'.join(form.needed)}：补全或删去 / rows lack what they need")
    rows = openings.select("person", sql.struct(*columns).alias(column))
    return bills.unionByName(rows, allowMissingColumns=True)


def _is_bill(stream: "DataFrame") -> Any:
    return reduce(and_, (stream[column].isNull() for column in OPENINGS if column in stream.columns))


def _settler(policies: Policies) -> Callable[[Iterator[Any]], Iterator[Any]]:
    def settle_partition(batches: Iterator[Any]) -> Iterator[Any]:
        pieces, openings = _apart(batches)
        for rows, out in settled(pieces, policies, openings=openings):
            yield both_of(rows, out)

    return settle_partition


def _apart(batches: Iterator[Any]) -> tuple[Iterator[Rows], Openings]:
    """The bills of a partition, and the openings, which all come before them."""
    first: list[Any] = []
    found: dict[str, list[Rows]] = {column: [] for column in OPENINGS}
    for batch in batches:
        for column in OPENINGS.keys() & set(batch.schema.names):
            found[column].append(_rows_in(batch.column(column), OPENINGS[column]))
        first.append(_bills_in(batch))
        if first[-1].num_rows:
            break
    known = (in_order(np.concatenate([form.rows, *found[column]]), form) for column, form in OPENINGS.items())
    return (rows_of(_bills_in(batch)) for batch in chain(first, batches)), Openings(*known)


def _rows_in(column: Any, form: Form) -> Rows:
    return openings_of(pa.RecordBatch.from_struct_array(column.filter(column.is_valid())), form)


def _bills_in(batch: Any) -> Any:
    """A batch's bills, without the columns of openings."""
    columns = [column for column in OPENINGS if column in batch.schema.names]
    for column in columns:
        batch = batch.filter(batch.column(column).is_null())
    return batch.drop_columns(columns) if columns else batch


def _words_for_spark() -> str:
    kinds = {"int64": "long", "int16": "short", "int8": "byte", "string": "string"}
    return ", ".join(f"{field.name} {kinds[str(field.type)]}" for field in BOTH)


def _count(done: "DataFrame") -> Count:
    sums = (f"sum({name}) as {name}" for name in PAYERS)
    row = done.selectExpr("count(*) as bills", "count(fault) as set_aside", *sums).collect()[0]
    return Count(**{name: int(number or 0) for name, number in row.asDict().items()})
