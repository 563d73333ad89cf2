"""How fast bills are settled: the kernel alone, from Parquet to Parquet, and beside them OpenFisca and DuckDB.

    python bench/settlement.py [bills] [most]        # 10 million and 50 million unless said otherwise

One process. A city of 2.6 million people brings ten million bills a year; the people grow with the bills. The kernel
settles chunks of rows in memory on all threads, timed by the wall, and on one thread, timed by the processor; the cost
of a bill is compared from a hundredth of `bills` to `most`. OpenFisca, which knows one thread, is told each bill's
accumulators: `times` is its formulas alone against the kernel on all threads, which finds the accumulators itself,
checks every bill and carries its chains; `times_with_its_inputs` counts what OpenFisca needs to be told them. DuckDB
gets the file and all threads. All settle by the rules of Yangjiang on 2017-07-01. The last line printed is one JSON
object.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pyarrow.parquet as pq

from bench import rules_openfisca, rules_sql
from bench.bills import CHUNK, PEOPLE_PER_BILL, synthesize
from bench.bills_file import write_bills
from fenji.kernel.payment.batch import settle_batch
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.rows import Rows
from fenji.rulebook.loader import load_rulebook
from fenji.rulebook.payment import payment_policy
from fenji.settlement.local import settle_file

BILLS, MOST = 10_000_000, 50_000_000
SHORTEST = 0.5  # seconds
THREADS = os.cpu_count() or 1
AIMS = {"kernel_per_second": 5e6, "file_per_second": 1e6, "against_openfisca": 10, "memory_gb": 4, "cost_of_size": 1.2}


def main() -> None:
    given = [int(one.replace("_", "")) for one in sys.argv[1:]]
    bills = given[0] if given else BILLS
    most = given[1] if len(given) > 1 else max(bills, MOST)
    policy = payment_policy(load_rulebook("yangjiang"), date(2017, 7, 1))
    print(f"compiled in {timed(lambda: settle_batch(next(synthesize(1000)), policy)):.1f} s", flush=True)
    sizes = sorted({max(100_000, bills // 100), bills, most})
    kernel = {size: kernel_rate(size, policy) for size in sizes}
    one_thread = {str(size): round(rate.one_thread) for size, rate in kernel.items()}
    with tempfile.TemporaryDirectory(prefix="fenji-bench-") as folder:
        file = write_bills(Path(folder) / "bills.parquet", synthesize(bills))
        ours = file_rate(file, Path(folder) / "ours.parquet", policy)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"memory: {memory:.2f} GB", flush=True)
        openfisca = against_openfisca(policy, bills)
        sql = against_sql(file, Path(folder) / "sql.parquet", Path(folder) / "ours.parquet", policy)
    figures = {
        "kernel_per_second": round(kernel[bills].per_second),
        "kernel_one_thread_per_second": round(kernel[bills].one_thread),
        "file_per_second": round(ours),
        "against_openfisca": openfisca["all"]["times"],
        "against_openfisca_with_its_inputs": openfisca["all"]["times_with_its_inputs"],
        "against_duckdb": round(ours / sql["per_second"], 2),
        "memory_gb": round(memory, 2),
        "cost_of_size": round(max(one_thread.values()) / min(one_thread.values()), 3),
    }
    print(json.dumps({"bench": "settlement", "bills": bills, "most": most, **figures, "aims": AIMS,
                      "one_thread_by_size": one_thread,
                      "openfisca": openfisca, "duckdb": sql}))  # fmt: skip


@dataclass
class Rate:
    """Bills a second of the process on all its threads, by the wall; and of one thread, by the processor's time."""

    bills: int = 0
    seconds: float = 0.0
    one_thread_seconds: float = 0.0

    def run(self, rows: Rows, policy: PaymentPolicy) -> None:
        self.seconds += timed(lambda: settle_batch(rows, policy, threads=THREADS))
        self.one_thread_seconds += timed(lambda: settle_batch(rows, policy), time.process_time)
        self.bills += len(rows)

    @property
    def per_second(self) -> float:
        return self.bills / self.seconds

    @property
    def one_thread(self) -> float:
        return self.bills / self.one_thread_seconds


