"""Examinations that belong to a referral: ordered with its sending, given back when the patient does not come by it.

Each function belongs into the referral's own act, which locked the referral and judged who may.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.booking import exam_lists, examinations, letters
from fenji.apps.booking.errors import AlreadyBooked, ExaminationTaken, SlotTaken
from fenji.apps.booking.examinations import Ordered
from fenji.apps.booking.models import Booking, BookingState, ExamItem, ExamOrder, Place
from fenji.apps.booking.policies import LIVING


@transaction.atomic
def order_all(
    resident_id: UUID, items: Iterable[ExamItem], question: str, *, referral_id: UUID, ordered_from_id: int,
    beside: Sequence[Place], by: User, at: datetime,
) -> list[Booking]:  # fmt: skip
    """The soonest free time of each, none while the patient is at one of those `beside` or at another examination.

    Raises ExaminationTaken naming the one without a time, and as `examinations.order` does; then nothing is ordered.
    """
    made: list[Booking] = []
    for item in items:
        order = partial(
            examinations.order, resident_id, item.pk, question, referral_id=referral_id,
            ordered_from_id=ordered_from_id, by=by, at=at,
        )  # fmt: skip
        try:
            made.append(_clear_of([*beside, *(one.place for one in made)], order, at))
        except (SlotTaken, AlreadyBooked) as fault:
            raise ExaminationTaken(item.name) from fault
    return made


@transaction.atomic
def give_back(
    referral_id: UUID, resident_id: UUID, reason: str, *, by: User | None, at: datetime, keeping: Iterable[int] = ()
) -> None:
    """Cancel what was ordered with the referral and lies ahead, but for the items in `keeping`; the patient is told.

    What was examined or reported stays, and so does a time that has begun: whether somebody came is said there.
    """
    for order in of_referral(referral_id, resident_id).exclude(item_id__in=list(keeping)).order_by("pk"):
        found = examinations.lock_order(order.pk)
        if found.reported_at is not None or _has_begun(found, at):
            continue
        freed = found.bookings.filter(state__in=LIVING).select_related("place__institution", "place__department")
        told = freed.first()
        examinations.end_order(found, reason[:80], by=by, at=at)
        if told is not None:
            letters.tell_exam_cancelled(found, told, at=at)


def of_referral(referral_id: UUID, resident_id: UUID) -> QuerySet[ExamOrder]:
    """What was ordered with a referral and not cancelled, by time of order, ready for `exam_lists.standing`."""
    asked = ExamOrder.objects.filter(resident_id=resident_id, referral_id=referral_id)  # by the resident's index
    return exam_lists.with_times(asked.filter(cancelled_at=None)).order_by("ordered_at", "pk")


def _clear_of(others: Sequence[Place], order: Callable[..., Ordered], from_at: datetime) -> Booking:
    """The soonest time that touches none of the others."""
    while True:
        with transaction.atomic():
            made = order(from_at=from_at).booking
            if made is None:
                raise SlotTaken
            clash = next((one for one in others if _overlap(one, made.place)), None)
            if clash is None:
                return made
            transaction.set_rollback(True)  # the next one that begins after it
        from_at = clash.ends_at


def _overlap(one: Place, other: Place) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _has_begun(order: ExamOrder, at: datetime) -> bool:
    taken = order.bookings.filter(state__in=[*LIVING, BookingState.ARRIVED])
    return taken.filter(state=BookingState.ARRIVED).exists() or taken.filter(place__starts_at__lte=at).exists()
