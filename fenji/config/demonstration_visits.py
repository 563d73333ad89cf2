"""The demonstration's visits without a referral, so that the green channel has whom to compare referred patients with.

Who came, when they asked and who put off a date is invented; the waits are measured from these real bookings.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions
from fenji.apps.booking.models import Place, Pool
from fenji.apps.booking.policies import REFERRED
from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError
from fenji.apps.contracts.models import Contract
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import Resident, ResidentAccount
from fenji.config.demonstration_accounts import CITY, COUNTY

Report = Callable[[int, int], None]
SOURCE = "demonstration"
WHERE = tuple((house, unit) for house in (COUNTY, CITY) for unit in ("cardiology", "endocrinology"))
DAY = timedelta(days=1)
ANSWERED_PER_DAY = timedelta(hours=2)  # who waits longer has waited longer for the answer too


@dataclass(frozen=True)
class Visit:
    """About how many days ago it was, days from asking until then, and by how many of them the patient put it off."""

    ago: int
    waited: int
    put_off: int = 0


CONTRACTED = (Visit(8, 4), Visit(6, 3), Visit(4, 5), Visit(2, 7, put_off=3))
OTHER = (Visit(9, 6), Visit(7, 8), Visit(5, 5), Visit(3, 7), Visit(2, 9, put_off=2))


@transaction.atomic
def let_people_come(report: Report) -> int:
    """Book and receive them in turn; returns how many came. Once only."""
    at = clock.now()
    if User.objects.filter(source_system=SOURCE).exists():
        return 0
    signed, others, came = _people(at, with_contract=True), _people(at, with_contract=False), 0
    for count, (house, unit) in enumerate(WHERE, 1):
        where = Department.objects.filter(institution__code=house, code=unit, valid_until=None).first()
        for people, visits in ((signed, CONTRACTED), (others, OTHER)):
            for visit in visits:
                if where is not None and (resident := next(people, None)) is not None:
                    came += _come(resident, where, visit, at)
        report(count, len(WHERE))
    return came


def _people(at: datetime, *, with_contract: bool) -> Iterator[Resident]:
    """Adults whom nothing else in the demonstration concerns."""
    day = day_of(at)
    holds = Contract.objects.filter(
        resident=OuterRef("pk"), valid_from__lt=day - 30 * DAY, valid_until__gt=day, ended_reason=""
    )
    ever = Contract.objects.filter(resident=OuterRef("pk"))
    adults = Resident.objects.filter(
        Exists(holds) if with_contract else ~Exists(ever), is_deceased=False, merged_into=None, accounts=None,
        referrals=None, bookings=None, birth_date__year__lt=day.year - 30,
    )  # fmt: skip
    return iter(adults.order_by("card_number")[: len(WHERE) * max(len(CONTRACTED), len(OTHER))])


def _come(resident: Resident, where: Department, visit: Visit, at: datetime) -> bool:
    """Whether there was a place then; in a small demonstration, or after long holidays, there may be none."""
    place = _last_free(where, at - visit.ago * DAY)
    if place is None:
        return False
    first = _last_free(where, place.starts_at - visit.put_off * DAY) if visit.put_off else place
    if first is None:
        return False
    asked = first.starts_at - (visit.waited - visit.put_off) * DAY
    decided = asked + visit.waited * ANSWERED_PER_DAY
    with suppress(DomainError), transaction.atomic():  # e.g. booked elsewhere at that hour: one visit less
        made = actions.book(resident.pk, place_id=first.pk, by=None, at=decided, requested_at=asked, access=REFERRED)
        if first != place:
            mover = _account(resident, asked)
            made = actions.move_to(made.pk, place_id=place.pk, by=mover, at=decided + DAY / 24, access=REFERRED)
        actions.mark_arrived(made.pk, by=None, at=place.starts_at)
        return True
    return False


def _last_free(where: Department, before: datetime) -> Place | None:
    free = Place.objects.filter(department=where, pool=Pool.PUBLIC, exam_item=None, is_open=True, taken_by=None)
    return free.filter(starts_at__lte=before).order_by("-starts_at").first()


def _account(resident: Resident, at: datetime) -> User:
    """Who puts off a date does it himself; nobody can log in as him."""
    user = User.objects.create_user(
        f"{SOURCE}-{resident.pk}", name=resident.name, source_system=SOURCE, source_code=str(resident.pk)
    )
    ResidentAccount.objects.create(user=user, resident=resident, from_at=at)
    return user
