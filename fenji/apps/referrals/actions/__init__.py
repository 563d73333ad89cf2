"""Everything that changes a referral. Moves along the table go through `perform`; the rest has a verb of its own."""

from fenji.apps.referrals.actions.beginning import draft, enter_paper, refer
from fenji.apps.referrals.actions.besides import answer_complaint, attach, complete_follow_up, record_filing
from fenji.apps.referrals.actions.clockwork import escalate_overdue, follow_booking
from fenji.apps.referrals.actions.holding import hold_longer
from fenji.apps.referrals.actions.moving import perform
from fenji.apps.referrals.actions.waiting import accept_offer, wait_for_clinic, wait_for_place

__all__ = [
    "accept_offer",
    "answer_complaint",
    "attach",
    "complete_follow_up",
    "draft",
    "enter_paper",
    "escalate_overdue",
    "follow_booking",
    "hold_longer",
    "perform",
    "record_filing",
    "refer",
    "wait_for_clinic",
    "wait_for_place",
]
