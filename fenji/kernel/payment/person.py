"""What a person's year has seen before a bill: the accumulators (年度累计)."""

from typing import NamedTuple

ZEROS = (0, 0, 0, 0, 0)


class PersonYear(NamedTuple):
    """All in 分, one year, one scheme; the tuples have a number for each `Setting`. Opening values may be imported."""

    stays: int = 0  # stays begun; the later stages of one chain are the same stay
    deductible_cents: tuple[int, int, int, int, int] = ZEROS
    fund_cents: tuple[int, int, int, int, int] = ZEROS
    burden_cents: int = 0  # own burden within the catalogue that counts towards catastrophic insurance
    catastrophic_cents: int = 0
    hardship_cents: int = 0  # own burden that counts towards medical assistance, after catastrophic insurance
    assistance_cents: int = 0
