"""Waits measured step by step: referred, contracted and others apart, the patient's own delay taken out."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from fenji.apps.booking import actions as booking
from fenji.apps.booking.delays import Measured, PatientGroup
from fenji.apps.booking.models import Booking, Place
from fenji.apps.common.clock import Frozen
from fenji.apps.contracts.models import Contract
from fenji.apps.indicators.green_channel import Step, bed_waits, green_channel
from fenji.apps.indicators.scope import Scope
from fenji.apps.referrals import actions as referrals
from fenji.apps.referrals.actions.admissions import give_bed
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.models import ResidentAccount
from fenji.apps.stays import movements
from fenji.apps.stays.policies import Span
from fenji.kernel.referral import State
from fenji.kernel.stays import Event
from tests.apps.stays import ward
from tests.factories import journey
from tests.factories.world import World, make_places, make_resident, make_world, resident_id

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


def seen(world: World, clock: Frozen, who: UUID, *, days: int, moved: int = 0, by_patient: bool = False) -> None:
    """Somebody books now for a clinic in so many days, perhaps moves it to a later one, and comes."""
    where = world.departments["yx-renmin.cardio"]
    asked = clock.at
    place = make_places(where, clock.at, count=1, days_ahead=days, pool="public")[0]
    made = booking.book(who, place_id=place.pk, requested_at=asked - DAY, by=None, at=clock.at)
    if moved:
        later = make_places(where, clock.at, count=1, days_ahead=days + moved, pool="public")[0]
        patient = world.patient if by_patient else world.office
        ResidentAccount.objects.get_or_create(user=world.patient, resident_id=who, defaults={"from_at": asked})
        made = booking.move_to(made.pk, place_id=later.pk, by=patient, at=clock.at)
        place = later
    booking.mark_arrived(made.pk, by=None, at=place.starts_at)


def measured(world: World, at: datetime, house: Any = None) -> dict[tuple[Step, PatientGroup], Measured]:
    scope = Scope(at - DAY, at, at, frozenset({(house or world.county).pk}))
    found = green_channel(scope)
    return dict(found[0].steps) if found else {}


def test_everyone_elses_wait_is_from_asking_to_the_visit(world: World, clock: Frozen) -> None:
    seen(world, clock, make_resident(world.at).pk, days=6)
    steps = measured(world, clock.at + 10 * DAY)
    assert steps[Step.BOOKED, PatientGroup.OTHER].days == 1.0  # asked yesterday
    assert 5.5 < steps[Step.SEEN, PatientGroup.OTHER].days < 6.5
    assert (Step.SEEN, PatientGroup.REFERRED) not in steps


def test_a_resident_with_a_family_doctor_stands_apart(world: World, clock: Frozen) -> None:
    who = make_resident(world.at).pk
    assert world.team is not None
    Contract.objects.create(
        resident_id=who, team=world.team, valid_from=date(2026, 1, 1), valid_until=date(2027, 1, 1), signed_at=world.at
    )
    seen(world, clock, who, days=3)
    assert {group for _step, group in measured(world, clock.at + 9 * DAY)} == {PatientGroup.CONTRACTED}


@pytest.mark.parametrize(("by_patient", "own"), [(True, 4.0), (False, 0.0)])
def test_a_later_date_the_patient_asked_for_is_not_the_hospitals_wait(
    world: World, clock: Frozen, by_patient: bool, own: float
) -> None:
    seen(world, clock, make_resident(world.at).pk, days=2, moved=4, by_patient=by_patient)
    step = measured(world, clock.at + 9 * DAY)[Step.SEEN, PatientGroup.OTHER]
    assert step.patient_days == own
    assert step.patient_count == (1 if by_patient else 0)
    assert abs(step.days - (2 if by_patient else 6)) < 0.6


def test_a_referrals_wait_is_from_the_sending_to_the_appointment_to_the_visit(world: World, clock: Frozen) -> None:
    sent = journey.reach(world, State.SENT)
    clock.advance(12 * HOUR)
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=1, days_ahead=3)
    journey.step(world, sent, "accept")
    place = Place.objects.get(pk=Booking.objects.get(referral_id=sent.pk).place_id)
    clock.move_to(place.starts_at)
    referral = Referral.objects.get(pk=sent.pk)
    referrals.perform(sent.pk, "arrive", by=world.office, version=referral.version)
    steps = measured(world, clock.at + DAY)
    assert steps[Step.BOOKED, PatientGroup.REFERRED].days == 0.5
    assert steps[Step.SEEN, PatientGroup.REFERRED].count == 1


def admit(world: World, clock: Frozen) -> None:
    movements.by_hand(
        Event.ADMIT, institution_id=world.county.pk, by=world.physician, at=clock.at, bed="b1",
        resident_id=resident_id(world), sex=1,
    )  # fmt: skip


def test_the_wait_for_a_bed_is_from_the_sending_without_what_the_patient_asked_for(world: World, clock: Frozen) -> None:
    beds = ward.beds(world.departments["yx-renmin.cardio"], 2, at=clock.at)
    sent = journey.reach(world, State.SENT)
    first = Span(clock.at + DAY, clock.at + 9 * DAY)
    give_bed(sent.pk, beds[0].pk, first, by=world.office, version=sent.version)
    later = Span(clock.at + 3 * DAY, clock.at + 9 * DAY)
    give_bed(sent.pk, beds[0].pk, later, by=world.office, version=None, patient_asked=True)
    clock.advance(3 * DAY)
    admit(world, clock)
    step = measured(world, clock.at + HOUR)[Step.BED, PatientGroup.REFERRED]
    assert (step.days, step.patient_days, step.patient_count) == (1.0, 2.0, 1)
    assert bed_waits([world.county.pk, world.city.pk], at=clock.at + HOUR) == {
        world.county.pk: {PatientGroup.REFERRED: Measured(1.0, 1, 2.0, 1)}
    }


def test_what_is_older_than_the_window_or_elsewhere_is_left_out(world: World, clock: Frozen) -> None:
    seen(world, clock, make_resident(world.at).pk, days=1)
    assert measured(world, clock.at + 32 * DAY) == {}
    assert measured(world, clock.at + 3 * DAY, world.city) == {}
    assert measured(world, clock.at + 3 * DAY)