def kernel_rate(size: int, policy: PaymentPolicy) -> Rate:
    """The compiled kernel over `size` bills; making them up is not counted."""
    rate = Rate()
    while not rate.bills or rate.seconds < SHORTEST:  # small sizes several times over, so that the clock can see them
        for rows in synthesize(size):
            rate.run(rows, policy)
    people, wall, one = f"{size * PEOPLE_PER_BILL:>11,.0f}", rate.per_second / 1e6, rate.one_thread / 1e6
    print(f"kernel, {size:>11,} bills of {people} people: {wall:.2f} M/s, one thread {one:.2f} M/s", flush=True)
    return rate


def file_rate(file: Path, results: Path, policy: PaymentPolicy) -> float:
    """Bills a second from Parquet to Parquet."""
    started = time.perf_counter()
    count = settle_file(file, results, results.with_suffix(".aside"), policy)
    rate = count.bills / (time.perf_counter() - started)
    size = file.stat().st_size / 2**20
    print(
        f"Parquet to Parquet, {count.bills:,} bills ({size:.0f} MB): {rate / 1e6:.2f} M/s, {count.set_aside} aside",
        flush=True,
    )
    return rate


def against_openfisca(policy: PaymentPolicy, bills: int) -> dict[str, dict[str, float]]:
    """A chunk of bills, which its arrays fit the processor's memory with, and all at once, which is its way."""
    found = {
        "chunk": by_openfisca(next(synthesize(1_000_000)), policy, rounds=5),
        "all": by_openfisca(np.concatenate(list(synthesize(bills))), policy, rounds=2),
    }
    print(f"OpenFisca, formulas alone, told what the year had seen: {found}", flush=True)
    return found


def by_openfisca(rows: Rows, policy: PaymentPolicy, rounds: int) -> dict[str, float]:
    """The same bills by both, the best of each; how many come to the same cents."""
    out = settle_batch(rows, policy)
    before = rules_openfisca.before_of(rows, out, policy)
    wall, processor, inputs, ours = [], [], [], []
    for _ in range(rounds):  # in turn, so that what else the machine does falls on both
        begun = time.perf_counter()
        simulation = rules_openfisca.simulation_of(rows, before, policy)
        started, worked = time.perf_counter(), time.process_time()
        found = simulation.calculate("self_cents", "2017")
        wall.append(time.perf_counter() - started)
        processor.append(time.process_time() - worked)
        inputs.append(started - begun)
        ours.append(Rate())
        for chunk in np.array_split(rows, max(1, len(rows) // CHUNK)):
            ours[-1].run(chunk, policy)
    best = min(rate.seconds for rate in ours)
    return {
        "bills": len(rows),
        "per_second": round(len(rows) / min(wall)),
        "times": round(min(wall) / best, 2),
        "times_with_its_inputs": round((min(wall) + min(inputs)) / best, 2),
        "times_one_thread": round(min(processor) / min(rate.one_thread_seconds for rate in ours), 2),
        "same": round(float((found == out["self_cents"]).mean()), 6),
    }


def against_sql(file: Path, results: Path, ours: Path, policy: PaymentPolicy) -> dict[str, Any]:
    """The same file by DuckDB; how many bills come to the same cents."""
    connection = rules_sql.connect(policy)
    seconds = timed(lambda: rules_sql.settle_by_sql(connection, file, results, policy))
    theirs = pq.read_table(results, columns=["id", "self_cents"]).sort_by("id")["self_cents"].to_numpy()
    kernel = pq.read_table(ours, columns=["self_cents"])["self_cents"].to_numpy()
    same = float(np.mean(theirs == kernel))
    print(f"DuckDB: {len(theirs) / seconds / 1e6:.2f} M/s with all threads; same cents {same:.4%}", flush=True)
    return {"per_second": round(len(theirs) / seconds), "same": round(same, 6)}


def timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    started = clock()
    work()
    return clock() - started


if __name__ == "__main__":
    main()
