"""Settles Parquet on Spark: people are dealt to partitions, each runs the same compiled kernel over Arrow.

PySpark is an extra (`pip install pyspark`, needs Java 17); every worker needs this package, too.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fenji.kernel.payment.batch import Policies
from fenji.kernel.payment.rows import NO_OPENINGS, Rows
from fenji.settlement.columns import BOTH, RESULT, SET_ASIDE, WrongColumns, both_of, check_columns, rows_of
from fenji.settlement.local import PAYERS, Count
from fenji.settlement.openings import PLACES, WHOSE, check_openings, in_order, openings_of
from fenji.settlement.people import settled

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

A_PART = 2_000_000  # bills of one partition
AT_ONCE = 100_000  # bills that a worker is handed in one Arrow batch
OPENING = "opening"  # a column of the stream: the numbers of an opening, null in a bill


class NoSpark(RuntimeError):
    """PySpark or Java is not there; the message says what to install."""


def settle_on_spark(
    bills: Path, results: Path, aside: Path, policies: Policies, session: "SparkSession", openings: Path | None = None
) -> Count:
    """As `local.settle_file`, but for bills in any order: Spark brings each person together and sorts.

    `bills` and `openings` may be files or folders, the outcomes are folders. Raises WrongColumns.
    """
    from pyspark.sql.pandas.types import to_arrow_schema

    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", AT_ONCE)
    given = session.read.parquet(str(bills))
    columns = check_columns(to_arrow_schema(given.schema))
    parts = max(session.sparkContext.defaultParallelism, given.count() // A_PART)  # each is compiled for, so not many
    stream = given.select(*columns)
    if openings is not None:
        stream = _with_openings(stream, session.read.parquet(str(openings)))
    order = ["person", "on", "id"] if openings is None else [stream[OPENING].isNull(), "person", "on", "id"]
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


def _with_openings(bills: "DataFrame", openings: "DataFrame") -> "DataFrame":
    """One stream of bills and openings, so that each opening comes to the partition where its person's bills are."""
    from pyspark.sql import functions as sql
    from pyspark.sql.pandas.types import to_arrow_schema

    columns = check_openings(to_arrow_schema(openings.schema))
    if not openings.where(" or ".join(f"{name} is null" for name in WHOSE)).isEmpty():
        raise WrongColumns(f"期初表有的行没有 {'、'.join(WHOSE)}：补全或删去 / rows do not say whose they are")
    numbers = [sql.col(name) if name in columns else sql.lit(0) for name in (*WHOSE, *PLACES)]
    rows = openings.select("person", sql.array(*(one.cast("long") for one in numbers)).alias(OPENING))
    return bills.unionByName(rows, allowMissingColumns=True)


def _settler(policies: Policies) -> Callable[[Iterator[Any]], Iterator[Any]]:
    def settle_partition(batches: Iterator[Any]) -> Iterator[Any]:
        pieces, openings = _apart(batches)
        for rows, out in settled(pieces, policies, openings=openings):
            yield both_of(rows, out)

    return settle_partition


def _apart(batches: Iterator[Any]) -> tuple[Iterator[Rows], Rows]:
    """The bills of a partition, and the openings, which all come before them."""
    openings: list[Rows] = []
    bills: list[Any] = []
    for batch in batches:
        if OPENING not in batch.schema.names:
            bills.append(batch)
            break
        some = batch.filter(batch.column(OPENING).is_valid())
        if some.num_rows:
            openings.append(_openings_in(some))
        bills.append(batch.filter(batch.column(OPENING).is_null()))
        if bills[-1].num_rows:
            break
    rows = (rows_of(_without_opening(batch)) for batch in chain(bills, batches))
    return rows, in_order(np.concatenate(openings)) if openings else NO_OPENINGS


def _openings_in(batch: Any) -> Rows:
    names, flat = (*WHOSE, *PLACES), batch.column(OPENING).flatten()
    return openings_of(pa.table({name: flat[place :: len(names)] for place, name in enumerate(names)}))


def _without_opening(batch: Any) -> Any:
    return batch.drop_columns([OPENING]) if OPENING in batch.schema.names else batch


def _words_for_spark() -> str:
    kinds = {"int64": "long", "int16": "short", "int8": "byte", "string": "string"}
    return ", ".join(f"{field.name} {kinds[str(field.type)]}" for field in BOTH)


def _count(done: "DataFrame") -> Count:
    sums = (f"sum({name}) as {name}" for name in PAYERS)
    row = done.selectExpr("count(*) as bills", "count(fault) as set_aside", *sums).collect()[0]
    return Count(**{name: int(number or 0) for name, number in row.asDict().items()})
