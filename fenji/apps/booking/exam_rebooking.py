"""An examination without a time gets another: its clinic was stopped and nothing else was free, or nobody came.

The order stands, so the doctor writes nothing anew: who ordered it takes any free time of the same examination, in this
house or in another one; the house that examines takes one of its own.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.booking import fairness, letters, policies, queries, rules, waiting
from fenji.apps.booking.errors import AlreadyBooked, BookingEnded, HasTime, SlotTaken
from fenji.apps.booking.exam_lists import Offered, soonest_first, with_times, with_waits
from fenji.apps.booking.examinations import Ordered, lock_order, note, take_time
from fenji.apps.booking.models import Booking, BookingState, ExamItem, ExamOrder, WaitingEntry
from fenji.apps.booking.offering import FAR
from fenji.apps.booking.policies import Wanted
from fenji.apps.common.errors import NotFound
from fenji.apps.registry.posts import roles_at

STANDING = (BookingState.HELD, BookingState.BOOKED, BookingState.ARRIVED)  # the order has a time, or had its own
CHOSEN = "已另约时间"
A_YEAR = timedelta(days=366)


@transaction.atomic
def book_anew(
    order_id: UUID, *, by: User, at: datetime, place_id: int | None = None, item_id: int | None = None
) -> Ordered:
    """Give an order the time named, or the soonest of the item (its own unless `item_id` says where else).

    Without a free time, and none named, it goes on the waiting list; one that waits there and gets a time leaves it.
    Raises HasTime, BookingEnded for an order that is cancelled or has its result, SlotTaken, NotThatKind, NotFound.
    """
    found = lock_order(order_id)
    item = _item(found, item_id, at)
    if not may_book_anew(found, item, by, at=at):
        raise NotFound
    if found.cancelled_at is not None or found.reported_at is not None:
        raise BookingEnded
    if _has_time(found, at):
        raise HasTime
    if found.item_id != item.pk:
        found.item = item
        found.save(update_fields=["item"])
    wanted = Wanted((item.department_id,), at, at + FAR, exam_item_id=item.pk)
    if place_id is None and not queries.free_places(
        wanted.department_ids, at, wanted.until_at, access=policies.REFERRED, at=at, limit=1, exam_item_id=item.pk
    ):
        return _wait(found, wanted, by, at)
    for entry in _living_entries(found):  # before the place: see placing
        waiting.withdraw(entry.pk, CHOSEN, by=None, at=at)
    last = found.bookings.order_by("made_at", "pk").last()
    try:
        booking = take_time(found, None if place_id else wanted, place_id, None, by=by, at=at, replaces=last)
    except (AlreadyBooked, SlotTaken) as lost:
        if isinstance(lost, SlotTaken) and not _has_time(found, at):
            raise
        raise HasTime from None  # an offer of the waiting list came between, perhaps of this very place
    letters.tell_exam_ordered(found, booking, at=at)
    letters.tell_exam_booked_anew(found, booking, by=by, at=at)
    note("examination.rebook", found, by=by, at=at)
    return Ordered(found, booking)


def may_book_anew(order: ExamOrder, item: ExamItem, by: User, *, at: datetime) -> bool:
    """Who treats in the house that ordered; in the house that examines, a time of its own."""
    day = rules.day_of(at)
    if roles_at(by, order.ordered_from_id, day) & policies.RECEIVERS:
        return True
    return item.pk == order.item_id and bool(roles_at(by, item.institution_id, day) & policies.RECEIVERS)


def same_elsewhere(item: ExamItem, *, at: datetime) -> list[Offered]:
    """The same examination, by code or name, in other houses; the soonest free time first."""
    day = rules.day_of(at)
    valid = ExamItem.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), institution__valid_until=None)
    same = valid.filter(Q(code=item.code) | Q(name=item.name)).exclude(institution_id=item.institution_id)
    return soonest_first(with_waits(same.select_related("institution", "department"), at), at)


def to_book_anew(*, at: datetime) -> QuerySet[ExamOrder]:
    """Orders of a year that have neither a time nor a place on the waiting list, the oldest first; filter by house."""
    bookings = Booking.objects.filter(exam_order=OuterRef("pk"), state__in=[*STANDING, BookingState.NO_SHOW])
    entries = WaitingEntry.objects.filter(exam_order=OuterRef("pk"), state__in=fairness.LIVING)
    open_ = ExamOrder.objects.filter(cancelled_at=None, reported_at=None, ordered_at__gt=at - A_YEAR)
    without = open_.filter(~Exists(bookings), ~Exists(entries))
    return with_times(without).order_by("ordered_at", "pk")


def _has_time(found: ExamOrder, at: datetime) -> bool:
    return any(policies.state_at(one, at) in STANDING for one in found.bookings.all())


def _item(found: ExamOrder, item_id: int | None, at: datetime) -> ExamItem:
    """The order's own examination, or the same one of another house. Raises NotFound for any other."""
    if item_id in {None, found.item_id}:
        return found.item
    item = next((one.item for one in same_elsewhere(found.item, at=at) if one.item.pk == item_id), None)
    if item is None:
        raise NotFound
    return item


def _wait(found: ExamOrder, wanted: Wanted, by: User, at: datetime) -> Ordered:
    entry = next(iter(_living_entries(found)), None)
    if entry is None:
        entry = waiting.enter(found.resident_id, wanted, exam_order=found, by=by, at=at)
    return Ordered(found, None, entry)


def _living_entries(found: ExamOrder) -> QuerySet[WaitingEntry]:
    return found.waiting.filter(ended_at=None).order_by("pk")
