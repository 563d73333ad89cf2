"""The waiting list: going on it, answering an offer, leaving it. Who is first is decided in `offering`."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions, letters, offering, placing, policies, queries, standing
from fenji.apps.booking.errors import AlreadyWaiting, OfferOver
from fenji.apps.booking.models import (
    Booking,
    BookingState,
    EntryState,
    ExamOrder,
    Line,
    Offer,
    OfferState,
    WaitingEntry,
)
from fenji.apps.booking.policies import Wanted
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.registry.models import Department
from fenji.kernel.referral import Urgency

RANK = {Urgency.EMERGENCY: 0, Urgency.URGENT: 1, Urgency.ROUTINE: 2}


@transaction.atomic
def enter(
    resident_id: UUID,
    wanted: Wanted,
    *,
    urgency: Urgency | str = Urgency.ROUTINE,
    referral_id: UUID | None = None,
    exam_order: ExamOrder | None = None,
    by: User | None,
    at: datetime,
) -> WaitingEntry:
    """Go on the list of one department for a place in the span wanted; what is free already is offered at once.

    Raises AlreadyWaiting, Invalid for a span that is over or none, NotFound or Forbidden as booking does; Forbidden
    also for a resident who calls himself urgent.
    """
    standing.check_can_book(by, resident_id, referral_id=referral_id, at=at)
    urgency = _check(wanted, urgency, at)
    if urgency is not Urgency.ROUTINE and referral_id is None and exam_order is None:  # there it was judged
        standing.check_can_judge(by, resident_id, at=at)
    entry = WaitingEntry(
        resident_id=resident_id, department_id=wanted.department_ids[0], line=wanted.line,
        exam_item_id=wanted.exam_item_id, exam_order=exam_order, physician_id=wanted.physician_id,
        referral_id=referral_id, urgency=urgency.value, urgency_rank=RANK[urgency], from_at=max(wanted.from_at, at),
        until_at=wanted.until_at, entered_at=at, entered_by=by,
    )  # fmt: skip
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        if "waits_once" in str(error):
            raise AlreadyWaiting from None
        raise
    _note("waiting.enter", entry, by=by, at=at)
    offering.offer_free(entry.department_id, at=at)
    entry.refresh_from_db()
    return entry


@transaction.atomic
def accept(offer_id: UUID, *, by: User | None, at: datetime) -> Booking:
    """Take the place offered. Accepting twice is harmless. Raises OfferOver when it was answered or is too late."""
    offer = _found(offer_id)
    booking = queries.lock(offer.booking_id)  # before the offer: see placing
    _check_may_answer(by, booking, at)
    offer.refresh_from_db()
    if offer.state == OfferState.ACCEPTED and booking.state == BookingState.BOOKED:
        return booking
    if offer.state != OfferState.OPEN or offer.answer_by <= at:
        raise OfferOver
    return actions.confirm(booking.pk, by=by, at=at)


@transaction.atomic
def decline(offer_id: UUID, *, by: User | None, at: datetime) -> WaitingEntry:
    """Not this place: it goes to the next in order, and the entry keeps its own. Declining twice is harmless."""
    offer = _found(offer_id)
    booking = queries.lock(offer.booking_id)
    _check_may_answer(by, booking, at)
    offer.refresh_from_db()
    if offer.state == OfferState.OPEN:
        _give_back(booking, OfferState.DECLINED, "谢绝候补", by=by, at=at)
    elif offer.state != OfferState.DECLINED:
        raise OfferOver
    return WaitingEntry.objects.get(pk=offer.entry_id)


@transaction.atomic
def withdraw(entry_id: UUID, reason: str = "退出候补", *, by: User | None, at: datetime) -> WaitingEntry:
    """Leave the list; a place kept for the entry goes to the next. Leaving twice is harmless."""
    found = WaitingEntry.objects.filter(pk=entry_id).first()
    if found is None:
        raise NotFound
    standing.check_can_book(by, found.resident_id, at=at)
    entry, booking = _locked(entry_id)
    if entry.ended_at is not None:
        return entry
    _end(entry, EntryState.WITHDRAWN, reason, at=at)
    if booking is not None and booking.state == BookingState.HELD:
        _give_back(booking, OfferState.ENDED, reason, by=by, at=at)
    return _note("waiting.withdraw", entry, by=by, at=at, reason=reason)


def serve(*, at: datetime) -> int:
    """Offer what is free wherever somebody waits, and pass on what nobody answered; returns how many offers."""
    return sum(len(offering.offer_free(department, at=at)) for department in offering.departments_to_serve(at=at))


def end_overdue(*, at: datetime) -> int:
    """Entries whose span is over leave the list and are told; returns how many."""
    over = WaitingEntry.objects.filter(state=EntryState.WAITING, until_at__lte=at)
    return sum(_end_overdue(pk, at) for pk in over.values_list("pk", flat=True))


@transaction.atomic
def _end_overdue(entry_id: UUID, at: datetime) -> bool:
    entry = WaitingEntry.objects.select_for_update(no_key=True).get(pk=entry_id)
    if entry.state != EntryState.WAITING:
        return False
    _end(entry, EntryState.OVER, "期限内无号", at=at)
    letters.tell_off_the_list(entry, "您登记的期限内没有空号，候补已结束；如仍需要请重新登记或联系医生。", at=at)
    return True


def _check(wanted: Wanted, urgency: Urgency | str, at: datetime) -> Urgency:
    wrong: dict[str, str] = {}
    if len(wanted.department_ids) != 1 or not Department.objects.filter(pk__in=wanted.department_ids).exists():
        wrong["department_id"] = _("请选择一个科室。")
    if wanted.until_at <= max(wanted.from_at, at):
        wrong["until_at"] = _("期限须晚于开始时间，也晚于现在。")
    if wanted.line and wanted.line not in Line.values:
        wrong["line"] = _("门诊类别须为全科、专科或专家。")
    if urgency not in set(Urgency):
        wrong["urgency"] = _("紧急程度须为常规、紧急或急诊。")
    if wrong:
        raise Invalid(fields=wrong)
    return Urgency(urgency)


def _check_may_answer(by: User | None, booking: Booking, at: datetime) -> None:
    """Also where a referral waits: its table of moves knows no offers."""
    if by is not None:
        place = booking.place
        policies.check_can_change(standing.standing_of(by, booking.resident_id, place.institution_id, at=at))


def _found(offer_id: UUID) -> Offer:
    offer = Offer.objects.filter(pk=offer_id).first()
    if offer is None:
        raise NotFound
    return offer


def _locked(entry_id: UUID) -> tuple[WaitingEntry, Booking | None]:
    """The entry and the booking of its open offer, locked in this order: booking, then entry.

    Was an offer made or ended before the entry was locked, both locks are let go and taken anew.
    """
    while True:
        with transaction.atomic():
            offered = _offered_booking(entry_id)
            booking = queries.lock(offered) if offered else None
            entry = WaitingEntry.objects.select_for_update(no_key=True).get(pk=entry_id)
            if _offered_booking(entry_id) == offered:
                return entry, booking
            transaction.set_rollback(True)  # to the savepoint: nobody waits for the booking with the entry in hand


def _offered_booking(entry_id: UUID) -> UUID | None:
    return Offer.objects.filter(entry=entry_id, state=OfferState.OPEN).values_list("booking_id", flat=True).first()


def _give_back(booking: Booking, state: OfferState, reason: str, *, by: User | None, at: datetime) -> None:
    """End the offer and its hold; the place goes to the next."""
    offering.end_offer(booking, state, by=by, at=at)
    placing.end(booking, BookingState.CANCELLED, reason, at=at)
    placing.note("booking.cancel", booking, by=by, at=at, reason=reason)
    offering.offer_free(booking.department_id, at=at)


def _end(entry: WaitingEntry, state: EntryState, reason: str, *, at: datetime) -> None:
    entry.state, entry.ended_at, entry.ended_reason = state, at, reason[:80]
    entry.save(update_fields=["state", "ended_at", "ended_reason"])


def _note(verb: str, entry: WaitingEntry, *, by: User | None, at: datetime, reason: str = "") -> WaitingEntry:
    audit.record(
        verb, entry, by=by, at=at, resident_id=entry.resident_id, institution_id=entry.department.institution_id,
        reason=reason, details={"department": entry.department_id, "urgency": entry.urgency},
    )  # fmt: skip
    return entry
