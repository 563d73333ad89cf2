"""One referral prepared for the eye: whose turn, what one may do, the chain it belongs to, the criterion it met."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking.fairness import waiting_for
from fenji.apps.booking.models import Booking
from fenji.apps.booking.policies import state_at
from fenji.apps.notices import queries as notices
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import policies, queries, rules
from fenji.apps.referrals.actions.effects.places import has_free_place
from fenji.apps.referrals.actions.holding import MAY as HOLDS_LONGER
from fenji.apps.referrals.actions.holding import may_hold_longer
from fenji.apps.referrals.actions.waiting import MAY, can_wait
from fenji.apps.referrals.choosing import Answer, findings_for
from fenji.apps.referrals.models import CarePlan, FirstContact, FollowUp, Referral, Step
from fenji.apps.referrals.parties import Acting
from fenji.apps.referrals.rules import day_of
from fenji.apps.referrals.slip import FIELDS
from fenji.apps.registry.models import Institution
from fenji.apps.stays import surgery_ahead
from fenji.apps.stays.models import Surgery
from fenji.kernel.choice import Proposal
from fenji.kernel.conditions import Answer as Met
from fenji.kernel.explanation import explain
from fenji.kernel.referral import REASONS, STATES, Direction, Move, Party, State
from fenji.web.presenters.names import short_name
from fenji.web.presenters.states import action_words, party_words
from fenji.web.presenters.tiers import level_words
from fenji.web.presenters.waits import GroupWait, beside
from fenji.web.waiting.words import Standing, standing_of
from fenji.web.wards.words import state_words

# What is asked first: the move that brings the patient on, before those that stop or turn.
FORWARD = (
    "send", "ask_approval", "approve", "accept", "answer", "reroute", "schedule", "confirm_cancellation", "arrive",
    "start_care", "return_down", "reply", "take_on", "acknowledge",
)  # fmt: skip
BACKWARD = frozenset(
    {"refuse", "withdraw", "discard", "request_cancellation", "cancel_appointment", "close_no_show", "send_back"}
)
GONE = frozenset({"cancelled", "expired"})


@dataclass(frozen=True)
class Button:
    action: str
    words: str
    tone: str


@dataclass
class ReferralPage:
    """What `referrals/show.html` prints."""

    referral: Referral
    moves: list[Move]
    parties: frozenset[Party]
    at: datetime
    user: User

    @cached_property
    def course(self) -> list[tuple[Step, str]]:
        """What happened, the latest first, each with its coded reason and what was written."""
        steps = [step for step in queries.steps_of(self.referral) if step.action != "edit"]
        return [(step, _why(step)) for step in reversed(steps)]

    @property
    def buttons(self) -> list[Button]:
        """The forward move first and filled, turns back last."""
        shown = [move for move in self.moves if self._is_offered(move)]
        order = {action: place for place, action in enumerate(FORWARD)}
        shown.sort(key=lambda move: (move.action in BACKWARD, order.get(move.action, len(order))))
        return [
            Button(move.action, action_words(move.action), _tone(move, first=place == 0))
            for place, move in enumerate(shown)
        ]

    def _is_offered(self, move: Move) -> bool:
        """Complaining is the resident's; nobody has missed what has not begun."""
        if move.action == "mark_no_show":
            booking = self.referral.booking
            return booking is None or booking.place.starts_at <= self.at
        return move.action != "complain" or Party.RESIDENT in self.parties

    @property
    def owner(self) -> str:
        """Whose turn it is, in words: the institution's name, not only its side."""
        rule = STATES[State(self.referral.state)]
        if rule.owner is None:
            return ""
        house = self.referral.sender if rule.owner in {Party.SENDER, Party.APPROVER} else self.referral.receiver
        return f"{short_name(house)} · {party_words(rule.owner)}" if house else party_words(rule.owner)

    @property
    def is_mine(self) -> bool:
        return STATES[State(self.referral.state)].owner in self.parties

    @property
    def slip(self) -> list[tuple[str, str]]:
        return [
            (str(field.label), self.referral.slip[field.name]) for field in FIELDS if self.referral.slip.get(field.name)
        ]

    @cached_property
    def day_surgery(self) -> tuple[Surgery, str] | None:
        """The one asked for with the referral, and where it stands."""
        found = surgery_ahead.of_referral(self.referral.pk, self.referral.resident_id)
        return (found, state_words(found.state)) if found else None

    @cached_property
    def criteria(self) -> list[str]:
        """The catalogue's criteria that the case meets, explained."""
        referral = self.referral
        if not referral.measures:
            return []
        language = (get_language() or "zh")[:2]
        found = findings_for(
            referral.measures, referral.diagnosis_code, Direction(referral.direction), day_of(referral.created_at)
        )
        return [explain(finding, language) for finding in found if finding.answer is Met.MET]

    @cached_property
    def chain(self) -> list[tuple[Referral, bool]]:
        """What it came from and led to, each with whether this person may open it."""
        found = queries.chain_of(self.referral)
        acting = Acting.now(self.user, self.at)
        return [(one, bool(acting.parties(one))) for one in found] if len(found) > 1 else []

    @cached_property
    def onward(self) -> Referral | None:
        """Where the patient was handed on to at last, with its replies: the outcome this sender waits for."""
        return queries.handed_on_to([self.referral]).get(self.referral.pk)

    @cached_property
    def plan(self) -> CarePlan | None:
        return CarePlan.objects.filter(referral=self.referral).first()

    @cached_property
    def follow_ups(self) -> list[FollowUp]:
        """All of the community's; of the upper doctor's looks, laid out for half a year, the done and the next."""
        found = list(self.referral.follow_ups.select_related("institution").order_by("due_on", "pk"))
        later = [one for one in found if one.kind == FollowUp.Kind.GUIDANCE and not one.done_at][1:]
        return [one for one in found if one not in later]

    @cached_property
    def first_contact(self) -> FirstContact | None:
        """How the city's rule of first contact judged the referral when it was made."""
        return FirstContact.objects.filter(referral=self.referral).first()

    @property
    def wants_filing(self) -> bool:
        """The insurer's filing is still to be recorded: shown to everyone, done by the office."""
        return rules.needs_filing(self.referral, self.at) and policies.can_be_filed(self.referral)

    @property
    def may_file(self) -> bool:
        return Party.OFFICE in self.parties

    @cached_property
    def booking(self) -> Booking | None:
        """Its place, booked or held or had; None once given back or the hold ran out."""
        found = self.referral.booking
        return found if found and state_at(found, self.at) not in GONE else None

    @property
    def may_hold_longer(self) -> bool:
        if self.booking is None or not self.parties & HOLDS_LONGER:
            return False
        return may_hold_longer(self.referral, self.booking, self.at)

    @cached_property
    def waits(self) -> Standing | None:
        """Its place in the waiting list, with the offer to be answered."""
        entry = waiting_for(self.referral.pk).first()
        return standing_of(entry, self.at) if entry else None

    @property
    def may_answer(self) -> bool:
        return bool(self.parties & MAY)

    @cached_property
    def may_wait(self) -> bool:
        """Nothing is free and nobody put it on the list yet."""
        is_asked = self.may_answer and can_wait(self.referral, self.at)
        return is_asked and not has_free_place(self.referral, self.at)

    @cached_property
    def undelivered(self) -> list[Notice]:
        """Notices that reached nobody: somebody has to telephone."""
        return [
            notice
            for notice in notices.about(("referral", str(self.referral.pk)))
            if notice.state == Notice.State.FAILED
        ]


