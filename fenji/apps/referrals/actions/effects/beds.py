"""The referral's bed: confirmed when accepted, given back when the patient does not come, freed soon when sent down.

These run after a move's own effect, in its transaction: the bed follows the referral or the move fails.
"""

from collections.abc import Callable, Mapping

from fenji.apps.referrals.actions.effects import examinations, surgery
from fenji.apps.referrals.actions.moving import Act
from fenji.apps.stays import actions as stays
from fenji.apps.stays import going_down, queries
from fenji.kernel.referral import Direction, Party
from fenji.kernel.stays import StayState

Effect = Callable[[Act], None]


def confirm(act: Act) -> None:
    """The bed held when the referral was sent is now promised. A hold that ran out is no reason not to accept."""
    planned = queries.planned_for(act.referral.pk, at=act.at)
    if planned is not None and planned.state == StayState.HELD:
        stays.confirm(planned.pk, by=act.by, at=act.at)
        act.details["bed"] = str(planned.pk)


def give_back(act: Act) -> None:
    """Nobody comes to lie in it, nor to be examined or operated."""
    examinations.give_back(act)
    surgery.give_up(act)
    planned = queries.planned_for(act.referral.pk, at=act.at)
    if planned is not None:
        stays.cancel(planned.pk, act.given.note or act.move.name, by=act.by, at=act.at)


def expect_to_leave(act: Act) -> None:
    """Who is sent down, by whatever page, leaves the bed of the sending house soon; who signs is no ward's hand."""
    one, by = act.referral, act.by if act.party is Party.SENDER else None
    if one.direction == Direction.DOWN:
        going_down.expect_to_leave(one.sender_id, one.resident_id, f"referral-{one.pk}-{one.version}", by=by, at=act.at)


AFTER: Mapping[str, Effect] = {
    "accept": confirm,
    "arrive": confirm,
    **dict.fromkeys(
        (
            "discard",
            "refuse",
            "reroute",
            "withdraw",
            "confirm_cancellation",
            "close_no_show",
            "hand_on",
            "mark_no_show",
        ),
        give_back,
    ),
    **dict.fromkeys(("send", "approve"), expect_to_leave),
}


def with_beds(effects: Mapping[str, Effect]) -> dict[str, Effect]:
    """The effects of all moves, each followed by what becomes of the bed."""
    return {action: _both(effects.get(action), AFTER.get(action)) for action in {*effects, *AFTER}}


def _both(first: Effect | None, second: Effect | None) -> Effect:
    def run(act: Act) -> None:
        for effect in (first, second):
            if effect is not None:
                effect(act)

    return run
