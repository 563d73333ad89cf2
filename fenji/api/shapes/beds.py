"""Wards, beds and movements."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from fenji.api.shapes.common import Flag, In, Moment, Ref
from fenji.apps.stays.board import WardNow
from fenji.apps.stays.models import Difference, Resource, Stay
from fenji.apps.stays.movements import Told

Sex = Annotated[int, Field(strict=True, ge=0, le=2)]
BedCode = Annotated[str, Field(min_length=1, max_length=40)]
Short = Annotated[str, Field(max_length=60)]


class MovementIn(In):
    """What happened in a ward. The patient is named by health card, else by the resident's id where it is known."""

    message_id: Annotated[str, Field(min_length=1, max_length=80)]
    event: Literal["admit", "transfer", "discharge", "expect", "clean", "block", "unblock", "cancel"]
    happened_at: Moment
    episode: Annotated[str, Field(max_length=40)] = ""
    bed: Annotated[str, Field(max_length=40)] = ""
    card_number: Annotated[str, Field(max_length=24)] = ""
    resident_id: UUID | None = None
    sex: Annotated[int, Field(strict=True, ge=0, le=9)] = 0
    diagnosis_code: Annotated[str, Field(max_length=10)] = ""
    until_at: Moment | None = None
    cancels: Annotated[str, Field(max_length=80)] = ""
    reason: Short = ""


class MovementsIn(In):
    """Up to 200 movements in any order. Each stands by itself: one at fault does not keep the others out."""

    items: Annotated[list[MovementIn], Field(min_length=1, max_length=200)]


class CensusIn(In):
    """Who lay where at one moment: bed code to 住院号."""

    taken_at: Moment
    beds: Annotated[dict[BedCode, Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=20000)]


class BedIn(In):
    """A bed or another resource, known by the institution's own code; the ward is made if it is new."""

    department_id: Ref
    ward: BedCode
    ward_name: Short = ""
    ward_sex: Sex = 0
    code: BedCode
    name: Short = ""
    kind: Literal["bed", "theatre", "recovery", "equipment"] = "bed"
    sex: Sex = 0
    is_isolation: Flag = False


class HandOverIn(In):
    """Beds by their codes, over [from_at, until_at); without an end until they are taken back."""

    beds: Annotated[list[BedCode], Field(min_length=1, max_length=2000)]
    from_at: Moment
    until_at: Moment | None = None


class TakeBackIn(In):
    beds: Annotated[list[BedCode], Field(min_length=1, max_length=2000)]
    from_at: Moment


class ReserveIn(In):
    """A bed named, or any fitting bed of a ward, for a referral's patient."""

    referral_id: UUID
    bed_id: Ref | None = None
    ward_id: Ref | None = None
    from_at: Moment
    until_at: Moment
    needs_isolation: Flag = False


class CancelStayIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=60)]


class MovementShown(Schema):
    """What became of a movement: `waits_for` empty when it has effect; `repeated` when it was told before."""

    message_id: str
    repeated: bool
    waits_for: str


class Refusal(Schema):
    message_id: str
    code: str
    message: str
    fields: dict[str, str] = {}


class MovementsShown(Schema):
    items: list[MovementShown]
    refused: list[Refusal]


class BedShown(Schema):
    id: int
    code: str
    name: str
    kind: str
    ward: str
    sex: int
    is_isolation: bool


class BedsShown(Schema):
    items: list[BedShown]


class WardShown(Schema):
    """A ward at this moment. `is_stale`: nothing is promised; `last_at` is when the house last said anything."""

    id: int
    code: str
    name: str
    department_id: int
    sex: int
    beds: int
    occupied: int
    reserved: int
    free: int
    is_closed: bool
    is_stale: bool
    last_at: datetime | None


class SurgeryTimesShown(Schema):
    """Soonest first; none while the house is silent or has opened none."""

    times: list[datetime]


class WardsShown(Schema):
    items: list[WardShown]


class StayShown(Schema):
    id: UUID
    bed_id: int
    bed: str
    ward: str
    state: str
    from_at: datetime
    until_at: datetime
    held_until: datetime | None
    referral_id: UUID | None


class BedDifferenceShown(Schema):
    id: int
    kind: str
    bed: str
    theirs: str
    ours: str
    at: datetime


class CensusShown(Schema):
    beds: int
    differences: list[BedDifferenceShown]


def movement_shown(told: Told) -> MovementShown:
    return MovementShown(
        message_id=told.movement.message_id, repeated=not told.is_new, waits_for=told.movement.waits_for
    )  # fmt: skip


def bed_shown(one: Resource) -> BedShown:
    return BedShown(
        id=one.pk, code=one.code, name=one.name, kind=one.kind, ward=one.ward.code, sex=one.sex or one.ward.sex,
        is_isolation=one.is_isolation,
    )  # fmt: skip


def ward_shown(one: WardNow) -> WardShown:
    ward = one.ward
    return WardShown(
        id=ward.pk, code=ward.code, name=ward.name, department_id=ward.department_id, sex=ward.sex, beds=one.beds,
        occupied=one.occupied, reserved=one.reserved, free=one.free, is_closed=one.is_closed, is_stale=one.is_stale,
        last_at=one.last_at,
    )  # fmt: skip


def stay_shown(one: Stay) -> StayShown:
    return StayShown(
        id=one.pk, bed_id=one.resource_id, bed=one.resource.code, ward=one.resource.ward.code, state=one.state,
        from_at=one.from_at, until_at=one.until_at, held_until=one.held_until, referral_id=one.referral_id,
    )  # fmt: skip


def difference_shown(one: Difference) -> BedDifferenceShown:
    return BedDifferenceShown(
        id=one.pk, kind=one.kind, bed=one.bed_code, theirs=one.theirs, ours=one.ours, at=one.at
    )  # fmt: skip
