"""The demonstration's waiting lists: in two hospitals a physician's Saturday clinic is full, and people wait for it.

Who waits is invented; that the clinic is full, who was passed over and who is offered a place follows from real
bookings, cancellations and offers. The clinic goes on living with the wards: see `demonstration_life`.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions, patterns, schedules, waiting
from fenji.apps.booking.models import (
    Booking,
    BookingState,
    EntryState,
    Offer,
    OfferState,
    Place,
    Schedule,
    WaitingEntry,
)
from fenji.apps.booking.patterns import ScheduleForm
from fenji.apps.booking.policies import REFERRED, Wanted
from fenji.apps.common import clock, rulebooks
from fenji.apps.common.errors import DomainError
from fenji.apps.referrals.actions.waiting import can_wait
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import Resident
from fenji.config.demonstration import story_resident
from fenji.config.demonstration_accounts import CITY, COUNTY
from fenji.config.demonstration_beds import holder, people
from fenji.kernel.referral import Urgency
from fenji.kernel.roles import Role

Report = Callable[[int, int], None]
SOURCE, HOUSES, UNIT = "demonstration", (COUNTY, CITY), "cardiology"
LINES = ("expert", "specialist", "general")
SATURDAY, OPENS, CLOSES, MINUTES = 5, time(8, 30), time(9, 30), 15
LONG, DAY = timedelta(weeks=8), timedelta(days=1)
# Beside the referral, or the resident whom everybody may play: how urgent, entered so long ago, wanted within.
IN_THE_LIST: tuple[tuple[Urgency, timedelta, timedelta], ...] = (
    (Urgency.ROUTINE, 4 * DAY, 5 * DAY), (Urgency.URGENT, 2 * DAY, LONG), (Urgency.ROUTINE, 2 * DAY, LONG),
    (Urgency.ROUTINE, DAY, LONG),
)  # fmt: skip
CANCELLED = 2  # places freed at the start: the urgent one is offered the first, the played resident the second
FEWEST = 4  # who waits while the demonstration lives on
VISITS = range(8, 20)  # hours of the day in which somebody calls, accepts or cancels
EVERY = 4  # hours between two cancellations
THINKS = timedelta(hours=1)  # until an invented person accepts
AHEAD = 3 * DAY  # what is cancelled lies at least so far ahead


@dataclass(frozen=True)
class _Clinic:
    """A clinic that is full, and its physician's department."""

    schedule: Schedule
    physician: User

    @property
    def wanted(self) -> tuple[tuple[int, ...], str, int]:
        return (self.schedule.department_id,), self.schedule.line, self.physician.pk


@transaction.atomic
def fill_lists(report: Report) -> int:
    """Open the clinics, fill them, let people wait, free one place each; returns how many wait. Once only."""
    if WaitingEntry.objects.exists():
        return 0
    at, spare = clock.now(), people()
    clinics = [clinic for house in HOUSES if (clinic := _open(house, at))]
    for count, clinic in enumerate(clinics, 1):
        _fill(clinic, spare, at - 6 * DAY)
        _line_up(clinic, spare, at)
        for hours in reversed(range(CANCELLED)):
            _cancel_one(clinic, at - timedelta(hours=hours))
        report(count, len(clinics))
    return WaitingEntry.objects.count()


def pass_an_hour(*, at: datetime) -> int:
    """By day who was offered a place accepts, somebody new waits, now and then somebody cancels; returns how many."""
    if timezone.localtime(at).hour not in VISITS:
        return 0
    done = 0
    for schedule in Schedule.objects.filter(source_system=SOURCE).select_related("physician").order_by("pk"):
        if schedule.physician is None:
            continue
        clinic = _Clinic(schedule, schedule.physician)
        with suppress(DomainError), transaction.atomic():  # e.g. a visitor is answering: the next hour goes on
            done += _accept(clinic, at) + _join(clinic, at)
            done += _cancel_one(clinic, at) if _is_due(clinic, at) else 0
    return done


def _open(house: str, at: datetime) -> _Clinic | None:
    """Four places each Saturday, of a line the physician has no other clinics of."""
    physician = holder(house, Role.PHYSICIAN, UNIT)
    unit = Department.objects.filter(institution__code=house, code=UNIT, valid_until=None).first()
    if physician is None or unit is None:
        return None
    held = set(Schedule.objects.filter(physician=physician).values_list("line", flat=True))
    line = next((one for one in LINES if one not in held), LINES[0])  # whoever waits for it is offered nothing else
    form = ScheduleForm(
        unit.pk, SATURDAY, OPENS, CLOSES, MINUTES, day_of(at), line=line, physician_id=physician.pk,
        reserve_permille=0, source_system=SOURCE, source_code=f"full-{house}",
    )  # fmt: skip
    schedule = patterns.set_schedule(form, by=None, at=at)
    schedules.make_places(at=at, rulebook=rulebooks.current(), only=[schedule.pk])
    return _Clinic(schedule, physician)


