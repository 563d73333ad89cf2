"""Why a place could not be had, found out after the claim failed, and what else is free."""

from datetime import datetime, timedelta
from typing import NoReturn

from fenji.apps.booking import queries
from fenji.apps.booking.errors import ClinicClosed, PlacePast, PlaceReserved, SlotTaken
from fenji.apps.booking.models import Place
from fenji.apps.booking.policies import Access, Wanted
from fenji.apps.common.errors import NotFound

ALTERNATIVES = 3
LOOK_AHEAD = timedelta(days=28)


def refuse(place_id: int | None, wanted: Wanted | None, access: Access, *, at: datetime) -> NoReturn:
    """Raise what stands in the way: NotFound, PlacePast, ClinicClosed, PlaceReserved, SlotTaken with alternatives."""
    if place_id is None:
        departments = wanted.department_ids if wanted else ()
        raise SlotTaken(_alternatives(departments, access, at))
    place = Place.objects.filter(pk=place_id).first()
    if place is None:
        raise NotFound
    if place.starts_at <= at:
        raise PlacePast
    if not place.is_open:
        raise ClinicClosed
    if not access.allows(place.pool, place.starts_at, at=at):
        raise PlaceReserved
    raise SlotTaken(_alternatives((place.department_id,), access, at))


def _alternatives(departments: tuple[int, ...], access: Access, at: datetime) -> list[Place]:
    return queries.free_places(departments, at, at + LOOK_AHEAD, access=access, at=at, limit=ALTERNATIVES)
