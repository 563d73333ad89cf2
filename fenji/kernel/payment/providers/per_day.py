"""按床日（服务单元）: so much for each day, less from a day on, as long rehabilitation and nursing are paid."""

from itertools import pairwise

from fenji.kernel.payment.providers.episode import Basis, Due, Episode, due_of

Steps = tuple[tuple[int, int], ...]  # from which day (1 is the first), 分 a day; days rise


def pay_by_day(episode: Episode, days: int, steps: Steps) -> Due:
    """What the fund owes for a stay of `days` days (day of discharge not counted, a day's stay is one)."""
    return due_of(allowed_for(days, steps), episode, Basis.STANDARD)


def allowed_for(days: int, steps: Steps) -> int:
    """Each day at the rate of its step."""
    bounds = [*(first for first, _ in steps), days + 1]
    spans = (
        (max(0, min(days + 1, end) - start), cents)
        for (start, end), (_, cents) in zip(pairwise(bounds), steps, strict=True)
    )
    return sum(length * cents for length, cents in spans)
