"""Why a place could not be had, found out after the claim failed, and what else is free."""

from datetime import datetime, timedelta
from typing import NoReturn

from fenji.apps.booking import freshness, queries
from fenji.apps.booking.errors import (
    ClinicClosed,
    HandedBack,
    NotCertain,
    NotThatKind,
    PlacePast,
    PlaceReserved,
    SlotTaken,
)
from fenji.apps.booking.models import Place
from fenji.apps.booking.policies import Access, Wanted
from fenji.apps.common.errors import NotFound

ALTERNATIVES = 3
LOOK_AHEAD = timedelta(days=28)


def refuse(
    place_id: int | None, wanted: Wanted | None, access: Access, *, at: datetime, exam_item_id: int | None = None
) -> NoReturn:
    """Raise what stands in the way: NotFound, PlacePast, ClinicClosed, … or SlotTaken with alternatives."""
    if place_id is None:
        departments = wanted.department_ids if wanted else ()
        item = wanted.exam_item_id if wanted else None
        raise SlotTaken(_alternatives(departments, access, at, item))
    place = Place.objects.filter(pk=place_id).first()
    if place is None:
        raise NotFound
    _check(place, access, exam_item_id, at)
    raise SlotTaken(_alternatives((place.department_id,), access, at, exam_item_id))


def refuse_if_taken(place: Place, access: Access, *, at: datetime) -> None:
    """Raise as `refuse` does when somebody has the clinic's place for now: in a crowd this one look tells nearly all.

    Only the claim says that a place is free; this never does.
    """
    if place.taken_by is not None and (place.held_until is None or place.held_until > at):
        _check(place, access, None, at)
        raise SlotTaken(_alternatives((place.department_id,), access, at, None))


def _check(place: Place, access: Access, exam_item_id: int | None, at: datetime) -> None:
    if place.exam_item_id != exam_item_id:
        raise NotThatKind
    if place.starts_at <= at:
        raise PlacePast
    if not place.is_open:
        raise ClinicClosed if place.session.handed_back_at is None else HandedBack
    if freshness.is_stale(place.institution_id, at=at):
        raise NotCertain
    if not access.allows(place.pool, place.starts_at, at=at, institution_id=place.institution_id):
        raise PlaceReserved


def _alternatives(departments: tuple[int, ...], access: Access, at: datetime, item: int | None) -> list[Place]:
    return queries.free_places(
        departments, at, at + LOOK_AHEAD, access=access, at=at, limit=ALTERNATIVES, exam_item_id=item
    )
