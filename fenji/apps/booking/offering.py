"""A place that became free goes to the waiting list: to the first in order whom it suits, kept until they answer.

An offer is a hold: the same claim as any other, so nobody else can have the place meanwhile and no place is offered
twice. One department's list is worked through by one transaction at a time. Order of locks: booking, then entry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.booking import letters, placing, queries, rules
from fenji.apps.booking.access import access_for
from fenji.apps.booking.announce import tell
from fenji.apps.booking.errors import AlreadyBooked, OfferOver, SlotTaken
from fenji.apps.booking.models import Booking, BookingState, EntryState, Offer, OfferState, Place, WaitingEntry
from fenji.apps.booking.policies import REFERRED, Access
from fenji.apps.common import audit
from fenji.apps.common.errors import Busy

ONE_AT_A_TIME = 0x0FFE  # advisory lock, with the department: offers go out one after the other
SERIALISE = "SELECT pg_advisory_xact_lock(%s, %s)"
GRACE = timedelta(minutes=2)  # the place is kept past the answer's time, until the next in order is offered it
LONGEST_LIST = 500  # entries looked at for one round of offers
FAR = timedelta(days=366)  # as far as places are made
ALIVE = ("held", "booked", "arrived")
IN_ORDER = ("urgency_rank", "entered_at", "pk")


@dataclass
class _Asker:
    """Somebody of the list in one round: what is open to them, and which places they did not want before."""

    entry: WaitingEntry
    access: Access
    refused: frozenset[int]


def pass_on(booking: Booking, *, by: User | None, at: datetime) -> list[Offer]:
    """After a place was given back: end the offer it was, and offer what is free now to who waits, in order."""
    end_offer(booking, OfferState.DECLINED, by=by, at=at)
    return offer_free(booking.department_id, at=at)


@transaction.atomic
def offer_free(department_id: int, *, at: datetime) -> list[Offer]:
    """Offer every free place of a department to who waits for it, first by urgency, then by time of entry.

    Offers nobody answered in time are ended first, so that their places go to the next.
    """
    if not _anyone_waits(department_id, at):
        return []
    with connection.cursor() as cursor:
        cursor.execute(SERIALISE, [ONE_AT_A_TIME, department_id % 2**31])
    _end_silent(department_id, at)
    made: list[Offer] = []
    free, ahead = _Free(department_id, at), list[_Asker]()
    for asker in _in_order(department_id, at):
        offer = _offer(asker, free, ahead, at=at)
        if offer is None:
            ahead.append(asker)
        else:
            made.append(offer)
    return made


def end_offer(booking: Booking, state: OfferState, *, by: User | None, at: datetime) -> None:
    """The booking was an offer and is given up: its entry waits on, in its old order."""
    offer = Offer.objects.select_for_update(no_key=True).filter(booking=booking, state=OfferState.OPEN).first()
    if offer is None:
        return
    _answer(offer, state, by, at)
    WaitingEntry.objects.filter(pk=offer.entry_id, state=EntryState.OFFERED).update(state=EntryState.WAITING)


def note_confirmed(booking: Booking, *, by: User | None, at: datetime) -> None:
    """A hold was confirmed; if it was an offer, it is accepted in time or not at all. Raises OfferOver."""
    offer = Offer.objects.select_for_update(no_key=True).filter(booking=booking, state=OfferState.OPEN).first()
    if offer is None:
        return
    if offer.answer_by <= at:
        raise OfferOver
    _answer(offer, OfferState.ACCEPTED, by, at)
    WaitingEntry.objects.filter(pk=offer.entry_id).update(state=EntryState.BOOKED, ended_at=at, ended_reason="候补成功")
    tell(booking, "booked")


def departments_to_serve(*, at: datetime) -> list[int]:
    """Departments where somebody waits or has let an offer pass."""
    return list(_to_serve(at).values_list("department_id", flat=True).distinct())


def is_offered(booking: Booking) -> bool:
    """Whether the hold is an offer, whose time is the list's and not extended."""
    return Offer.objects.filter(booking=booking, state=OfferState.OPEN).exists()


def _answer(offer: Offer, state: OfferState, by: User | None, at: datetime) -> None:
    offer.state, offer.answered_at, offer.answered_by = state, at, by
    offer.save(update_fields=["state", "answered_at", "answered_by"])


def _anyone_waits(department_id: int, at: datetime) -> bool:
    return _to_serve(at).filter(department_id=department_id).exists()


def _to_serve(at: datetime) -> QuerySet[WaitingEntry]:
    unanswered = Q(offers__state=OfferState.OPEN, offers__answer_by__lte=at)
    return WaitingEntry.objects.filter(Q(state=EntryState.WAITING) | unanswered)


def _end_silent(department_id: int, at: datetime) -> None:
    """Count the silence, give the place back, and let go who was silent too often. Who is just answering is left."""
    open_ = Offer.objects.filter(state=OfferState.OPEN, answer_by__lte=at, place__department_id=department_id)
    held = Booking.objects.filter(pk__in=open_.values("booking_id")).select_related("place")
    for booking in held.select_for_update(of=("self",), skip_locked=True, no_key=True):
        offer = open_.select_for_update(of=("self",), no_key=True).filter(booking=booking).first()
        if offer is None:
            continue
        if booking.state == BookingState.HELD:
            placing.end(booking, BookingState.EXPIRED, placing.EXPIRED, at=at)
        _answer(offer, OfferState.SILENT, None, at)
        _count_silence(offer.entry_id, at)


