"""Several things a patient needs together (a clinic's place, an examination, a bed, a theatre): all or none.

One transaction; places before resources, each in the order of their ids, and what is only described ("any bed of this
ward") last, since it is never waited for: so two bundles that want the same things cannot wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions as booking
from fenji.apps.booking.models import Booking
from fenji.apps.booking.policies import LIVING as BOOKED
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.stays import actions
from fenji.apps.stays.claim import lock_these
from fenji.apps.stays.models import Stay
from fenji.apps.stays.policies import Footing, Person, Span, Wanted
from fenji.kernel.stays import PLANNED

MOST = 8


@dataclass(frozen=True)
class PlaceItem:
    """A numbered place of a clinic or of examinations."""

    place_id: int


@dataclass(frozen=True)
class ResourceItem:
    """A resource, named or described, over a span."""

    wanted: Wanted | int
    span: Span


@dataclass(frozen=True)
class Bundle:
    id: UUID
    bookings: tuple[Booking, ...]
    stays: tuple[Stay, ...]


@transaction.atomic
def take(
    items: Sequence[PlaceItem | ResourceItem], *, resident_id: UUID, person: Person, footing: Footing, by: User | None,
    at: datetime, referral_id: UUID | None = None, requested_at: datetime | None = None,
) -> Bundle:  # fmt: skip
    """Book and reserve everything for one resident, or nothing. Raises what `booking.book` and `actions.reserve` do."""
    if not 1 <= len(items) <= MOST or len(set(items)) < len(items):
        raise Invalid(fields={"items": _("请选择 1 到 8 项，不要重复。")})
    number = uuid4()
    places = sorted(item.place_id for item in items if isinstance(item, PlaceItem))
    bookings = tuple(
        booking.book(
            resident_id, place_id=place, referral_id=referral_id, requested_at=requested_at or at, by=by, at=at
        )
        for place in places
    )  # fmt: skip
    things = [item for item in items if isinstance(item, ResourceItem)]
    lock_these([item.wanted for item in things if isinstance(item.wanted, int)])
    stays = tuple(
        actions.reserve(
            item.wanted, item.span, person=person, footing=footing, resident_id=resident_id, referral_id=referral_id,
            requested_at=requested_at or at, bundle_id=number, by=by, at=at,
        )
        for item in sorted(things, key=_order)
    )  # fmt: skip
    audit.record(
        "bundle.take", None, by=by, at=at, resident_id=resident_id,
        details={"bundle": str(number), "bookings": len(bookings), "stays": len(stays)},
    )  # fmt: skip
    return Bundle(number, bookings, stays)


@transaction.atomic
def give_back(bundle_id: UUID, reason: str, *, by: User | None, at: datetime, bookings: Sequence[UUID] = ()) -> None:
    """Give everything of a bundle back that is still to come; `bookings` are those that were taken with it."""
    for one in Booking.objects.filter(pk__in=bookings, state__in=BOOKED).order_by("place_id"):
        booking.cancel(one.pk, reason, by=by, at=at)
    stays = Stay.objects.filter(bundle_id=bundle_id)
    if not stays.exists() and not bookings:
        raise NotFound
    lock_these(stays.values_list("resource_id", flat=True))
    for number in stays.filter(state__in=[state.value for state in PLANNED]).values_list("pk", flat=True):
        actions.cancel(number, reason, by=by, at=at)


def _order(item: ResourceItem) -> tuple[bool, int]:
    """Those named first, by id; the described after them."""
    return (False, item.wanted) if isinstance(item.wanted, int) else (True, 0)
