"""Clinics, places and bookings."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from fenji.api.shapes.common import Code, Day, In, PlaceShown, Ref
from fenji.api.shapes.first_contact import FirstContactShown
from fenji.apps.booking.models import Booking, Place, Schedule, Session
from fenji.kernel.referral import Urgency

TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _clock(value: Any) -> Any:
    """Only 08:00, to the minute."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.match(TIME, value):
        raise ValueError("expected a time such as 08:00")
    return value


ClockTime = Annotated[time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": TIME})]


class ScheduleIn(In):
    """A clinic's weekly pattern. The same `source_code` again replaces the old pattern from today on."""

    department_id: Ref
    weekday: Annotated[int, Field(strict=True, ge=0, le=6)]
    starts: ClockTime
    ends: ClockTime
    place_minutes: Annotated[int, Field(strict=True, ge=1, le=480)]
    valid_from: Day
    valid_until: Day | None = None
    line: Literal["general", "specialist", "expert", "examination"] = "specialist"
    exam_item_id: Ref | None = None
    physician_id: Ref | None = None
    reserve_permille: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    source_code: Code = ""


class EndScheduleIn(In):
    on: Day


class CloseIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=60)]


class BookIn(In):
    """`hold` keeps the place for the rulebook's time, `book` books it at once."""

    resident_id: UUID
    place_id: Ref
    mode: Literal["hold", "book"] = "book"
    urgency: Urgency = Urgency.ROUTINE  # an emergency is not bound by the rule of first contact


class MoveBookingIn(In):
    place_id: Ref
    reason: Annotated[str, Field(min_length=1, max_length=60)]


class CancelBookingIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=60)]


class ScheduleShown(Schema):
    id: int
    department_id: int
    physician_id: int | None
    line: str
    exam_item_id: int | None
    weekday: int
    starts: time
    ends: time
    place_minutes: int
    reserve_permille: int | None
    valid_from: date
    valid_until: date | None
    source_code: str


class SessionShown(Schema):
    id: int
    department_id: int
    physician: str
    line: str
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    closed_reason: str
    places_free: int | None = None
    places_booked: int | None = None


class SessionsShown(Schema):
    items: list[SessionShown]


class ClosedShown(Schema):
    """A closed clinic: how many bookings it had, how many found a new place."""

    session_id: int
    bookings: int
    moved: int
    cancelled: int


class PlacesShown(Schema):
    items: list[PlaceShown]


class BookingShown(Schema):
    id: UUID
    resident_id: UUID
    referral_id: UUID | None
    state: str
    held_until: datetime | None
    starts_at: datetime
    number: int
    place_id: int
    department_id: int
    institution: str


class BookingMade(BookingShown):
    """The booking just made or changed, with how the rule of first contact judged it; none of a referral's."""

    first_contact: FirstContactShown | None = None


class BookingsShown(Schema):
    items: list[BookingShown]


def place_shown(one: Place) -> PlaceShown:
    session = one.session
    return PlaceShown(
        id=one.pk, number=one.number, starts_at=one.starts_at, ends_at=one.ends_at, pool=one.pool, line=session.line,
        department_id=one.department_id, physician=session.physician.name if session.physician else "",
    )  # fmt: skip


def schedule_shown(one: Schedule) -> ScheduleShown:
    return ScheduleShown.model_validate(one, from_attributes=True)


def session_shown(one: Session) -> SessionShown:
    return SessionShown(
        id=one.pk, department_id=one.department_id, physician=one.physician.name if one.physician else "",
        line=one.line, starts_at=one.starts_at, ends_at=one.ends_at, closed_at=one.closed_at,
        closed_reason=one.closed_reason, places_free=getattr(one, "places_free", None),
        places_booked=getattr(one, "places_booked", None),
    )  # fmt: skip


def booking_shown(one: Booking) -> BookingShown:
    return BookingShown(
        id=one.pk, resident_id=one.resident_id, referral_id=one.referral_id,
        state=getattr(one, "state_now", one.state), held_until=one.held_until, starts_at=one.place.starts_at,
        number=one.place.number, place_id=one.place_id, department_id=one.department_id,
        institution=one.department.institution.code,
    )  # fmt: skip
