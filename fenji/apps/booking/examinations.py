"""Examinations: what a department does, ordered straight into its calendar, with the result back to who ordered it.

A time of an examination is a place like any other and claimed by the same statement; the order is why it may be taken.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions, letters, offering, placing, policies, queries, rules, waiting
from fenji.apps.booking.errors import AlreadyReported, BookingEnded, SlotTaken
from fenji.apps.booking.models import Booking, ExamOrder, WaitingEntry
from fenji.apps.booking.policies import LIVING, REFERRED, Standing, Wanted
from fenji.apps.common import audit
from fenji.apps.common.errors import Forbidden, Invalid, NotFound
from fenji.apps.common.free_text import fault_in
from fenji.apps.registry.posts import posts_of, roles_at
from fenji.apps.residents import relations
from fenji.kernel.referral import Urgency

QUESTION, CONCLUSION, FINDINGS, ATTACHMENT = 300, 400, 4000, 200  # characters


@dataclass(frozen=True)
class Result:
    """What came of an examination. A correction of one that stands says why."""

    conclusion: str
    findings: str = ""
    attachment: str = ""
    is_critical: bool = False
    correction: str = ""


@dataclass(frozen=True)
class Ordered:
    """The order with its time, or with its place on the waiting list when no time was free."""

    order: ExamOrder
    booking: Booking | None
    entry: WaitingEntry | None = None


@transaction.atomic
def order(
    resident_id: UUID,
    item_id: int,
    question: str,
    *,
    by: User,
    at: datetime,
    place_id: int | None = None,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    hold_until: datetime | None = None,
    referral_id: UUID | None = None,
    ordered_from_id: int | None = None,
    urgency: Urgency | str = Urgency.ROUTINE,
    may_wait: bool = False,
) -> Ordered:
    """Order an examination and book its time: the one named, or the soonest in [from_at, until_at), from now on.

    With `hold_until` the time is only held. With `may_wait` the order goes on the waiting list when nothing is free.
    `ordered_from_id`: the house in whose name, where the act this belongs to judged who may; else it is judged here.
    Raises as `actions.book` does, Invalid for a question that is empty or holds a number, Forbidden for who may not
    order.
    """
    item = queries.exam_item_with_id(item_id)
    if item.valid_until and item.valid_until <= rules.day_of(at):
        raise NotFound
    made = ExamOrder(
        resident_id=resident_id, item=item, referral_id=referral_id, ordered_by=by, ordered_at=at,
        ordered_from_id=ordered_from_id or _orders_from(resident_id, by, at),
        question=_clean(question, "question", QUESTION),
    )  # fmt: skip
    made.save(force_insert=True)
    audit.record(
        "examination.order", made, by=by, at=at, resident_id=resident_id, institution_id=item.institution_id,
        details={"item": item.code},
    )  # fmt: skip
    wanted = Wanted(
        (item.department_id,), max(from_at or at, at), until_at or at + offering.FAR, exam_item_id=item.pk
    )  # fmt: skip
    try:
        booking = take_time(made, None if place_id else wanted, place_id, hold_until, by=by, at=at)
    except SlotTaken:
        if not may_wait or place_id:
            raise
        entry = waiting.enter(resident_id, wanted, urgency=urgency, exam_order=made, by=by, at=at)
        return Ordered(made, None, entry)
    letters.tell_exam_ordered(made, booking, at=at)
    return Ordered(made, booking)


@transaction.atomic
def cancel_order(order_id: UUID, reason: str, *, by: User, at: datetime) -> ExamOrder:
    """Not wanted any more: the time is given back. Cancelling twice is harmless. Raises AlreadyReported."""
    found = lock_order(order_id)
    _check_orderer(found, by, at)
    if found.cancelled_at is not None:
        return found
    if found.reported_at is not None:
        raise AlreadyReported
    return end_order(found, _clean(reason, "reason", 80), by=by, at=at)


def end_order(found: ExamOrder, reason: str, *, by: User | None, at: datetime) -> ExamOrder:
    """Cancel a locked order that was judged before: its time is given back, its waiting ends."""
    found.cancelled_at, found.cancelled_reason = at, reason
    found.save(update_fields=["cancelled_at", "cancelled_reason"])
    for booking in found.bookings.filter(state__in=LIVING):
        actions.cancel(booking.pk, reason, by=None, at=at)
    for entry in found.waiting.filter(ended_at=None):
        waiting.withdraw(entry.pk, reason, by=None, at=at)
    return note("examination.cancel", found, by=by, at=at, reason=reason)


@transaction.atomic
def report(order_id: UUID, result: Result, *, by: User, at: datetime) -> ExamOrder:
    """The institution that examined says what it found; who ordered is told. The same result twice changes nothing.

    Raises AlreadyReported for another result that does not say why it corrects, BookingEnded for a cancelled order.
    """
    found = lock_order(order_id)
    policies.check_can_receive(Standing(roles=roles_at(by, found.item.institution_id, rules.day_of(at))))
    if found.cancelled_at is not None:
        raise BookingEnded
    fields = {
        "conclusion": _clean(result.conclusion, "conclusion", CONCLUSION),
        "findings": _clean(result.findings, "findings", FINDINGS, optional=True),
        "attachment": _clean(result.attachment, "attachment", ATTACHMENT, optional=True),
        "is_critical": result.is_critical,
    }
    if found.reported_at is not None:
        if all(getattr(found, name) == value for name, value in fields.items()):
            return found
        if not result.correction.strip():
            raise AlreadyReported
    for name, value in fields.items():
        setattr(found, name, value)
    found.reported_at, found.reported_by, found.read_at, found.read_by = at, by, None, None
    found.save()
    letters.tell_exam_reported(found, at=at)
    return note("examination.report", found, by=by, at=at, reason=result.correction.strip()[:80])


@transaction.atomic
def read_result(order_id: UUID, *, by: User, at: datetime) -> ExamOrder:
    """The order with its result, for who has the resident in care; the first reading by the orderer's house is noted.

    Raises NotFound for everyone else.
    """
    found = lock_order(order_id)
    relation = relations.relation_for(by, found.resident_id, at)
    works_there = roles_at(by, found.item.institution_id, rules.day_of(at)) & policies.RECEIVERS
    if relation is None and not works_there:
        raise NotFound
    ours = roles_at(by, found.ordered_from_id, rules.day_of(at))
    if found.reported_at is not None and found.read_at is None and ours:
        found.read_at, found.read_by = at, by
        found.save(update_fields=["read_at", "read_by"])
    return note("examination.read", found, by=by, at=at)


def take_time(
    made: ExamOrder, wanted: Wanted | None, place_id: int | None, until: datetime | None, *, by: User, at: datetime,
    replaces: Booking | None = None,
) -> Booking:  # fmt: skip
    """The time named, or the soonest of those wanted, for an order; the wait is counted from the order."""
    verb = "booking.hold" if until else "booking.book"
    with transaction.atomic():
        return placing.take(
            Booking(
                resident_id=made.resident_id, exam_order=made, requested_at=made.ordered_at, replaces=replaces
            ),
            access=REFERRED, at=at, by=by, until=until, place_id=place_id, wanted=wanted,
            along=lambda booking: [placing.event(verb, booking, by=by, at=at)],
        )  # fmt: skip


def _orders_from(resident_id: UUID, by: User, at: datetime) -> int:
    """The institution in whose name somebody orders: that of the care relation, where the post may order."""
    relation = relations.relation_for(by, resident_id, at)
    policies.check_can_book(Standing(relation.kind if relation else ""))
    posts = [post for post in posts_of(by, rules.day_of(at)) if post.role in policies.ORDERERS]
    if not posts or relation is None:
        raise Forbidden(_("检查由医生申请。"))
    same = [post for post in posts if post.institution_id == relation.institution_id]
    return (same or posts)[0].institution_id


def _check_orderer(found: ExamOrder, by: User, at: datetime) -> None:
    """The house that ordered, by who treats there, or the house that examines, by its keepers."""
    day = rules.day_of(at)
    if roles_at(by, found.ordered_from_id, day) & policies.RECEIVERS:
        return
    policies.check_can_keep(roles_at(by, found.item.institution_id, day))


def lock_order(order_id: UUID) -> ExamOrder:
    """Bookings of the order first: see placing. Raises NotFound."""
    for booking in Booking.objects.filter(exam_order_id=order_id, state__in=LIVING).values_list("pk", flat=True):
        queries.lock(booking)
    locked = ExamOrder.objects.select_for_update(of=("self",), no_key=True).select_related("item", "resident")
    found = locked.filter(pk=order_id).first()
    if found is None:
        raise NotFound
    return found


def _clean(text: str, field: str, longest: int, *, optional: bool = False) -> str:
    text = text.strip()
    fault = fault_in(text) or ("" if text or optional else _("请填写。"))
    if len(text) > longest:
        fault = _("最多 %(n)s 个字。") % {"n": longest}
    if fault:
        raise Invalid(fields={field: fault})
    return text


def note(verb: str, found: ExamOrder, *, by: User | None, at: datetime, reason: str = "") -> ExamOrder:
    """The audit event of an act on an order."""
    audit.record(
        verb, found, by=by, at=at, resident_id=found.resident_id, institution_id=found.item.institution_id,
        reason=reason, details={"item": found.item.code},
    )  # fmt: skip
    return found
