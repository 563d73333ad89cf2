"""The same lines compiled, for bills by the million. Nothing else knows the compiler; never in a web worker."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, pairwise
from types import FunctionType

import numba
import numpy as np
from numba.extending import register_jitable

from fenji.kernel.payment import bill, cutting, faults, people, settle
from fenji.kernel.payment.policy import ALWAYS, DatedPolicy, PaymentPolicy
from fenji.kernel.payment.rows import CHAIN_ROW, MOST_CHAINS, NO_OPENINGS, OUTCOME_ROW, Openings, Rows

Policies = PaymentPolicy | Sequence[DatedPolicy]  # one for all days, or each for its own

for module in (bill, faults, settle, people):
    for line in vars(module).values():
        if isinstance(line, FunctionType) and line.__module__ == module.__name__:
            register_jitable(forceinline=True)(line)

_settle = numba.njit(nogil=True)(people.settle_people)
highest_in = numba.njit(nogil=True)(cutting.highest_in)
first_above = numba.njit(nogil=True)(cutting.first_above)
last_beginning = numba.njit(nogil=True)(cutting.last_beginning)


def settle_batch(
    rows: Rows, policies: Policies, beyond: int = 0, threads: int = 1, openings: Openings = NO_OPENINGS
) -> Rows:
    """Settle whole people, in order of person and day, each person's number above `beyond`.

    `rows` are of dtype BILL_ROW (their chain fields are filled in), the answer of OUTCOME_ROW. Python's lock is
    released meanwhile, and threads take different people. The first call compiles, for some seconds.
    """
    out, records = np.zeros(len(rows), OUTCOME_ROW), as_records(policies)

    def part(start: int, end: int, above: int) -> None:
        years, chains = (known[np.searchsorted(known["person"], above, side="right") :] for known in openings)
        _settle(rows[start:end], records, years, chains, np.zeros(MOST_CHAINS, CHAIN_ROW), out[start:end], above)

    if threads == 1:
        part(0, len(rows), beyond)
        return out
    cuts = [len(rows) * i // threads for i in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        highest = accumulate(pool.map(lambda cut: highest_in(rows[slice(*cut)], beyond), pairwise(cuts)), max)
        above = [beyond, *highest][:-1]
        starts = [
            0,
            *(first_above(rows, cut, most) for cut, most in zip(cuts[1:-1], above[1:], strict=True)),
            len(rows),
        ]
        for done in [pool.submit(part, *cut, most) for cut, most in zip(pairwise(starts), above, strict=True)]:
            done.result()
    return out


def as_records(policies: Policies) -> Rows:
    """The policies as records, their tables as arrays inside: a pointer, where a tuple of arrays would be copied."""
    dated = [DatedPolicy(*ALWAYS, policies)] if isinstance(policies, PaymentPolicy) else list(policies)
    shapes = [len(value) if isinstance(value, tuple) else () for value in dated[0].policy]
    tables = [(name, np.int64, shape) for name, shape in zip(PaymentPolicy._fields, shapes, strict=True)]
    kind = np.dtype([("first_day", np.int64), ("last_day", np.int64), *tables])
    return np.array([(each.first_day, each.last_day, *each.policy) for each in dated], kind)
