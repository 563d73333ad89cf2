"""What a move does besides moving: books, replies, opens relations, begins another referral. One entry per action.

An effect runs before the state changes, on a locked referral, and may raise a DomainError: then nothing has happened.
"""

from collections.abc import Callable

from fenji.apps.referrals.actions.effects import beds, care, places, receiving, sending, waiting
from fenji.apps.referrals.actions.moving import Act

_EFFECTS: dict[str, Callable[[Act], None]] = {
    "edit": sending.edit,
    "approve": sending.approve,
    "ask_approval": sending.check_complete,
    "send": sending.send,
    "reroute": sending.reroute,
    "discard": sending.leave,
    "withdraw": sending.leave,
    "confirm_cancellation": sending.leave,
    "close_no_show": sending.leave,
    "acknowledge": sending.acknowledge,
    "complain": sending.complain,
    "accept": receiving.accept,
    "refuse": receiving.refuse,
    "assign": receiving.assign,
    "keep": receiving.keep,
    "hand_on": receiving.hand_on,
    "take_back": receiving.take_back,
    "next_accepted": receiving.leave_receiver,
    "arrive": receiving.arrive,
    "enter_paper": receiving.enter_paper,
    "offer": places.offer,
    "schedule": places.schedule,
    "reschedule": places.reschedule,
    "cancel_appointment": places.release,
    "mark_no_show": places.mark_no_show,
    "start_care": care.start,
    "interim_reply": care.interim_reply,
    "reply": care.reply,
    "return_down": care.return_down,
    "resume_care": care.resume,
    "plan_received": care.keep_relations_for_a_while,
    "take_on": care.take_on,
}
EFFECTS = waiting.leaving_the_list(beds.with_beds(_EFFECTS))
