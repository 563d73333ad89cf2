"""May this be done? The button asks `can_move`, the guard calls `check_move`: one rule, so that they agree."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fenji.apps.common.errors import Invalid
from fenji.apps.referrals.errors import ApprovalNeeded, FieldsMissing, MoveNotPossible, NotYourMove
from fenji.kernel.referral import BY_ACTION, REASONS, STATES, Direction, Move, Party, State, Urgency, moves_from

FILED_WHILE = frozenset(
    {State.SENT, State.ACCEPTED, State.SCHEDULED, State.APPOINTMENT_CANCELLED, State.NO_SHOW, State.ARRIVED,
     State.IN_CARE, State.REPLIED, State.RETURNED, State.COMPLETED}
)  # fmt: skip

if TYPE_CHECKING:
    from fenji.apps.referrals.models import Referral


def possible_moves(referral: "Referral", parties: Collection[Party], *, approval_required: bool) -> list[Move]:
    """The rows of the table that these parties may take now, in the table's order."""
    rows = moves_from(State(referral.state), direction=Direction(referral.direction), urgency=Urgency(referral.urgency))
    skip = _skipped(referral, approval_required)
    return [move for move in rows if acting_party(move, parties) and move.action not in skip]


def acting_party(move: Move, parties: Collection[Party]) -> Party | None:
    """As which party the person acts: the first in the table's row that the person is."""
    return next((party for party in move.by if party in parties), None)


def check_move(
    referral: "Referral", action: str, parties: Collection[Party], *, approval_required: bool
) -> tuple[Move, Party]:
    """The move and the party it is made as; raises MoveNotPossible, ApprovalNeeded or NotYourMove in words."""
    move = BY_ACTION[action]
    rows = moves_from(State(referral.state), direction=Direction(referral.direction), urgency=Urgency(referral.urgency))
    if move not in rows:
        raise MoveNotPossible(
            _("转诊单目前是“%(state)s”，不能“%(action)s”。")
            % {"state": pgettext("state", STATES[State(referral.state)].name), "action": pgettext("move", move.name)},
            remedy=_("请刷新页面，按最新状态处理。"),
        )
    if action in _skipped(referral, approval_required):
        if action == "send":
            raise ApprovalNeeded
        raise MoveNotPossible(_("本市不要求签批，请直接发出。"))
    party = acting_party(move, parties)
    if party is None:
        raise NotYourMove
    return move, party


def can_be_filed(referral: "Referral") -> bool:
    """Whether the insurer's filing may still be recorded: it was received, is not at its end, and has none."""
    return referral.filed_at is None and State(referral.state) in FILED_WHILE


def check_given(move: Move, given: Collection[str], reason: str) -> None:
    """Every field the move needs is there and its reason is a known code; raises FieldsMissing or Invalid."""
    missing = [name for name in move.needs if name not in given]
    if missing:
        raise FieldsMissing(fields={name: _("请填写这一项。") for name in missing})
    if (reason or "reason" in move.needs) and reason not in REASONS.get(move.action, {}):
        raise Invalid(fields={"reason": _("请从列出的原因中选择。")})


def _skipped(referral: "Referral", approval_required: bool) -> frozenset[str]:
    """Where the city asks for approval a routine draft is not sent directly; elsewhere there is nobody to ask."""
    if approval_required and referral.urgency != Urgency.EMERGENCY and not referral.approved_by_id:
        return frozenset({"send"})
    return frozenset({"ask_approval"})
