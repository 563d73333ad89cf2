"""A sum shared out in whole 分, so that the parts add up to it."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def share_out(cents: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """The sum in proportion to the weights; the cents left over go to the largest remainders, the first named first.

    Raises ValueError when there is something to share but nobody has a weight, or a weight or the sum is negative.
    """
    whole = sum(weights.values())
    if cents < 0 or min(weights.values(), default=0) < 0:
        raise ValueError("neither the sum nor a weight may be negative")
    if whole == 0:
        if cents:
            raise ValueError("a sum to share, and nobody to share it with")
        return dict.fromkeys(weights, 0)
    parts = {key: cents * weight // whole for key, weight in weights.items()}
    left = cents - sum(parts.values())
    by_remainder = sorted(weights, key=lambda key: -(cents * weights[key] % whole))
    for key in by_remainder[:left]:
        parts[key] += 1
    return parts
