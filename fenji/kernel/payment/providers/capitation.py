"""按人头: so much a head and year; who spends less keeps a share, who spends more bears one."""

from collections.abc import Mapping
from dataclasses import dataclass

from fenji.kernel.payment.settle import share


@dataclass(frozen=True)
class CapitationRules:
    """Amounts in 分 a head and year, by whatever groups heads are counted in."""

    head_cents: Mapping[str, int]
    retained_permille: int  # of a surplus, when quality passed
    overrun_permille: int  # of an overrun, borne by the institution
    rounding: int = 500


@dataclass(frozen=True)
class Clearing:
    """A year cleared, in 分: every cent of a surplus or an overrun has one place."""

    budget_cents: int
    spent_cents: int  # by the institution and, for its heads, elsewhere
    retained_cents: int  # surplus the institution keeps
    returned_cents: int  # surplus that goes back to the fund
    borne_cents: int  # overrun the institution bears
    shared_cents: int  # overrun the fund bears

    @property
    def due_cents(self) -> int:
        """What the fund pays in all for these heads, care elsewhere included."""
        return self.spent_cents + self.retained_cents - self.borne_cents


def clear_capitation(
    heads: Mapping[str, int], spent_cents: int, elsewhere_cents: int, quality_passed: bool, rules: CapitationRules
) -> Clearing:
    """The year of an institution or consortium. `elsewhere_cents`: its heads' care at others, which its budget bears.

    A surplus is kept only where quality passed. Raises KeyError for heads of a group without an amount.
    """
    budget = sum(number * rules.head_cents[group] for group, number in heads.items())
    spent = spent_cents + elsewhere_cents
    surplus, overrun = max(0, budget - spent), max(0, spent - budget)
    retained = share(surplus, rules.retained_permille, rules.rounding) if quality_passed else 0
    borne = share(overrun, rules.overrun_permille, rules.rounding)
    return Clearing(budget, spent, retained, surplus - retained, borne, overrun - borne)
