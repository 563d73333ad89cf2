"""What a hospital hands over, takes back, stops and believes; how full its departments are."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from fenji.api.shapes.common import Day, Flag, In, Moment, Ref
from fenji.apps.booking.boards import BoardRow
from fenji.apps.booking.models import Difference

Named = Annotated[str, Field(min_length=1, max_length=60)]
MOST_SESSIONS, MOST_PLACES = 1000, 20_000


class HandedSessionIn(In):
    """One clinic, or the times of one examination, by the hospital's own code."""

    source_code: Named
    department_id: Ref
    starts_at: Moment
    ends_at: Moment
    place_minutes: Annotated[int, Field(strict=True, ge=1, le=480)]
    line: Literal["general", "specialist", "expert", "examination"] = "specialist"
    exam_item_id: Ref | None = None
    physician_id: Ref | None = None
    reserve_permille: Annotated[int, Field(strict=True, ge=0, le=1000)] = 0


class BlockIn(In):
    source_code: Named
    sessions: Annotated[list[HandedSessionIn], Field(min_length=1, max_length=MOST_SESSIONS)]


class BlockShown(Schema):
    id: UUID
    source_code: str
    handed_over_at: datetime
    handed_back_at: datetime | None
    sessions: int


class HandBackIn(In):
    """Without sessions the whole block."""

    session_codes: Annotated[list[Named], Field(max_length=MOST_SESSIONS)] = []


class KeptShown(Schema):
    """What did not go back: somebody has it."""

    booking_id: UUID
    session_code: str
    number: int
    starts_at: datetime


class HandedBackShown(Schema):
    places: int
    kept: list[KeptShown]


class StopIn(In):
    """`said_at` is the hospital's own time of the message; an older one than was obeyed is refused (`too_late`)."""

    session_code: Named
    reason: Annotated[str, Field(min_length=1, max_length=60)]
    said_at: Moment


class StopManyIn(In):
    """All clinics of a physician, or all sessions that need a kind of equipment, that begin in [from_at, until_at)."""

    from_at: Moment
    until_at: Moment
    reason: Annotated[str, Field(min_length=1, max_length=60)]
    physician_id: Ref | None = None
    equipment: Annotated[str, Field(max_length=60)] = ""


class StoppedShown(Schema):
    bookings: int
    moved: int
    cancelled: int


class ListedPlaceIn(In):
    session_code: Named
    number: Annotated[int, Field(strict=True, ge=1, le=32767)]
    is_booked: Flag
    booking_id: UUID | None = None
    is_closed: Flag = False
    starts_at: Moment | None = None


class OwnListIn(In):
    """The hospital's list of a day, whole."""

    day: Day
    places: Annotated[list[ListedPlaceIn], Field(max_length=MOST_PLACES)]


class DifferenceShown(Schema):
    kind: str
    session_code: str
    number: int | None
    booking_id: UUID | None
    here: str
    there: str


class ReconciledShown(Schema):
    id: int
    day: date
    rows: int
    differences: list[DifferenceShown]


class FreshnessShown(Schema):
    """`certain` is false once the hospital was silent too long: nothing of it is promised then."""

    certain: bool
    last_message_at: datetime | None
    last_message_kind: str
    age_minutes: int | None
    last_reconciled_at: datetime | None


class CellShown(Schema):
    day: date
    line: str
    places: int
    free: int
    reserved: int
    held: int
    booked: int
    closed: int


class BoardRowShown(Schema):
    department_id: int
    department: str
    waiting: int
    freshness: FreshnessShown
    cells: list[CellShown]


class BoardShown(Schema):
    items: list[BoardRowShown]


def difference_shown(one: Difference) -> DifferenceShown:
    return DifferenceShown.model_validate(one, from_attributes=True)


def row_shown(row: BoardRow) -> BoardRowShown:
    fresh = row.freshness
    return BoardRowShown(
        department_id=row.department.pk, department=row.department.name, waiting=row.waiting,
        freshness=FreshnessShown(
            certain=not fresh.is_stale, last_message_at=fresh.last_message_at,
            last_message_kind=fresh.last_message_kind, last_reconciled_at=fresh.last_reconciled_at,
            age_minutes=int(fresh.age.total_seconds() // 60) if fresh.age is not None else None,
        ),
        cells=[
            CellShown(
                day=day, line=cell.line, places=cell.places, free=0 if fresh.is_stale else cell.free,
                reserved=cell.reserved, held=cell.held, booked=cell.booked, closed=cell.closed,
            )
            for day, cells in row.days.items() for cell in cells
        ],
    )  # fmt: skip
