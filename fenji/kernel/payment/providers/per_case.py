"""按病种: a standard for the case, by level of the hospital; what is far off the standard is paid by item."""

from collections.abc import Mapping
from dataclasses import dataclass

from fenji.kernel.payment.codes import PayTier
from fenji.kernel.payment.providers.episode import Basis, Due, Episode, due_of
from fenji.kernel.payment.settle import share


@dataclass(frozen=True)
class CaseRules:
    """`standard_cents` by level. Below `low_permille` of it the bill is paid; above `high_permille`, the excess too."""

    standard_cents: Mapping[PayTier, int]
    low_permille: int = 0
    high_permille: int = 10**6
    rounding: int = 500


def pay_by_case(episode: Episode, tier: PayTier, rules: CaseRules) -> Due:
    """What the fund owes for one case. Raises KeyError where the disease has no standard for the level."""
    standard = rules.standard_cents[tier]
    low = share(standard, rules.low_permille, rules.rounding)
    high = share(standard, rules.high_permille, rules.rounding)
    if episode.total_cents < low:
        return due_of(episode.total_cents, episode, Basis.LOW)
    if episode.total_cents > high:
        return due_of(standard + episode.total_cents - high, episode, Basis.HIGH)
    return due_of(standard, episode, Basis.STANDARD)