def with_onward(rows: Iterable[Referral]) -> list[Referral]:
    """Rows of a list, each that was handed on with where the patient is now as `onward`."""
    found = list(rows)
    last = queries.handed_on_to(found)
    for row in found:
        row.onward = last.get(row.pk)  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True)
class ProposalCard:
    """One proposed institution as `<c-proposal>` prints it."""

    institution: Institution
    level: str
    reason: str
    clause: str
    basis: str
    slot_at: datetime | None
    waits: tuple[GroupWait, ...]
    metres: int | str
    needs_reason: bool
    department: int | None
    is_booked: bool  # whether its next place and its wait mean anything
    beds: str = ""  # of an inpatient referral: free beds of the day, and how long patients waited for one
    bed_waits: tuple[GroupWait, ...] = ()
    pays: str = ""  # what the resident would pay there, where an estimate was made


def proposals(answer: Answer, at: datetime, *, most: int = 8) -> list[ProposalCard]:
    """The best proposals, ready to print."""
    best = answer.choice.proposals[:most]
    houses = Institution.objects.in_bulk([one.candidate.code for one in best], field_name="code")
    return [_card(one, houses[one.candidate.code], answer, at) for one in best]


def _card(one: Proposal, house: Institution, answer: Answer, at: datetime) -> ProposalCard:
    candidate, english = one.candidate, (get_language() or "zh").startswith("en")
    rests = next((reason.rests_on for reason in one.reasons if reason.rests_on), None)
    return ProposalCard(
        institution=house,
        level=level_words(house.level, house.grade) if house.level != "none" else "",
        reason=("; " if english else "；").join(reason.text_en if english else reason.text for reason in one.reasons),
        clause=rests.clause if rests else "",
        basis=rests.status if rests else "stated",
        slot_at=candidate.next_free_at,
        waits=beside(answer.waits_at(candidate.code)),
        metres=round(candidate.distance_km * 1000) if candidate.distance_km is not None else "",
        needs_reason=one.needs_reason,
        department=answer.departments.get(candidate.code),
        is_booked=answer.is_booked,
    )


def _why(step: Step) -> str:
    reason = REASONS.get(step.action, {}).get(step.reason, "")
    return _("：").join(filter(None, (pgettext("reason", reason) if reason else "", step.note)))


def _tone(move: Move, *, first: bool) -> str:
    if move.action in BACKWARD:
        return "danger"
    return "primary" if first and move.action in FORWARD else ""
