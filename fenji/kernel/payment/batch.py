"""The same lines compiled, for bills by the million. Nothing else knows the compiler; never in a web worker."""

from types import FunctionType
from typing import Any

import numba
import numpy as np
from numba.extending import register_jitable

from fenji.kernel.payment import bill, faults, people, settle
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.rows import CHAIN_ROW, MOST_CHAINS, OUTCOME_ROW, Rows

for module in (bill, faults, settle, people):
    for line in vars(module).values():
        if isinstance(line, FunctionType) and line.__module__ == module.__name__:
            register_jitable(line)

_compiled = numba.njit(nogil=True)(people.settle_people)


def settle_batch(rows: Rows, policy: PaymentPolicy, beyond: int = 0) -> Rows:
    """Settle whole people, in order of person and day, each person's number above `beyond`.

    `rows` are of dtype BILL_ROW (their chain fields are filled in), the answer of dtype OUTCOME_ROW. Python's lock is
    released meanwhile: threads may settle different people at once. The first call compiles, for some seconds.
    """
    out = np.zeros(len(rows), OUTCOME_ROW)
    _compiled(rows, as_record(policy), np.zeros(MOST_CHAINS, CHAIN_ROW), out, beyond)
    return out


def as_record(policy: PaymentPolicy) -> Any:
    """The policy as one record, its tables as arrays inside: a pointer, where a tuple of arrays would be copied."""
    shapes = [len(value) if isinstance(value, tuple) else () for value in policy]
    kind = np.dtype([(name, np.int64, shape) for name, shape in zip(policy._fields, shapes, strict=True)])
    return np.array([tuple(policy)], kind)[0]