def _count_silence(entry_id: UUID, at: datetime) -> None:
    entry = WaitingEntry.objects.select_for_update(no_key=True).get(pk=entry_id)
    if entry.state != EntryState.OFFERED:
        return
    entry.silences, entry.state = entry.silences + 1, EntryState.WAITING
    if entry.silences >= rules.silences(at=at):
        entry.state, entry.ended_at, entry.ended_reason = EntryState.SILENT, at, "多次未答复"
        letters.tell_off_the_list(entry, "您多次未答复候补通知，已退出候补；如仍需要请重新登记。", at=at)
    entry.save(update_fields=["silences", "state", "ended_at", "ended_reason"])


class _Free:
    """The free places of a department, read once for each examination and once for clinics."""

    def __init__(self, department_id: int, at: datetime) -> None:
        self.department_id, self.at = department_id, at
        self.taken = set[int]()
        self._places: dict[int | None, list[Place]] = {}

    def for_item(self, exam_item_id: int | None) -> list[Place]:
        if exam_item_id not in self._places:
            first = self.at + rules.offer_ahead(at=self.at)
            self._places[exam_item_id] = queries.free_places(
                [self.department_id], first, first + FAR, access=REFERRED, at=self.at, exam_item_id=exam_item_id
            )
        return [place for place in self._places[exam_item_id] if place.pk not in self.taken]


def _in_order(department_id: int, at: datetime) -> Iterator[_Asker]:
    waiting = WaitingEntry.objects.filter(department_id=department_id, state=EntryState.WAITING, until_at__gt=at)
    entries = waiting.order_by(*IN_ORDER).select_related("exam_order", "entered_by").prefetch_related("offers")
    for entry in _locked(entries)[:LONGEST_LIST]:
        access = access_for(entry.referral_id, at=at, by=entry.entered_by, resident_id=entry.resident_id)
        if entry.exam_order is not None:
            access = REFERRED
        yield _Asker(entry, access, frozenset(offer.place_id for offer in entry.offers.all()))


def _locked(entries: QuerySet[WaitingEntry]) -> QuerySet[WaitingEntry]:
    """Who is just leaving or answering is passed over."""
    return entries.select_for_update(of=("self",), skip_locked=True, no_key=True)


def _offer(asker: _Asker, free: _Free, ahead: list[_Asker], *, at: datetime) -> Offer | None:
    """The soonest free place that suits; with it is written down why it did not go to those ahead."""
    for place in free.for_item(asker.entry.exam_item_id):
        if _why_not(asker, place, at):
            continue
        booking = _keep(asker, place, at)
        if booking is None:
            continue
        free.taken.add(place.pk)
        passed = [{"entry": str(one.entry.pk), "why": _why_not(one, place, at) or "just_taken"} for one in ahead]
        return _write(asker.entry, booking, passed, at)
    return None


def _why_not(asker: _Asker, place: Place, at: datetime) -> str:
    """The code of what keeps a place from an entry; "" for nothing."""
    entry, session = asker.entry, place.session
    if entry.exam_item_id != place.exam_item_id or entry.line not in {"", session.line}:
        return "wants_other"
    if entry.physician_id not in {None, session.physician_id}:
        return "wants_other_physician"
    if not entry.from_at <= place.starts_at < entry.until_at:
        return "wants_other_time"
    if place.pk in asker.refused:
        return "refused_before"
    if not asker.access.allows(place.pool, place.starts_at, at=at, institution_id=place.institution_id):
        return "not_open_yet"
    if Booking.objects.filter(resident_id=entry.resident_id, session=session, state__in=ALIVE).exists():
        return "booked_there"
    return "" if rules.answer_by(entry.urgency, place.starts_at, at=at) > at else "too_near"


def _keep(asker: _Asker, place: Place, at: datetime) -> Booking | None:
    """Hold the place a little past the answer's time; None when somebody was faster."""
    entry = asker.entry
    due = rules.answer_by(entry.urgency, place.starts_at, at=at)
    booking = Booking(
        resident_id=entry.resident_id, referral_id=entry.referral_id, exam_order=entry.exam_order,
        requested_at=entry.entered_at,
    )  # fmt: skip
    try:
        with transaction.atomic():  # a claim whose booking cannot be written is undone
            return placing.take(booking, access=asker.access, at=at, by=None, until=due + GRACE, place_id=place.pk)
    except (SlotTaken, AlreadyBooked, Busy):
        return None


def _write(entry: WaitingEntry, booking: Booking, passed: list[dict[str, str]], at: datetime) -> Offer:
    due = rules.answer_by(entry.urgency, booking.place.starts_at, at=at)
    offer = Offer.objects.create(
        entry=entry, booking=booking, place=booking.place, made_at=at, answer_by=due, passed_over=passed
    )
    entry.state = EntryState.OFFERED
    entry.save(update_fields=["state"])
    audit.record(
        "waiting.offer", entry, by=None, at=at, resident_id=entry.resident_id,
        institution_id=booking.place.institution_id, details={"place": booking.place_id, "answer_by": due.isoformat()},
    )  # fmt: skip
    letters.tell_offered(offer, at=at)
    return offer
