"""How a referral's state, urgency and direction look: word, icon and tone, never colour alone."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from fenji.apps.referrals.models import FollowUp, Referral
from fenji.kernel.referral import BY_ACTION, CHOICE_REASONS, REASONS, STATES, Direction, Party, State, Urgency


@dataclass(frozen=True)
class Mark:
    """`tone` is a class of badge.css, `icon` a heroicon (mini)."""

    word: str
    tone: str
    icon: str


# Tones: idle (nothing sent yet), wait (someone must answer), act (went wrong, someone must mend it), going (under way),
# back (coming home), done, closed.
LOOKS: dict[State, tuple[str, str]] = {
    State.DRAFT: ("idle", "pencil"),
    State.AWAITING_APPROVAL: ("wait", "pencil-square"),
    State.SENT: ("wait", "inbox-arrow-down"),
    State.AWAITING_INFORMATION: ("act", "question-mark-circle"),
    State.REFUSED: ("act", "hand-raised"),
    State.HANDING_ON: ("wait", "arrow-path-rounded-square"),
    State.ACCEPTED: ("going", "check"),
    State.SCHEDULED: ("going", "calendar-days"),
    State.APPOINTMENT_CANCELLED: ("act", "calendar"),
    State.NO_SHOW: ("act", "user-minus"),
    State.CANCELLATION_REQUESTED: ("act", "x-circle"),
    State.ARRIVED: ("going", "map-pin"),
    State.IN_CARE: ("going", "heart"),
    State.REPLIED: ("back", "chat-bubble-left-right"),
    State.RETURNED: ("back", "arrow-down-circle"),
    State.COMPLETED: ("done", "check-circle"),
    State.CANCELLED: ("closed", "no-symbol"),
    State.REFERRED_ONWARD: ("closed", "arrow-right-circle"),
}

URGENCIES: dict[Urgency, tuple[str | Promise, str, str]] = {
    Urgency.ROUTINE: (_("普通"), "routine", "minus"),
    Urgency.URGENT: (_("加急"), "urgent", "chevron-double-up"),
    Urgency.EMERGENCY: (_("急诊"), "emergency", "bolt"),
}

DIRECTIONS: dict[Direction, tuple[str | Promise, str, str]] = {
    Direction.UP: (_("上转"), "up", "arrow-up"),
    Direction.DOWN: (_("下转"), "down", "arrow-down"),
    Direction.SAME: (_("同级转"), "same", "arrows-right-left"),
}

PARTIES: dict[Party, str | Promise] = {
    Party.SENDER: _("转出方"),
    Party.APPROVER: _("转出机构签批人"),
    Party.OFFICE: _("接收机构转诊办"),
    Party.DEPARTMENT: _("接收科室"),
    Party.RESIDENT: _("居民"),
    Party.CLOCK: _("系统"),
}


FOLLOW_UPS: dict[str, str | Promise] = {
    FollowUp.AFTER_REFERRAL: _("转诊后随访"),
    FollowUp.LOOK_IN: _("随诊指导"),
}


def follow_up_words(task: FollowUp) -> str:
    """What is to be done: in the reader's words what the system set, as written what a doctor did."""
    return str(FOLLOW_UPS.get(task.what, task.what))


def state_mark(state: State | str) -> Mark:
    state = State(state)
    tone, icon = LOOKS[state]
    return Mark(pgettext("state", STATES[state].name), tone, icon)


def urgency_mark(urgency: Urgency | str) -> Mark:
    word, tone, icon = URGENCIES[Urgency(urgency)]
    return Mark(str(word), tone, icon)


def direction_mark(direction: Direction | str) -> Mark:
    word, tone, icon = DIRECTIONS[Direction(direction)]
    return Mark(str(word), tone, icon)


def party_words(party: Party | str) -> str:
    return str(PARTIES[Party(party)])


def owner_words(state: State | str) -> str:
    """Who must act now; empty for a closed referral."""
    owner = STATES[State(state)].owner
    return "" if owner is None else party_words(owner)


def choice_words(referral: Referral) -> str:
    """Why this institution: the coded reason, then what was written."""
    code = CHOICE_REASONS.get(referral.choice_code, "")
    written = gettext(referral.choice_reason) if referral.choice_reason else ""  # a page may have written it
    return gettext("：").join(filter(None, (pgettext("reason", code) if code else "", written)))


def refusal_words(code: str) -> str:
    """Why a hospital did not accept; a code that is in no table stays as it is."""
    return pgettext("reason", REASONS["refuse"].get(code, code)) if code else ""


def action_words(action: str) -> str:
    """The button's word for a move of the kernel's table; KeyError for a move that is not in it."""
    return pgettext("move", BY_ACTION[action].name)
