"""What is free, how long people wait, who comes today."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fenji.apps.booking import actions, free, queries, tasks
from fenji.apps.booking.models import Booking
from fenji.apps.booking.policies import REFERRED, Access
from fenji.apps.booking.sessions import close_session
from fenji.apps.common import clock as fenji_clock
from fenji.apps.common.errors import DomainError
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

pytestmark = pytest.mark.django_db
PUBLIC = Access({"public": None})


def released(hours: int) -> Access:
    """What everybody may take when reserved places open so many hours ahead."""
    return Access({"public": None, "referral": timedelta(hours=hours)})


def test_the_next_free_place_of_many_departments_comes_in_one_query() -> None:
    departments = [clinic.department() for _ in range(5)]
    for index, where in enumerate(departments[:4]):
        clinic.session(where, TOMORROW + index * DAY, reserve_permille=500)
    wanted = [where.pk for where in departments]
    with CaptureQueriesContext(connection) as asked:
        found = queries.next_free(wanted, access=REFERRED, at=NOW)
    assert len(asked) == 1
    assert found == {where.pk: TOMORROW + index * DAY for index, where in enumerate(departments[:4])}


def test_next_free_passes_over_what_is_taken_held_closed_past_or_reserved() -> None:
    where = clinic.department()
    clinic.session(where, NOW - HOUR / 2, places=1)
    closed = clinic.session(where, NOW + HOUR, places=1)
    close_session(closed.pk, "停电", by=clinic.keeper(closed.institution), at=NOW)
    soon = clinic.session(where, TOMORROW, places=4, reserve_permille=250)
    _reserved, one, two, three = clinic.places(soon)
    actions.book(clinic.resident(), place_id=one.pk, by=None, at=NOW, access=PUBLIC)
    actions.hold(clinic.resident(), place_id=two.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    assert queries.next_free([where.pk], access=PUBLIC, at=NOW) == {where.pk: three.starts_at}
    assert queries.next_free([where.pk], access=PUBLIC, at=NOW + HOUR) == {where.pk: two.starts_at}
    assert queries.next_free([where.pk], access=REFERRED, at=NOW) == {where.pk: TOMORROW}
    assert queries.next_free([where.pk], access=released(48), at=NOW) == {where.pk: TOMORROW}


def test_free_places_stand_under_their_day_in_china() -> None:
    where = clinic.department()
    evening = clinic.session(where, TOMORROW + 12 * HOUR, places=2)  # eight in the evening
    morning = clinic.session(where, TOMORROW + DAY, places=1)
    found = queries.free_places_by_day(where.pk, NOW, NOW + 7 * DAY, access=PUBLIC, at=NOW)
    assert found == {date(2026, 3, 5): clinic.places(evening), date(2026, 3, 6): clinic.places(morning)}


def test_free_places_keep_to_their_half_open_span_and_limit() -> None:
    where = clinic.department()
    one, two, three, _ = clinic.places(clinic.session(where, TOMORROW))
    found = queries.free_places([where.pk], one.starts_at, three.starts_at, access=PUBLIC, at=NOW)
    assert found == [one, two]
    assert queries.free_places([where.pk], NOW, NOW + DAY, access=PUBLIC, at=NOW, limit=1) == [one]


def test_what_a_list_calls_free_can_be_claimed_and_nothing_else() -> None:
    """The list and the claim use one definition; this holds them together."""
    where, who = clinic.department(), clinic.resident()
    soon = clinic.session(where, TOMORROW, places=6, reserve_permille=300)
    later = clinic.session(where, TOMORROW + 9 * DAY, places=6, reserve_permille=300)
    taken = next(place for place in clinic.places(soon) if place.pool == "public")
    actions.book(who, place_id=taken.pk, by=None, at=NOW, access=PUBLIC)
    for access in (PUBLIC, REFERRED, released(48)):
        listed = queries.free_places([where.pk], NOW, NOW + 30 * DAY, access=access, at=NOW)
        for place in [*clinic.places(soon), *clinic.places(later)]:
            booking = _try(place.pk, access)
            assert (booking is not None) == (place in listed)
            if booking:
                actions.cancel(booking.pk, "试", by=None, at=NOW)


def _try(place_id: int, access: Access) -> Booking | None:
    try:
        return actions.book(clinic.resident(), place_id=place_id, by=None, at=NOW, access=access)
    except DomainError:
        return None


def test_a_day_of_sessions_counts_free_held_and_booked() -> None:
    where = clinic.department()
    day = clinic.session(where, TOMORROW, places=5)
    clinic.session(where, TOMORROW + DAY)
    one, two, three, *_ = clinic.places(day)
    actions.book(clinic.resident(), place_id=one.pk, by=None, at=NOW, access=PUBLIC)
    actions.hold(clinic.resident(), place_id=two.pk, until=NOW + 2 * HOUR, by=None, at=NOW, access=PUBLIC)
    actions.hold(clinic.resident(), place_id=three.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    (found,) = queries.sessions_of(where.pk, date(2026, 3, 5), at=NOW + HOUR)
    counts = (found.places_all, found.places_free, found.places_held, found.places_booked)
    assert (found.pk, *counts) == (day.pk, 5, 3, 1, 1)


def test_who_is_expected_on_a_day_is_listed_by_time_without_lapsed_holds() -> None:
    where = clinic.department()
    one, two, three, four = clinic.places(clinic.session(where, TOMORROW))
    late = actions.book(clinic.resident(), place_id=four.pk, by=None, at=NOW, access=PUBLIC)
    early = actions.book(clinic.resident(), place_id=one.pk, by=None, at=NOW, access=PUBLIC)
    actions.hold(clinic.resident(), place_id=two.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    gone = actions.book(clinic.resident(), place_id=three.pk, by=None, at=NOW, access=PUBLIC)
    actions.cancel(gone.pk, "不去了", by=None, at=NOW)
    day = date(2026, 3, 5)
    found = queries.bookings_on(day, department_ids=[where.pk], at=NOW + HOUR)
    assert [booking.pk for booking in found] == [early.pk, late.pk]
    by_institution = queries.bookings_on(day, institution_id=where.institution_id, at=NOW)
    assert len(by_institution) == 3
    assert not queries.bookings_on(day + timedelta(days=1), department_ids=[where.pk], at=NOW).exists()


def test_a_resident_sees_an_overdue_hold_as_expired() -> None:
    who = clinic.resident()
    one = clinic.places(clinic.session(clinic.department()))[0]
    actions.hold(who, place_id=one.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    assert [booking.state_now for booking in queries.bookings_of(who, at=NOW)] == ["held"]
    assert [booking.state_now for booking in queries.bookings_of(who, at=NOW + HOUR)] == ["expired"]


def test_every_night_unattended_bookings_without_a_referral_are_noted_as_missed(
    clock: fenji_clock.Frozen,
) -> None:
    one, two, three, _ = clinic.places(clinic.session(clinic.department(), TOMORROW))
    missed = actions.book(clinic.resident(), place_id=one.pk, by=None, at=NOW, access=PUBLIC)
    actions.book(clinic.resident(), place_id=two.pk, referral_id=uuid4(), by=None, at=NOW)
    came = actions.book(clinic.resident(), place_id=three.pk, by=None, at=NOW, access=PUBLIC)
    actions.mark_arrived(came.pk, by=None, at=TOMORROW)
    assert tasks.note_no_shows(0) == 0
    clock.move_to(TOMORROW + DAY)
    assert tasks.note_no_shows(0) == 1
    missed.refresh_from_db()
    assert missed.state == "no_show"


def test_the_next_free_place_is_found_through_the_index_of_open_places() -> None:
    where = clinic.department()
    for day in range(40):
        clinic.session(where, TOMORROW + day * DAY, places=50, reserve_permille=300)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE booking_place")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT starts_at FROM booking_place WHERE department_id = %(department)s AND "
            + free.where()
            + " ORDER BY starts_at LIMIT 1",
            {"department": where.pk, **free.values(PUBLIC, at=NOW)},
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using place_open" in plan
    assert "Sort" not in plan
