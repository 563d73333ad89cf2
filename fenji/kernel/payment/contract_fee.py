"""签约服务费: who bears the family-doctor contract's fee, for the months it was in force."""

from collections.abc import Mapping
from dataclasses import dataclass

from fenji.kernel.payment.providers.sharing import share_out

MONTHS = 12


@dataclass(frozen=True)
class FeeSplit:
    """Amounts in 分; the payers' parts add up to the total. Services agreed upon are not charged besides."""

    total_cents: int
    parts: Mapping[str, int]  # by payer: insurance, public_health, fiscal, resident


def split_fee(year_parts: Mapping[str, int], months: int = MONTHS, *, waived: str = "", to: str = "") -> FeeSplit:
    """The fee for some months of a year, by the payers' yearly parts. Raises ValueError on months not in 0 to 12.

    `waived` names a payer who does not pay (a poor resident), `to` the one who pays instead.
    """
    if not 0 <= months <= MONTHS:
        raise ValueError(f"months: 0 to {MONTHS}, not {months}")
    parts = dict(year_parts)
    if waived:
        parts[to] = parts.get(to, 0) + parts.pop(waived, 0)
    year = sum(parts.values())
    total = (year * months + MONTHS // 2) // MONTHS
    return FeeSplit(total, share_out(total, parts) if year else dict.fromkeys(parts, 0))
