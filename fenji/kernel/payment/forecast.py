"""Where the fund's spending of a year will end if it goes on as it did."""

from collections.abc import Sequence

MONTHS = 12


def year_end(complete_months_cents: Sequence[int]) -> int | None:
    """Twelve times the mean of the year's complete months, in 分; None before the first month is over."""
    if not complete_months_cents:
        return None
    return sum(complete_months_cents) * MONTHS // len(complete_months_cents)
