"""On Spark the same bills come to the same cents; runs where PySpark and Java are installed."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.bills import NEW_YEAR, YEAR, synthesize
from bench.bills_file import write_bills
from fenji.kernel.payment.batch import settle_batch
from fenji.kernel.payment.policy import DatedPolicy
from fenji.settlement.columns import BOTH, KEPT, both_of
from fenji.settlement.local import settle_file
from fenji.settlement.spark import NoSpark, session_here, settle_on_spark
from tests.kernel.payment.examples import policy


def test_what_spark_is_handed_has_every_bill_and_a_reason_where_there_is_a_fault() -> None:
    rows = next(synthesize(300))
    rows["a_cents"][[3, 8]] = -1
    out = settle_batch(rows, policy())
    table = pa.Table.from_batches([both_of(rows, out)])
    assert table.schema.equals(BOTH)
    assert table["fault"].to_pylist() == ["negative" if i in (3, 8) else None for i in range(len(rows))]
    assert all(table[name].to_pylist() == out[name].tolist() for name in KEPT)


def test_without_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(NoSpark, match="pip install pyspark"):
        session_here()


@pytest.mark.prove
def test_spark_and_this_machine_agree_to_the_cent_whatever_the_order(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    rows = next(synthesize(20_000))
    rows["a_cents"][10] = -1
    in_order = write_bills(tmp_path / "bills.parquet", [rows])
    shuffled = write_bills(tmp_path / "shuffled.parquet", [rows[np.random.default_rng(1).permutation(len(rows))]])
    here = settle_file(in_order, tmp_path / "out.parquet", tmp_path / "aside.parquet", policy())
    session = session_here()
    try:
        there = settle_on_spark(shuffled, tmp_path / "spark", tmp_path / "spark_aside", policy(), session)
    finally:
        session.stop()
    assert here == there
    ours, theirs = (pq.read_table(tmp_path / name).sort_by("id") for name in ("out.parquet", "spark"))
    assert ours.to_pydict() == theirs.select(ours.column_names).to_pydict()


@pytest.mark.prove
def test_spark_knows_openings_chains_and_the_policy_of_the_day(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    rows = next(synthesize(10_000))
    people = np.unique(rows["person"])[::3]
    table = {"person": people, "year": np.full(len(people), YEAR), "stays": np.arange(len(people)) % 3}
    table["fund_outpatient_cents"] = np.where(people % 7 == 0, -1, 50_000)  # some of them unfit
    openings, turn = tmp_path / "openings.parquet", NEW_YEAR + 180
    pq.write_table(pa.table(table), openings)
    linked = rows[np.unique(rows["chain"], return_index=True)[1][1::2]]  # every other chain once; the first is none
    begun: dict[str, Any] = {"person": linked["person"], "year": np.full(len(linked), YEAR), "chain": linked["chain"]}
    begun |= {"tier": ["secondary"] * len(linked), "deductible_cents": [30_000] * len(linked)}
    chains = tmp_path / "chains.parquet"
    pq.write_table(pa.table(begun), chains)
    rules = [DatedPolicy(NEW_YEAR, turn, policy()), DatedPolicy(turn, NEW_YEAR + 365, policy(ratio__inpatient=500))]
    file, session = write_bills(tmp_path / "bills.parquet", [rows]), session_here()
    try:
        here = settle_file(file, tmp_path / "out.parquet", tmp_path / "aside", rules, openings=openings, chains=chains)
        there = settle_on_spark(file, tmp_path / "spark", tmp_path / "spark_aside", rules, session, openings, chains)
    finally:
        session.stop()
    alone = settle_file(file, tmp_path / "alone.parquet", tmp_path / "aside", rules, openings=openings)
    assert here == there and here.set_aside > 0 and here.fund_cents != alone.fund_cents
    ours, theirs = (pq.read_table(tmp_path / name).sort_by("id") for name in ("out.parquet", "spark"))
    assert ours.to_pydict() == theirs.select(ours.column_names).to_pydict()