def _fill(clinic: _Clinic, spare: Iterator[Resident], at: datetime) -> None:
    for place in Place.objects.filter(session__schedule=clinic.schedule, taken_by=None).order_by("starts_at"):
        if (resident := next(spare, None)) is not None:
            actions.book(resident.pk, place_id=place.pk, by=None, at=at, access=REFERRED)


def _line_up(clinic: _Clinic, spare: Iterator[Resident], at: datetime) -> None:
    """The played resident in the city, a referral in the county, invented people in both."""
    house = clinic.schedule.department.institution.code
    if house == CITY:
        _enter(clinic, story_resident(), at=at - 3 * DAY)
    else:
        _let_referral_wait(clinic, at)
    for urgency, ago, within in IN_THE_LIST:
        if (resident := next(spare, None)) is not None:
            _enter(clinic, resident, urgency=urgency, within=within, at=at - ago)


def _let_referral_wait(clinic: _Clinic, at: datetime) -> None:
    """One that was sent there and has no place yet."""
    sent = Referral.objects.filter(receiver__code=COUNTY, department=clinic.schedule.department, booking=None)
    referral = next((one for one in sent.order_by("created_at") if can_wait(one, at)), None)
    if referral is not None:
        _enter(clinic, referral.resident, urgency=Urgency(referral.urgency), referral=referral, at=at)


def _enter(
    clinic: _Clinic, resident: Resident, *, at: datetime, urgency: Urgency = Urgency.ROUTINE, within: timedelta = LONG,
    referral: Referral | None = None,
) -> None:  # fmt: skip
    departments, line, physician = clinic.wanted
    waiting.enter(
        resident.pk, Wanted(departments, at, at + within, line, physician), urgency=urgency,
        referral_id=referral.pk if referral else None, by=None, at=at,
    )  # fmt: skip


def _cancel_one(clinic: _Clinic, at: datetime) -> int:
    """An invented patient cannot come: the place goes to who waits, in order."""
    booked = _booked(clinic).filter(place__starts_at__gt=at + AHEAD, referral_id=None, resident__accounts=None)
    booking = booked.order_by("place__starts_at", "pk").first()
    if booking is None:
        return 0
    actions.cancel(booking.pk, "临时有事，不能来", by=None, at=at)
    return 1


def _booked(clinic: _Clinic) -> QuerySet[Booking]:
    return Booking.objects.filter(session__schedule=clinic.schedule, state=BookingState.BOOKED)


def _accept(clinic: _Clinic, at: datetime) -> int:
    """Invented people accept after a while; what concerns a login or a referral is left to whoever plays it."""
    open_ = Offer.objects.filter(
        state=OfferState.OPEN, answer_by__gt=at, made_at__lte=at - THINKS, place__session__schedule=clinic.schedule,
        entry__referral_id=None, entry__resident__accounts=None,
    )  # fmt: skip
    numbers = list(open_.values_list("pk", flat=True))
    for number in numbers:
        waiting.accept(number, by=None, at=at)
    return len(numbers)


def _join(clinic: _Clinic, at: datetime) -> int:
    """Somebody comes onto a list that has grown short; in the city first the resident whom everybody may play."""
    line = WaitingEntry.objects.filter(department=clinic.schedule.department, physician=clinic.physician)
    living = line.filter(state__in=[EntryState.WAITING, EntryState.OFFERED])
    if living.count() >= FEWEST:
        return 0
    played = story_resident() if clinic.schedule.department.institution.code == CITY else None
    here = {*living.values_list("resident_id", flat=True), *_booked(clinic).values_list("resident_id", flat=True)}
    wanted = ([played] if played else []) + list(people())
    resident = next((one for one in wanted if one.pk not in here), None)
    if resident is None:
        return 0
    _enter(clinic, resident, at=at)
    return 1


def _is_due(clinic: _Clinic, at: datetime) -> bool:
    """Every few hours, once in the hour."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    offered = Offer.objects.filter(place__session__schedule=clinic.schedule, made_at__gte=hour)
    return timezone.localtime(at).hour % EVERY == 0 and not offered.exists()
