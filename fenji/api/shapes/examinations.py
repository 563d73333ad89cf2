"""Examinations, what was ordered and found, and the waiting list."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from fenji.api.shapes.booking import BookingShown, booking_shown
from fenji.api.shapes.common import Flag, In, Moment, Ref
from fenji.apps.booking.models import ExamItem, ExamOrder, Offer, WaitingEntry

Line = Literal["", "general", "specialist", "expert"]
Urgency = Literal["routine", "urgent", "emergency"]
Reason = Annotated[str, Field(min_length=1, max_length=80)]


class ExamItemIn(In):
    """The same code of the institution again changes the examination."""

    department_id: Ref
    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    preparation: Annotated[str, Field(max_length=300)] = ""
    equipment: Annotated[str, Field(max_length=60)] = ""
    minutes: Annotated[int, Field(strict=True, ge=1, le=480)] = 15


class ExamItemShown(Schema):
    id: int
    institution_id: int
    department_id: int
    code: str
    name: str
    preparation: str
    equipment: str
    minutes: int


class ExamItemsShown(Schema):
    items: list[ExamItemShown]


class OrderIn(In):
    """`place_id` names a time; without it the soonest is taken. `may_wait`: go on the waiting list if none is free."""

    resident_id: UUID
    item_id: Ref
    question: Annotated[str, Field(min_length=1, max_length=300)]
    place_id: Ref | None = None
    from_at: Moment | None = None
    until_at: Moment | None = None
    urgency: Urgency = "routine"
    may_wait: Flag = False


class RebookIn(In):
    """`place_id` names a time, else the soonest; `item_id` the same examination of another institution."""

    place_id: Ref | None = None
    item_id: Ref | None = None


class OrderShown(Schema):
    """The result is read by its own call, which is written down."""

    id: UUID
    resident_id: UUID
    item: ExamItemShown
    question: str
    ordered_at: datetime
    cancelled_at: datetime | None
    reported_at: datetime | None
    booking: BookingShown | None = None
    waiting_id: UUID | None = None


class ResultIn(In):
    """`correction` says why a result that stands is replaced."""

    conclusion: Annotated[str, Field(min_length=1, max_length=400)]
    findings: Annotated[str, Field(max_length=4000)] = ""
    attachment: Annotated[str, Field(max_length=200)] = ""
    is_critical: Flag = False
    correction: Annotated[str, Field(max_length=80)] = ""


class ResultShown(Schema):
    id: UUID
    resident_id: UUID
    conclusion: str
    findings: str
    attachment: str
    is_critical: bool
    reported_at: datetime | None
    read_at: datetime | None


class WithdrawIn(In):
    reason: Reason


class WaitIn(In):
    """A place of this department that begins in [from_at, until_at)."""

    resident_id: UUID
    department_id: Ref
    until_at: Moment
    from_at: Moment | None = None
    line: Line = ""
    physician_id: Ref | None = None
    urgency: Urgency = "routine"


class OfferShown(Schema):
    """A place kept until `answer_by`."""

    id: UUID
    state: str
    starts_at: datetime
    answer_by: datetime
    booking_id: UUID


class EntryShown(Schema):
    """`before` is how many are served first while one waits."""

    id: UUID
    resident_id: UUID
    department_id: int
    line: str
    urgency: str
    state: str
    entered_at: datetime
    before: int | None = None
    offers: list[OfferShown] = []


class EntriesShown(Schema):
    items: list[EntryShown]


class PassedShown(Schema):
    """Somebody who was ahead, and why the place did not go to them."""

    entry_id: UUID
    reason: str


class ServedShown(Schema):
    offer: OfferShown
    entry_id: UUID
    passed: list[PassedShown]


class ServedListShown(Schema):
    items: list[ServedShown]


def item_shown(one: ExamItem) -> ExamItemShown:
    return ExamItemShown.model_validate(one, from_attributes=True)


def order_shown(one: ExamOrder) -> OrderShown:
    booking = one.bookings.select_related("place", "department__institution").order_by("-made_at").first()
    waits = one.waiting.filter(ended_at=None).first()
    return OrderShown(
        id=one.pk, resident_id=one.resident_id, item=item_shown(one.item), question=one.question,
        ordered_at=one.ordered_at, cancelled_at=one.cancelled_at, reported_at=one.reported_at,
        booking=booking_shown(booking) if booking else None, waiting_id=waits.pk if waits else None,
    )  # fmt: skip


def result_shown(one: ExamOrder) -> ResultShown:
    return ResultShown.model_validate(one, from_attributes=True)


def offer_shown(one: Offer) -> OfferShown:
    return OfferShown(
        id=one.pk, state=one.state, starts_at=one.place.starts_at, answer_by=one.answer_by, booking_id=one.booking_id
    )


def entry_shown(one: WaitingEntry, before: int | None = None) -> EntryShown:
    return EntryShown(
        id=one.pk, resident_id=one.resident_id, department_id=one.department_id, line=one.line, urgency=one.urgency,
        state=one.state, entered_at=one.entered_at, before=before,
        offers=[offer_shown(offer) for offer in one.offers.select_related("place").order_by("made_at")],
    )  # fmt: skip
