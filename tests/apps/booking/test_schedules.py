"""Weekly patterns: what may be written down, and the places made from them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from fenji.apps.booking import actions
from fenji.apps.booking.errors import ScheduleRefused
from fenji.apps.booking.models import Place, Schedule, Session
from fenji.apps.booking.patterns import ScheduleForm, end_schedule, set_schedule
from fenji.apps.booking.policies import Access
from fenji.apps.booking.schedules import Made, make_places
from fenji.rulebook.loader import load_rulebook
from fenji.rulebook.rulebook import Rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import NOW

pytestmark = pytest.mark.django_db
PUBLIC = Access({"public": None})


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook("yangjiang")


def form(**changes: object) -> ScheduleForm:
    plain = ScheduleForm(
        department_id=0, weekday=0, starts=time(8), ends=time(12), place_minutes=10, valid_from=date(2026, 1, 1)
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_places_are_made_as_far_ahead_as_the_rulebook_says(rulebook: Rulebook) -> None:
    where = clinic.department()
    set_schedule(form(department_id=where.pk), by=clinic.keeper(where), at=NOW)
    made = make_places(at=NOW, rulebook=rulebook)
    starts = list(Session.objects.order_by("starts_at").values_list("starts_at", flat=True))
    assert made == Made(sessions=4, places=4 * 24)
    assert starts == [datetime(2026, 3, day, 0, 0, tzinfo=UTC) for day in (9, 16, 23, 30)]
    first = Place.objects.filter(session__starts_at=starts[0]).order_by("number")
    assert [place.number for place in first] == list(range(1, 25))
    assert {(place.department_id, place.institution_id) for place in first} == {(where.pk, where.institution_id)}
    assert all(place.is_open and place.taken_by is None for place in first)


def test_making_places_again_makes_none(rulebook: Rulebook) -> None:
    set_schedule(form(department_id=clinic.department().pk), by=None, at=NOW)
    make_places(at=NOW, rulebook=rulebook)
    assert make_places(at=NOW, rulebook=rulebook) == Made(0, 0)
    assert make_places(at=NOW + 7 * clinic.DAY, rulebook=rulebook).sessions == 0  # 6 April 2026 is a holiday
    assert make_places(at=NOW + 14 * clinic.DAY, rulebook=rulebook).sessions == 1


def test_the_share_comes_from_the_schedule_else_from_the_rulebook(rulebook: Rulebook) -> None:
    where = clinic.department()
    set_schedule(form(department_id=where.pk, reserve_permille=500), by=None, at=NOW)
    set_schedule(form(department_id=where.pk, weekday=1, line="specialist"), by=None, at=NOW)
    set_schedule(form(department_id=where.pk, weekday=2, line="expert"), by=None, at=NOW)
    make_places(date(2026, 3, 12), at=NOW, rulebook=rulebook)
    reserved = Place.objects.filter(pool__in=["referral", "expert"])
    by_line = {
        "own": reserved.filter(session__schedule__reserve_permille=500).count(),
        "specialist": reserved.filter(session__schedule__weekday=1).count(),
        "expert": Place.objects.filter(pool="expert").count(),
    }
    day = date(2026, 3, 10)
    share = {line: rulebook.reserve_permille(line, day) for line in ("specialist", "expert")}
    assert by_line == {"own": 12} | {line: -(-24 * permille // 1000) for line, permille in share.items()}


def test_holidays_have_no_clinic_but_a_saturday_clinic_is_held(rulebook: Rulebook) -> None:
    where = clinic.department()
    set_schedule(form(department_id=where.pk, weekday=3), by=None, at=NOW)  # 1 October 2026 is a Thursday
    set_schedule(form(department_id=where.pk, weekday=5), by=None, at=NOW)
    at = datetime(2026, 9, 28, 0, 0, tzinfo=UTC)
    make_places(date(2026, 10, 12), at=at, rulebook=rulebook)
    weekdays = [session.starts_at.weekday() for session in Session.objects.order_by("starts_at")]
    assert weekdays == [5, 3, 5]


def test_a_closed_department_holds_no_more_clinics(rulebook: Rulebook) -> None:
    where = clinic.department()
    where.valid_until = date(2026, 3, 16)
    where.save()
    set_schedule(form(department_id=where.pk), by=None, at=NOW)
    assert make_places(at=NOW, rulebook=rulebook).sessions == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekday": 7}, "weekday"),
        ({"ends": time(8)}, "ends"),
        ({"place_minutes": 0}, "place_minutes"),
        ({"place_minutes": 241}, "place_minutes"),
        ({"valid_until": date(2026, 1, 1)}, "valid_until"),
        ({"line": "vip"}, "line"),
        ({"reserve_permille": 1001}, "reserve_permille"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused_by_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(ScheduleRefused) as told:
        set_schedule(form(department_id=clinic.department().pk, **changes), by=None, at=NOW)
    assert set(told.value.fields) == {field}
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("changes", "clashes"),
    [
        ({}, True),
        ({"starts": time(11, 50), "ends": time(13)}, True),
        ({"starts": time(12), "ends": time(13)}, False),
        ({"weekday": 1}, False),
        ({"valid_from": date(2026, 6, 1), "valid_until": None}, False),
        ({"valid_from": date(2025, 1, 1), "valid_until": date(2026, 1, 1)}, False),
        ({"valid_from": date(2025, 1, 1), "valid_until": date(2026, 1, 2)}, True),
    ],
)
def test_a_physician_is_at_one_place_at_a_time(changes: dict[str, object], clashes: bool) -> None:
    who = clinic.doctor()
    first = form(department_id=clinic.department().pk, physician_id=who.pk, valid_until=date(2026, 6, 1))
    set_schedule(first, by=None, at=NOW)
    second = replace(first, department_id=clinic.department().pk, **changes)  # type: ignore[arg-type]
    if clashes:
        with pytest.raises(ScheduleRefused) as told:
            set_schedule(second, by=None, at=NOW)
        assert set(told.value.fields) == {"physician_id"}
    else:
        set_schedule(second, by=None, at=NOW)
    assert Schedule.objects.count() == (1 if clashes else 2)


def test_the_same_import_twice_changes_nothing(rulebook: Rulebook) -> None:
    entered = form(department_id=clinic.department().pk, source_system="his", source_code="K1")
    first = set_schedule(entered, by=None, at=NOW)
    make_places(at=NOW, rulebook=rulebook)
    assert set_schedule(entered, by=None, at=NOW).pk == first.pk
    assert not Session.objects.filter(closed_at__isnull=False).exists()


def test_a_changed_pattern_ends_the_old_one_and_moves_who_was_booked(rulebook: Rulebook) -> None:
    where, who = clinic.department(), clinic.doctor()
    other = clinic.session(where, datetime(2026, 3, 10, 0, 0, tzinfo=UTC))
    entered = form(department_id=where.pk, physician_id=who.pk, source_system="his", source_code="K1")
    first = set_schedule(entered, by=None, at=NOW)
    make_places(at=NOW, rulebook=rulebook)
    place = Place.objects.filter(session__schedule=first, pool="public").order_by("starts_at", "number")[0]
    mine = actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=PUBLIC)
    second = set_schedule(replace(entered, starts=time(9)), by=None, at=NOW)
    first.refresh_from_db()
    mine.refresh_from_db()
    assert second.pk != first.pk
    assert (first.valid_until, second.valid_from) == (date(2026, 3, 4), date(2026, 3, 4))
    assert mine.replaced_by.get().session_id == other.pk


def test_an_ended_pattern_closes_what_was_made_from_its_day_on(rulebook: Rulebook) -> None:
    schedule = set_schedule(form(department_id=clinic.department().pk), by=None, at=NOW)
    make_places(at=NOW, rulebook=rulebook)
    end_schedule(schedule.pk, date(2026, 3, 16), by=clinic.keeper(schedule.department), at=NOW)
    still_open = Session.objects.filter(closed_at=None).values_list("starts_at", flat=True)
    assert [start.day for start in still_open] == [9]
    assert make_places(at=NOW, rulebook=rulebook) == Made(0, 0)
