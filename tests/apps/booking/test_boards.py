"""What desks show: the board, the public calendar, the printed list and what is entered from it, the map's counts."""

from datetime import date, timedelta

import pytest

from fenji.apps.booking import actions, boards, freshness, waiting
from fenji.apps.booking.errors import PlaceReserved, SlotTaken
from fenji.apps.booking.policies import REFERRED, Access, Wanted
from fenji.apps.booking.sessions import close_session
from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Invalid, NotFound
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

pytestmark = pytest.mark.django_db
PUBLIC = Access({"public": None})
FIRST = date(2026, 3, 5)


def test_the_board_counts_what_became_of_every_place() -> None:
    where = clinic.department()
    session = clinic.session(where, TOMORROW, places=5, reserve_permille=200)
    closed = clinic.session(where, TOMORROW + DAY, places=3, line="expert")
    _, one, two, *_ = clinic.places(session)
    actions.book(clinic.resident(), place_id=one.pk, by=None, at=NOW, access=PUBLIC)
    actions.hold(clinic.resident(), place_id=two.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    close_session(closed.pk, "停电", by=None, at=NOW)
    (row,) = boards.capacity_board([where.pk], FIRST, days=3, at=NOW)
    assert list(row.days) == [FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2)]
    assert row.days[FIRST] == [boards.Cell("specialist", places=5, free=3, reserved=1, held=1, booked=1)]
    assert row.days[FIRST + timedelta(days=1)] == [boards.Cell("expert", places=3, closed=3)]
    assert row.days[FIRST + timedelta(days=2)] == []
    later = boards.capacity_board([where.pk], FIRST, days=1, at=NOW + HOUR)[0].days[FIRST][0]
    assert (later.free, later.held) == (4, 0)  # the hold ran out


def test_the_board_says_who_waits_and_how_old_a_hospitals_word_is() -> None:
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    where = clinic.department()
    waiting.enter(clinic.resident(), Wanted((where.pk,), NOW, NOW + 9 * DAY), by=None, at=NOW)
    freshness.heard_from(where.institution_id, "alive", at=NOW)
    (row,) = boards.capacity_board([where.pk], FIRST, at=NOW + 2 * DAY)
    assert (row.waiting, row.freshness.is_stale, row.freshness.age) == (1, True, 2 * DAY)


def test_the_public_calendar_shows_what_one_may_take_from_now_on() -> None:
    where = clinic.department()
    clinic.session(where, NOW - HOUR, places=12, reserve_permille=0)
    clinic.session(where, TOMORROW, places=4, reserve_permille=500)
    shown = boards.public_calendar(where.pk, FIRST - timedelta(days=1), days=3, access=PUBLIC, at=NOW)
    assert {day: len(places) for day, places in shown.items()} == {FIRST - timedelta(days=1): 5, FIRST: 2}


def test_the_map_counts_free_places_by_institution_and_line() -> None:
    here, there = clinic.department(), clinic.department()
    clinic.session(here, TOMORROW, places=4)
    clinic.session(here, TOMORROW, places=3, line="expert")
    clinic.session(there, TOMORROW + 30 * DAY, places=3)
    clinic.session(there, TOMORROW, places=3, item=clinic.exam_item(there))
    counted = boards.free_by_institution(access=PUBLIC, at=NOW)
    assert counted[here.institution_id] == {"specialist": 4, "expert": 3}
    assert "specialist" not in counted[there.institution_id]  # its own is a month ahead


def test_the_printed_list_has_a_line_for_every_place_and_a_name_where_one_is_booked() -> None:
    where, who = clinic.department(), clinic.resident("梁居民")
    first, second = clinic.session(where, TOMORROW, places=2), clinic.session(where, TOMORROW + HOUR, places=1)
    actions.book(who, place_id=clinic.places(first)[1].pk, by=None, at=NOW, access=PUBLIC)
    shown = boards.printable_list(where.pk, FIRST, at=NOW)
    names = {one: [row.booking.resident.name if row.booking else "" for row in rows] for one, rows in shown}
    assert names == {first: ["", "梁居民"], second: [""]}


def test_what_was_written_on_paper_is_entered_with_its_true_time_although_the_clinic_has_begun() -> None:
    where = clinic.department()
    one, two, *_ = clinic.places(clinic.session(where, TOMORROW))
    desk, who, entered = clinic.keeper(where), clinic.resident(), TOMORROW + 3 * HOUR
    written = TOMORROW - HOUR
    made = actions.enter_from_paper(who, one.pk, written_at=written, by=desk, at=entered)
    assert (made.made_at, made.entered_at, made.state) == (written, entered, "booked")
    actions.book(clinic.resident(), place_id=two.pk, by=None, at=written, access=PUBLIC)
    with pytest.raises(SlotTaken):  # somebody else got it while the network was down
        actions.enter_from_paper(clinic.resident(), two.pk, written_at=written, by=desk, at=entered)
    for wrong in (entered + HOUR, entered - 4 * DAY):
        with pytest.raises(Invalid):
            actions.enter_from_paper(clinic.resident(), two.pk, written_at=wrong, by=desk, at=entered)
    with pytest.raises(NotFound):
        actions.enter_from_paper(who, two.pk, written_at=written, by=clinic.keeper(clinic.hospital()), at=entered)


def test_paper_takes_no_reserved_place_that_was_not_open_then() -> None:
    where = clinic.department()
    place = clinic.places(clinic.session(where, TOMORROW, places=1, reserve_permille=1000))[0]
    with pytest.raises(PlaceReserved):
        actions.enter_from_paper(clinic.resident(), place.pk, written_at=NOW, by=clinic.keeper(where), at=NOW + HOUR)
    assert REFERRED.allows(place.pool, place.starts_at, at=NOW)
