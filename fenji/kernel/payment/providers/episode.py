"""One visit or stay, as its institution billed it, and what the fund owes the institution for it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Episode:
    """Amounts in 分. `others_cents` is what patient, catastrophic insurance, assistance and care insurance bear."""

    total_cents: int
    others_cents: int


class Basis(StrEnum):
    """What the amount rests on."""

    ITEMS = "items"  # 按项目
    STANDARD = "standard"  # 按定额
    LOW = "low"  # 低倍率病例，按项目
    HIGH = "high"  # 高倍率病例，超出部分按项目


@dataclass(frozen=True)
class Due:
    """What the fund owes; `gain_cents` is what the institution keeps of the standard, negative what it bears itself."""

    fund_cents: int
    basis: Basis
    gain_cents: int


def due_of(allowed_cents: int, episode: Episode, basis: Basis) -> Due:
    """The fund pays what is allowed less what others bear, never less than nothing."""
    fund = max(0, allowed_cents - episode.others_cents)
    return Due(fund, basis, fund + episode.others_cents - episode.total_cents)
