"""The numbers of a ward: what lies on each bed at this moment, what is free, what is the platform's."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from fenji.apps.stays import board, queries
from fenji.apps.stays.policies import Span
from fenji.kernel.stays import Event
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import DAY, HOUR, NOW, later, tell

pytestmark = pytest.mark.django_db


def test_each_bed_counts_once_as_what_weighs_most(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    where = ward.department()
    beds = ward.beds(where, 7)
    house = where.institution_id
    tell(house, "1", Event.ADMIT, later(days=-2), "A", "b1", until_at=later(hours=2))  # leaves today
    tell(house, "2", Event.ADMIT, later(days=-9), "B", "b2", until_at=later(days=-1))  # should have left
    tell(house, "3", Event.ADMIT, later(days=-1), "C", "b3", until_at=later(days=4))
    tell(house, "4", Event.BLOCK, later(hours=-1), "", "b4", until_at=later(days=2))
    ward.reserve(beds[4], Span(NOW + HOUR, NOW + DAY), clinic.resident())
    ward.reserve(beds[5], Span(NOW + 3 * DAY, NOW + 5 * DAY), clinic.resident())  # free until then
    wards = list(queries.wards_of(house))
    with django_assert_max_num_queries(6):  # however many beds: the counts, the feed, the rulebook in force
        (first,) = board.wards_now(wards, at=NOW)
    assert (first.beds, first.occupied, first.blocked, first.reserved) == (7, 3, 1, 1)
    assert (first.free, first.platforms) == (2, 7)
    assert first.leaving == 2  # one today, one who should have gone


def test_who_should_have_left_counts_as_leaving_today_in_the_evening_too() -> None:
    where, evening = ward.department(), later(hours=13)
    ward.beds(where, 1, at=evening)
    house = where.institution_id
    tell(house, "1", Event.ADMIT, later(days=-9), "A", "b1", until_at=later(days=-1), now=evening)
    (found,) = board.wards_now(queries.wards_of(house), at=evening)
    assert (found.occupied, found.leaving) == (1, 1)


def test_a_bed_cleaned_this_morning_is_free_on_the_board() -> None:
    where = ward.department()
    ward.beds(where, 1)
    house = where.institution_id
    tell(house, "1", Event.ADMIT, later(days=-2), "A", "b1")
    tell(house, "2", Event.DISCHARGE, NOW, "A")
    (cleaning,) = board.rows_of(queries.wards_of(house)[0], days=2, at=NOW)
    (clean,) = board.rows_of(queries.wards_of(house)[0], days=2, at=later(hours=3))
    assert [row.cells[0].stay and row.cells[0].stay.state for row in (cleaning, clean)] == ["cleaning", None]
    assert clean.now is None


def test_a_ward_of_a_silent_house_or_closed_promises_nothing() -> None:
    where = ward.department()
    ward.beds(where, 3)
    wards = list(queries.wards_of(where.institution_id))
    assert [one.free for one in board.wards_now(wards, at=NOW)] == [3]
    (silent,) = board.wards_now(wards, at=NOW + timedelta(days=5))
    assert (silent.is_stale, silent.free, silent.beds) == (True, 0, 3)
    wards[0].closed_from = NOW
    assert [(one.is_closed, one.free) for one in board.wards_now(wards, at=NOW)] == [(True, 0)]


def test_a_bed_that_is_not_in_use_any_more_is_none() -> None:
    where = ward.department()
    ward.beds(where, 2, used_until=date(2026, 1, 1))
    assert [one.beds for one in board.wards_now(queries.wards_of(where.institution_id), at=NOW)] == [0]
