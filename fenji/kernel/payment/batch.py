"""The same lines compiled, for bills by the million. Nothing else knows the compiler; never in a web worker."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import FunctionType
from typing import Any

import numba
import numpy as np
from numba.extending import register_jitable

from fenji.kernel.payment import bill, faults, people, settle
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.rows import CHAIN_ROW, MOST_CHAINS, OUTCOME_ROW, Rows, highest_person, next_person

for module in (bill, faults, settle, people):
    for line in vars(module).values():
        if isinstance(line, FunctionType) and line.__module__ == module.__name__:
            register_jitable(forceinline=True)(line)

_compiled = numba.njit(nogil=True)(people.settle_people)


def settle_batch(rows: Rows, policy: PaymentPolicy, beyond: int = 0, threads: int = 1) -> Rows:
    """Settle whole people, in order of person and day, each person's number above `beyond`.

    `rows` are of dtype BILL_ROW (their chain fields are filled in), the answer of dtype OUTCOME_ROW. Python's lock is
    released meanwhile, and threads take different people. The first call compiles, for some seconds.
    """
    out, record = np.zeros(len(rows), OUTCOME_ROW), as_record(policy)

    def part(start: int, end: int, above: int) -> None:
        _compiled(rows[start:end], record, np.zeros(MOST_CHAINS, CHAIN_ROW), out[start:end], above)

    if threads == 1:
        part(0, len(rows), beyond)
        return out
    highest = highest_person(rows, beyond)
    starts = [0, *(next_person(highest, len(rows) * i // threads) for i in range(1, threads)), len(rows)]
    with ThreadPoolExecutor(threads) as pool:
        parts = [pool.submit(part, a, b, int(highest[a - 1]) if a else beyond) for a, b in pairwise(starts)]
    for each in parts:
        each.result()
    return out


def as_record(policy: PaymentPolicy) -> Any:
    """The policy as one record, its tables as arrays inside: a pointer, where a tuple of arrays would be copied."""
    shapes = [len(value) if isinstance(value, tuple) else () for value in policy]
    kind = np.dtype([(name, np.int64, shape) for name, shape in zip(policy._fields, shapes, strict=True)])
    return np.array([tuple(policy)], kind)[0]
