"""How large the share kept for referrals is: as large as referrals really were, between a floor and a ceiling."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Permille of the places; the share never leaves [floor, ceiling]."""

    floor: int
    ceiling: int

    def __post_init__(self) -> None:
        if not 0 <= self.floor <= self.ceiling <= 1000:
            raise ValueError("a floor lies between 0 and its ceiling, which is at most 1000 permille")

    def hold(self, permille: int) -> int:
        """The share, moved to the nearer bound where it lies outside."""
        return min(max(permille, self.floor), self.ceiling)


def sized(referred: int, offered: int, bounds: Bounds, *, before: int) -> int:
    """The share in permille from `referred` bookings of `offered` places, rounded up; without places as `before`.

    Raises ValueError on negative counts. More bookings than places (some moved in from elsewhere) count as all.
    """
    if referred < 0 or offered < 0:
        raise ValueError("counts are not negative")
    share = before if offered == 0 else -(-min(referred, offered) * 1000 // offered)
    return bounds.hold(share)
