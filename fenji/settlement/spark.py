"""Settles Parquet on Spark: people are dealt to partitions, each runs the same compiled kernel over Arrow.

PySpark is an extra (`pip install pyspark`, needs Java 17); every worker needs this package, too.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fenji.kernel.payment.policy import PaymentPolicy
from fenji.settlement.columns import BOTH, RESULT, SET_ASIDE, both_of, check_columns, rows_of
from fenji.settlement.local import PAYERS, Count
from fenji.settlement.people import settled

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

A_PART = 2_000_000  # bills of one partition
AT_ONCE = 100_000  # bills that a worker is handed in one Arrow batch


class NoSpark(RuntimeError):
    """PySpark or Java is not there; the message says what to install."""


def settle_on_spark(bills: Path, results: Path, aside: Path, policy: PaymentPolicy, session: "SparkSession") -> Count:
    """As `local.settle_file`, but for bills in any order: Spark brings each person together and sorts.

    `bills` may be a file or a folder, the outcomes are folders. Raises WrongColumns.
    """
    from pyspark.sql.pandas.types import to_arrow_schema

    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", AT_ONCE)
    given = session.read.parquet(str(bills))
    columns = check_columns(to_arrow_schema(given.schema))
    parts = max(session.sparkContext.defaultParallelism, given.count() // A_PART)  # each is compiled for, so not many
    by_person = given.select(*columns).repartition(parts, "person").sortWithinPartitions("person", "on", "id")
    done = by_person.mapInArrow(_settler(policy), _words_for_spark()).persist()
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


def _settler(policy: PaymentPolicy) -> Callable[[Iterator[Any]], Iterator[Any]]:
    def settle_partition(batches: Iterator[Any]) -> Iterator[Any]:
        for rows, out in settled((rows_of(batch) for batch in batches), policy):
            yield both_of(rows, out)

    return settle_partition


def _words_for_spark() -> str:
    kinds = {"int64": "long", "int16": "short", "int8": "byte", "string": "string"}
    return ", ".join(f"{field.name} {kinds[str(field.type)]}" for field in BOTH)


def _count(done: "DataFrame") -> Count:
    sums = (f"sum({name}) as {name}" for name in PAYERS)
    row = done.selectExpr("count(*) as bills", "count(fault) as set_aside", *sums).collect()[0]
    return Count(**{name: int(number or 0) for name, number in row.asDict().items()})
