"""Every figure a second time, in plain Python over the histories themselves: no SQL, no definitions, no `facts`."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from fenji.apps.indicators.scope import Scope
from fenji.apps.referrals.models import Step
from fenji.apps.registry.models import Institution
from tests.apps.indicators.histories import History


@dataclass
class Receipt:
    """One institution's turn with a referral."""

    history: History
    steps: list[Step]
    receiver: int
    is_last: bool
    at: datetime

    @property
    def answer(self) -> Step | None:
        return next(
            (s for s in self.steps if s.from_state in {"sent", ""} and s.to_state in
             {"accepted", "refused", "arrived", "handing_on"}), None,
        )  # fmt: skip

    @property
    def refused(self) -> bool:
        return self.answer is not None and self.answer.to_state == "refused"

    @property
    def is_late(self) -> bool:
        r, deadlines = self.history.referral, self.history.deadlines
        acted_late = any(s.from_state == "sent" and deadlines[s.version] <= s.at for s in self.steps)
        return acted_late or (self.is_last and r.state == "sent" and r.due_at <= self.at)

    def has(self, *actions: str) -> bool:
        return any(step.action in actions for step in self.steps)


def receipts(made: list[History], scope: Scope) -> list[Receipt]:
    """The turns of the referrals first sent in the period."""
    found = []
    for history in made:
        sent_at = history.referral.sent_at
        if sent_at is None or not scope.start <= sent_at < scope.until:
            continue
        turns: list[list[Step]] = []
        for step in history.steps:
            if step.action in {"send", "approve", "enter_paper", "reroute"}:
                turns.append([])
            if turns:
                turns[-1].append(step)
        for place, steps in enumerate(turns):
            receiver = history.receivers[steps[0].version]
            one = Receipt(history, steps, receiver, place == len(turns) - 1, scope.at)
            ids = scope.institution_ids
            if ids is None or {receiver, history.referral.sender_id} & ids:
                found.append(one)
    return found


def recounted(turns: list[Receipt], houses: dict[int, Institution], tied: set[tuple[int, int]]) -> dict[str, object]:
    """Code to count, (count, base) of a share, or (count, median hours)."""
    count: dict[str, int] = defaultdict(int)
    hours: dict[str, list[float]] = defaultdict(list)
    for one in turns:
        r, answer = one.history.referral, one.answer
        if one.is_last:
            count[f"sent_{r.direction}"] += 1
        count[f"received_{r.direction}"] += 1
        if answer:
            count["refused" if one.refused else "accepted"] += 1
            count["answered"] += 1
        if not r.from_paper and (answer or one.is_late):
            count["owed"] += 1
            count["on_time"] += not one.is_late
        count["answered_late"] += bool(answer and one.is_late)
        count["unanswered"] += bool(not answer and one.is_late)
        is_booked = one.is_last and r.booking is not None and r.booking.state in {"booked", "arrived", "no_show"}
        if one.has("mark_no_show") or (is_booked and r.arrived_at):
            count["kept_or_not"] += 1
            count["no_show"] += one.has("mark_no_show")
        if one.is_last and r.direction != "down" and r.replied_at:
            count["treated"] += 1
            child = one.history.child
            count["planned"] += bool(child and one.history.child_has_plan and child.state != "cancelled")
        gap = houses[one.receiver].tier - houses[r.sender_id].tier
        is_tied = (r.sender_id, one.receiver) in tied
        count["skipped_tier"] += (
            one.is_last and r.direction == "up" and r.urgency != "emergency" and gap >= 2 and not is_tied
        )
        count["below_level"] += r.direction == "up" and one.refused and answer.reason == "below_level"
        if not r.from_paper and r.urgency != "emergency":
            if answer:
                hours["to_answer"].append((answer.at - one.steps[0].at).total_seconds() / 3600)
            if one.is_last and r.booking and r.booking.state in {"booked", "arrived", "no_show"}:
                hours["to_appointment"].append((r.booking.place.starts_at - r.sent_at).total_seconds() / 3600)
            if one.is_last and r.arrived_at:
                hours["to_arrival"].append((r.arrived_at - r.sent_at).total_seconds() / 3600)
    plain = (
        "sent_up", "sent_down", "sent_same", "received_up", "received_down", "accepted", "refused", "answered_late",
        "unanswered", "skipped_tier", "below_level",
    )  # fmt: skip
    shares = {
        "refused_share": ("refused", "answered"), "on_time": ("on_time", "owed"), "no_show": ("no_show", "kept_or_not"),
        "returned_with_plan": ("planned", "treated"),
    }  # fmt: skip
    spans = ("to_answer", "to_appointment", "to_arrival")
    return (
        {code: count[code] for code in plain}
        | {code: (count[top], count[base]) for code, (top, base) in shares.items()}
        | {code: (len(hours[code]), median(hours[code]) if hours[code] else None) for code in spans}
    )
