"""Waits for the choice of an institution, counted by hand: three groups, the patient's own delay taken out."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fenji.apps.booking import actions
from fenji.apps.booking.delays import Measured, PatientGroup
from fenji.apps.booking.models import Booking
from fenji.apps.booking.waits import waits
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Department, Team
from fenji.apps.residents.models import ResidentAccount
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, NOW

pytestmark = pytest.mark.django_db
REFERRED, CONTRACTED, OTHER = PatientGroup


def booked(
    where: Department, who: UUID, days: float, *, asked: datetime = NOW, referral: UUID | None = None
) -> Booking:
    """Asked then, for a visit so many days from now."""
    place = clinic.places(clinic.session(where, NOW + days * DAY, places=1))[0]
    return actions.book(who, place_id=place.pk, referral_id=referral, by=None, at=NOW, requested_at=asked)


def signed(from_day: date, until: date) -> UUID:
    who, house = clinic.resident(), clinic.township()
    team = Team.objects.create(institution=house, code=f"T{house.pk}", name="一队")
    Contract.objects.create(resident_id=who, team=team, valid_from=from_day, valid_until=until, signed_at=NOW)
    return who


def test_waits_are_medians_of_the_last_thirty_days_each_group_apart_in_one_statement() -> None:
    where, empty = clinic.department(), clinic.department()
    for days in (1, 3, 8):
        booked(where, clinic.resident(), days, referral=uuid4())
    for days in (2, 5):
        booked(where, signed(date(2026, 1, 1), date(2027, 1, 1)), days)
    booked(where, clinic.resident(), 2, asked=NOW - 10 * DAY)
    gone = booked(where, clinic.resident(), 20)
    actions.cancel(gone.pk, "不去了", by=None, at=NOW)
    with CaptureQueriesContext(connection) as asked:
        found = waits([where.pk, empty.pk], at=NOW)
    assert len(asked) == 1
    assert found == {
        where.pk: {REFERRED: Measured(3.0, 3), CONTRACTED: Measured(3.5, 2), OTHER: Measured(12.0, 1)}, empty.pk: {},
    }  # fmt: skip
    assert waits([where.pk], at=NOW + 31 * DAY) == {where.pk: {}}


@pytest.mark.parametrize(
    ("asked", "group"),
    [
        (datetime.fromisoformat("2026-03-02T23:59:00+08:00"), OTHER),  # the day before the contract
        (datetime.fromisoformat("2026-03-03T00:00:00+08:00"), CONTRACTED),
        (datetime.fromisoformat("2026-03-03T23:59:00+08:00"), CONTRACTED),
        (datetime.fromisoformat("2026-03-04T00:00:00+08:00"), OTHER),  # the day it no longer holds
    ],
)
def test_the_contract_counts_on_the_day_of_asking_as_the_city_counts_days(asked: datetime, group: PatientGroup) -> None:
    where = clinic.department()
    booked(where, signed(date(2026, 3, 3), date(2026, 3, 4)), 2, asked=asked)
    assert list(waits([where.pk], at=NOW)[where.pk]) == [group]


def test_who_was_referred_counts_as_that_whatever_was_signed() -> None:
    where = clinic.department()
    booked(where, signed(date(2026, 1, 1), date(2027, 1, 1)), 2, referral=uuid4())
    assert waits([where.pk], at=NOW)[where.pk] == {REFERRED: Measured(2.0, 1)}


@pytest.mark.parametrize("by_patient", [True, False])
def test_a_date_the_patient_put_off_counts_as_first_given(by_patient: bool) -> None:
    where, who, patient = clinic.department(), clinic.resident(), clinic.doctor("梁居民")
    ResidentAccount.objects.create(user=patient, resident_id=who, from_at=NOW)
    first = booked(where, who, 2)
    later = clinic.places(clinic.session(where, NOW + 6 * DAY, places=1))[0]
    moves = patient if by_patient else clinic.keeper(where)
    actions.move_to(first.pk, place_id=later.pk, by=moves, at=NOW + timedelta(hours=1))
    wanted = Measured(2.0, 1, 4.0, 1) if by_patient else Measured(6.0, 1)
    assert waits([where.pk], at=NOW + DAY)[where.pk] == {OTHER: wanted}


def test_a_referrals_next_date_after_one_missed_is_no_longer_wait() -> None:
    where, who, referral = clinic.department(), clinic.resident(), uuid4()
    missed = booked(where, who, 1, referral=referral)
    actions.mark_no_show(missed.pk, by=None, at=NOW + 2 * DAY)
    place = clinic.places(clinic.session(where, NOW + 5 * DAY, places=1))[0]
    actions.book(who, place_id=place.pk, referral_id=referral, by=None, at=NOW + 2 * DAY, requested_at=NOW)
    assert waits([where.pk], at=NOW + 3 * DAY)[where.pk] == {REFERRED: Measured(1.0, 2, 4.0, 1)}
