"""The reserved share follows the referrals of the last weeks, between its bounds, and is written down."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest

from fenji.apps.booking import actions, schedules, shares
from fenji.apps.booking.models import Place, ReserveShare, Session
from fenji.apps.booking.patterns import ScheduleForm, set_schedule
from fenji.apps.booking.policies import REFERRED
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, NOW

pytestmark = pytest.mark.django_db
RULEBOOK = load_rulebook("yangjiang")
MONDAY = date(2026, 3, 9)


def past_clinic(referred: int, *, places: int = 10, line: str = "specialist") -> Session:
    """Held a week ago, with so many bookings by referral and one without."""
    session = clinic.session(clinic.department(), NOW - 7 * DAY, places=places, line=line)
    for number, place in enumerate(clinic.places(session)[: referred + 1]):
        actions.book(
            clinic.resident(), place_id=place.pk, referral_id=uuid4() if number else None, by=None,
            at=NOW - 8 * DAY, access=REFERRED,
        )  # fmt: skip
    return session


def test_the_share_is_what_referrals_were_and_holds_from_monday() -> None:
    where = past_clinic(4).department
    (made,) = shares.size_shares(at=NOW, rulebook=RULEBOOK)
    assert (made.department, made.line, made.valid_from, made.permille) == (where, "specialist", MONDAY, 400)
    assert (made.referred, made.offered, made.rulebook) == (4, 10, RULEBOOK.hash)
    later = shares.Shares(RULEBOOK, [where.pk])
    assert later.of(where.pk, "specialist", MONDAY) == 400
    fixed = RULEBOOK.reserve_permille("specialist", MONDAY)
    assert later.of(where.pk, "specialist", MONDAY - timedelta(days=1)) == fixed


@pytest.mark.parametrize(("referred", "bound"), [(0, "floor"), (9, "ceiling")])
def test_the_share_stays_between_floor_and_ceiling(referred: int, bound: str) -> None:
    past_clinic(referred)
    (made,) = shares.size_shares(at=NOW, rulebook=RULEBOOK)
    assert made.permille == RULEBOOK.value("booking.reserve_bounds.specialist", on=MONDAY).value[bound]


def test_sized_twice_before_a_monday_it_is_written_once_and_the_week_after_anew() -> None:
    past_clinic(4)
    first = shares.size_shares(at=NOW, rulebook=RULEBOOK)
    assert shares.size_shares(at=NOW + DAY, rulebook=RULEBOOK) == first
    shares.size_shares(at=NOW + 7 * DAY, rulebook=RULEBOOK)
    assert list(ReserveShare.objects.values_list("valid_from", flat=True).order_by("valid_from")) == [
        MONDAY, MONDAY + timedelta(days=7),
    ]  # fmt: skip


def test_an_examination_ordered_elsewhere_counts_as_referred_and_a_closed_clinic_not_at_all() -> None:
    closed = past_clinic(4)
    closed.closed_at = NOW
    closed.save()
    assert shares.size_shares(at=NOW, rulebook=RULEBOOK) == []


def test_new_places_are_made_by_the_sized_share() -> None:
    where = past_clinic(5, line="expert").department
    shares.size_shares(at=NOW, rulebook=RULEBOOK)
    ReserveShare.objects.update(permille=800, ceiling=800)
    form = ScheduleForm(where.pk, 1, time(8), time(9, 40), 10, date(2026, 1, 1), line="expert")
    set_schedule(form, by=None, at=NOW)
    schedules.make_places(date(2026, 3, 12), at=NOW, rulebook=RULEBOOK)
    made = Place.objects.filter(session__schedule__isnull=False)
    assert made.filter(pool="expert").count() == 8
    assert made.filter(pool="public").count() == 2
