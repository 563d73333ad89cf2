"""总额控制下的点数法: a budget shared by points; paid on account every month, cleared once a year.

A budget for patients sent down (下转患者单独预算), or one tilted towards primary care, is a budget of its own: share it
out by itself. Points are thousandths, so that a weight of 0.873 is 873.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fenji.kernel.payment.providers.sharing import share_out
from fenji.kernel.payment.settle import share


@dataclass(frozen=True)
class Case:
    """One case: the weight of its group (DRG, DIP, disease), and the coefficient of the hospital's level."""

    institution: str
    weight_milli: int
    level_permille: int = 1000


@dataclass(frozen=True)
class Cleared:
    """An institution's year in 分; negative `to_pay_cents` is paid back."""

    points_milli: int
    earned_cents: int
    prepaid_cents: int

    @property
    def to_pay_cents(self) -> int:
        return self.earned_cents - self.prepaid_cents


def points_of(cases: Iterable[Case]) -> dict[str, int]:
    """Points by institution, in thousandths, rounded half up case by case."""
    points: dict[str, int] = {}
    for case in cases:
        points[case.institution] = points.get(case.institution, 0) + share(case.weight_milli, case.level_permille, 500)
    return points


def prepay(monthly_bill_cents: int, prepaid_permille: int) -> int:
    """按月预结: what is paid on account of a month's bills; never more than they came to."""
    return share(monthly_bill_cents, prepaid_permille, 0)


def clear_budget(budget_cents: int, points: Mapping[str, int], prepaid: Mapping[str, int]) -> dict[str, Cleared]:
    """年度清算: the whole budget by points, to the cent. Raises ValueError where there is a budget and no point."""
    earned = share_out(budget_cents, points)
    everyone = {**dict.fromkeys(points), **dict.fromkeys(prepaid)}
    return {one: Cleared(points.get(one, 0), earned.get(one, 0), prepaid.get(one, 0)) for one in everyone}
