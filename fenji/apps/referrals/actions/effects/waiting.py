"""A referral that has a place, or needs none any more, leaves the waiting list; what was offered goes to the next.

It leaves before the move's own effect, so that an offered time does not stand in the way of the one now taken.
"""

from collections.abc import Callable, Mapping

from fenji.apps.booking import waiting
from fenji.apps.booking.fairness import waiting_for
from fenji.apps.referrals.actions.moving import Act

Effect = Callable[[Act], None]
LEAVES = (
    "discard", "withdraw", "refuse", "reroute", "confirm_cancellation", "close_no_show", "hand_on", "arrive",
    "schedule", "reschedule",
)  # fmt: skip


def leaving_the_list(effects: Mapping[str, Effect]) -> dict[str, Effect]:
    """The effects of all moves; those that end the waiting do so first."""
    return {**effects, **{action: _then(effects.get(action)) for action in LEAVES}}


def _then(effect: Effect | None) -> Effect:
    def run(act: Act) -> None:
        for entry in waiting_for(act.referral.pk):
            waiting.withdraw(entry.pk, f"转诊：{act.move.name}", by=None, at=act.at)
        if effect is not None:
            effect(act)

    return run
