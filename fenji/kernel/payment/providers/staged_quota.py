"""定额付费与分段支付: one treatment over several institutions, its quota split by stage and settled once (D 四).

Each stage is managed and assessed by itself, by its period and content; the quota is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fenji.kernel.payment.providers.sharing import share_out
from fenji.kernel.payment.settle import share


@dataclass(frozen=True)
class Stage:
    """A part of the treatment: whose, its weight in the quota, whether it took place, how its assessment came out."""

    name: str
    institution: str
    weight: int
    done: bool = True
    assessed_permille: int = 1000  # 1000: as agreed


@dataclass(frozen=True)
class StagePaid:
    """The stage's part of the quota in 分: paid + withheld + undone is the part."""

    stage: Stage
    paid_cents: int
    withheld_cents: int  # by the assessment
    undone_cents: int  # the stage did not take place


def settle_stages(quota_cents: int, stages: Sequence[Stage]) -> tuple[StagePaid, ...]:
    """All stages of one treatment at once; what the stages come to is the quota, to the cent. Raises ValueError."""
    parts = share_out(quota_cents, {place: stage.weight for place, stage in enumerate(stages)})
    return tuple(_paid(stage, parts[place]) for place, stage in enumerate(stages))


def _paid(stage: Stage, part: int) -> StagePaid:
    if not stage.done:
        return StagePaid(stage, 0, 0, part)
    paid = share(part, stage.assessed_permille, 0)
    return StagePaid(stage, paid, part - paid, 0)
