"""Blocks of hospitals: handed over, booked by us alone, handed back without what is booked; messages late and twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from fenji.apps.booking import actions, blocks, freshness, queries, reconciling
from fenji.apps.booking.blocks import SessionForm
from fenji.apps.booking.errors import ClinicClosed, HandedBack, NotCertain, TooLate
from fenji.apps.booking.models import Booking, Difference, Place, Session
from fenji.apps.booking.policies import REFERRED, Access
from fenji.apps.booking.reconciling import ListedPlace
from fenji.apps.booking.sessions import reopen_session
from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.notices.models import Notice
from fenji.apps.registry.models import Department
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

pytestmark = pytest.mark.django_db
PUBLIC = Access({"public": None})


@pytest.fixture
def where() -> Department:
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    return clinic.department()


def form(where: Department, code: str = "S1", starts_at: datetime = TOMORROW, **more: Any) -> SessionForm:
    return replace(SessionForm(code, where.pk, starts_at, starts_at + HOUR, 15), **more)


def hand_over(where: Department, *forms: SessionForm, at: datetime = NOW) -> list[Place]:
    given = forms or (form(where),)
    blocks.hand_over(where.institution_id, "B1", given, by=clinic.keeper(where), at=at)
    return list(Place.objects.filter(session__block__source_code="B1").order_by("session__starts_at", "number"))


def test_a_block_makes_places_that_are_booked_like_any_other(where: Department) -> None:
    places = hand_over(where, form(where, reserve_permille=500), form(where, "S2", TOMORROW + DAY))
    assert [place.pool for place in places[:4]] == ["referral", "public", "referral", "public"]
    assert actions.book(clinic.resident(), place_id=places[1].pk, by=None, at=NOW, access=PUBLIC).state == "booked"


def test_the_same_block_again_changes_nothing_and_a_changed_session_is_refused(where: Department) -> None:
    hand_over(where)
    assert len(hand_over(where)) == 4
    assert len(hand_over(where, form(where), form(where, "S2", TOMORROW + DAY))) == 8
    with pytest.raises(Invalid) as refused:
        hand_over(where, form(where, starts_at=TOMORROW + HOUR))
    assert list(refused.value.fields) == ["sessions.1"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": NOW - HOUR, "ends_at": NOW}, "starts_at"),
        ({"ends_at": TOMORROW}, "ends_at"),
        ({"place_minutes": 0}, "place_minutes"),
        ({"place_minutes": -5}, "place_minutes"),
        ({"place_minutes": 90}, "place_minutes"),
        ({"reserve_permille": 1001}, "reserve_permille"),
        ({"line": "examination"}, "exam_item_id"),
        ({"line": "surgery"}, "line"),
        ({"department_id": 987654}, "department_id"),
        ({"source_code": " "}, "source_code"),
    ],
)
def test_a_block_with_a_fault_is_refused_whole(where: Department, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        hand_over(where, form(where), replace(form(where, "S2"), **changes))
    assert f"sessions.2.{field}" in refused.value.fields
    assert not Session.objects.exists()


def test_a_physician_of_a_block_works_there_and_is_in_one_clinic_at_a_time(where: Department) -> None:
    who, stranger = clinic.keeper(where), clinic.doctor()
    half = timedelta(minutes=30)
    mine = form(where, physician_id=who.pk)
    for wrong in (
        form(where, "S2", physician_id=stranger.pk),
        form(where, "S2", physician_id=987654),
        form(where, "S2", TOMORROW + half, physician_id=who.pk),
        mine,  # the same code twice
    ):
        with pytest.raises(Invalid) as refused:
            hand_over(where, mine, wrong)
        assert set(refused.value.fields) & {"sessions.2.physician_id", "sessions.2.source_code"}
        assert not Session.objects.exists()
    places = hand_over(where, mine, form(where, "S2", TOMORROW + HOUR, physician_id=who.pk))
    with pytest.raises(Invalid):
        hand_over(where, form(where, "S3", TOMORROW - half, physician_id=who.pk))
    blocks.stop(where.institution_id, "S1", "换人", said_at=NOW, by=clinic.keeper(where), at=NOW)
    assert len(hand_over(where, form(where, "S3", TOMORROW - half, physician_id=who.pk))) == len(places) + 4


def test_a_hospital_hands_over_and_back_only_its_own(where: Department) -> None:
    other = clinic.keeper(clinic.hospital())
    with pytest.raises(NotFound):
        blocks.hand_over(where.institution_id, "B1", [form(where)], by=other, at=NOW)
    hand_over(where)
    with pytest.raises(NotFound):
        blocks.hand_back(where.institution_id, "B1", by=other, at=NOW)
    elsewhere = clinic.department()
    with pytest.raises(Invalid):
        blocks.hand_over(where.institution_id, "B2", [form(elsewhere, "S9")], by=clinic.keeper(where), at=NOW)


def test_only_what_is_not_booked_goes_back_and_the_rest_is_listed(where: Department) -> None:
    first, second, third, fourth = hand_over(where)
    booked = actions.book(clinic.resident(), place_id=first.pk, by=None, at=NOW, access=PUBLIC)
    held = actions.hold(clinic.resident(), place_id=second.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    actions.hold(clinic.resident(), place_id=third.pk, until=NOW + timedelta(minutes=1), by=None, at=NOW, access=PUBLIC)
    back = blocks.hand_back(where.institution_id, "B1", by=clinic.keeper(where), at=NOW + HOUR / 2)
    assert (back.places, [one.pk for one in back.kept]) == (2, [booked.pk, held.pk])
    with pytest.raises(HandedBack):
        actions.book(clinic.resident(), place_id=fourth.pk, by=None, at=NOW, access=PUBLIC)
    assert actions.confirm(held.pk, by=None, at=NOW + HOUR / 2).state == "booked"
    actions.cancel(booked.pk, "不去了", by=None, at=NOW + HOUR)
    assert queries.free_places([where.pk], NOW, NOW + 9 * DAY, access=REFERRED, at=NOW + HOUR) == []
    assert blocks.hand_back(where.institution_id, "B1", by=clinic.keeper(where), at=NOW + HOUR).places == 0
    with pytest.raises(HandedBack):
        reopen_session(first.session_id, by=clinic.keeper(where), at=NOW)
    with pytest.raises(HandedBack):
        hand_over(where)


def test_single_sessions_go_back_and_the_block_stays(where: Department) -> None:
    places = hand_over(where, form(where), form(where, "S2", TOMORROW + DAY))
    by = clinic.keeper(where)
    assert blocks.hand_back(where.institution_id, "B1", ["S1"], by=by, at=NOW).places == 4
    assert actions.book(clinic.resident(), place_id=places[-1].pk, by=None, at=NOW, access=PUBLIC).state == "booked"
    with pytest.raises(NotFound):
        blocks.hand_back(where.institution_id, "B1", ["S7"], by=by, at=NOW)


def test_a_stop_message_moves_everyone_and_twice_late_or_shuffled_has_one_effect(where: Department) -> None:
    first, *_ = hand_over(where, form(where), form(where, "S2", TOMORROW + DAY))
    mine = actions.book(clinic.resident(), place_id=first.pk, by=None, at=NOW, access=PUBLIC)
    by, house = clinic.keeper(where), where.institution_id
    (moved,) = blocks.stop(house, "S1", "医生外出", said_at=NOW, by=by, at=NOW)
    assert moved.booking.pk == mine.pk
    assert moved.new is not None
    assert blocks.stop(house, "S1", "医生外出", said_at=NOW, by=by, at=NOW + HOUR) == []
    reopen_session(first.session_id, by=by, at=NOW + HOUR)
    assert blocks.stop(house, "S1", "医生外出", said_at=NOW, by=by, at=NOW + HOUR) == []  # the same message once more
    with pytest.raises(TooLate):
        blocks.stop(house, "S1", "旧消息", said_at=NOW - HOUR, by=by, at=NOW + HOUR)
    assert Session.objects.get(source_code="S1").closed_at is None
    with pytest.raises(NotFound):  # before its block: send it again afterwards
        blocks.stop(house, "S3", "医生外出", said_at=NOW, by=by, at=NOW)
    with pytest.raises(Invalid):
        blocks.stop(house, "S1", "医生外出", said_at=NOW + DAY, by=by, at=NOW)


def test_an_absent_physician_and_a_broken_machine_close_all_their_sessions(where: Department) -> None:
    who, by = clinic.doctor(), clinic.keeper(where)
    away = [clinic.session(where, TOMORROW + day * DAY, physician=who) for day in range(3)]
    item = clinic.exam_item(where)
    broken = clinic.session(where, TOMORROW, item=item)
    stop = {"by": by, "at": NOW}
    blocks.stop_physician(where.institution_id, who.pk, TOMORROW, TOMORROW + 2 * DAY, "外出学习", **stop)
    blocks.stop_equipment(where.institution_id, item.equipment, TOMORROW, TOMORROW + DAY, "检修", **stop)
    closed = set(Session.objects.filter(closed_at__isnull=False).values_list("pk", flat=True))
    assert closed == {away[0].pk, away[1].pk, broken.pk}
    with pytest.raises(Invalid):
        blocks.stop_physician(where.institution_id, who.pk, NOW, NOW - DAY, "外出学习", **stop)


def test_a_silent_hospital_is_stale_and_nothing_of_it_is_promised(where: Department) -> None:
    place = hand_over(where, form(where, starts_at=TOMORROW + 3 * DAY))[0]
    house, stale_at = where.institution_id, NOW + 26 * HOUR
    fresh = freshness.freshness_of([house], at=NOW + HOUR)[house]
    assert (fresh.age, fresh.is_stale, fresh.last_message_kind) == (HOUR, False, "hand_over")
    assert freshness.freshness_of([house], at=stale_at)[house].is_stale
    assert queries.free_places([where.pk], NOW, NOW + 9 * DAY, access=REFERRED, at=stale_at) == []
    assert queries.next_free([where.pk], access=REFERRED, at=stale_at) == {}
    with pytest.raises(NotCertain):
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=stale_at, access=REFERRED)
    blocks.still_here(house, by=clinic.keeper(where), at=stale_at)
    assert actions.book(clinic.resident(), place_id=place.pk, by=None, at=stale_at, access=REFERRED).state == "booked"


def test_a_hospital_whose_clinics_are_kept_here_never_grows_stale(where: Department) -> None:
    clinic.session(where, TOMORROW + 30 * DAY)
    assert not freshness.freshness_of([where.institution_id], at=NOW + 20 * DAY)[where.institution_id].is_stale
    assert queries.next_free([where.pk], access=PUBLIC, at=NOW + 20 * DAY) == {where.pk: TOMORROW + 30 * DAY}


# --- the daily comparison


def listed(places: list[Place], **by_number: Booking | None) -> list[ListedPlace]:
    """The hospital's list: as ours, but booked where a booking is named by `n1=...`."""
    return [
        ListedPlace(
            place.session.source_code, place.number, f"n{place.number}" in by_number,
            booking.pk if (booking := by_number.get(f"n{place.number}")) else None, starts_at=place.starts_at,
        )
        for place in places
    ]  # fmt: skip


def differences(where: Department, rows: list[ListedPlace], at: datetime = NOW) -> list[tuple[str, int | None]]:
    done = reconciling.reconcile(
        where.institution_id, TOMORROW.date(), rows, by=clinic.keeper(where), at=at
    )  # fmt: skip
    return list(done.differences.order_by("kind", "number").values_list("kind", "number"))


def test_two_lists_that_agree_differ_in_nothing(where: Department) -> None:
    places = hand_over(where)
    mine = actions.book(clinic.resident(), place_id=places[0].pk, by=None, at=NOW, access=PUBLIC)
    assert differences(where, listed(places, n1=mine)) == []
    assert not Notice.objects.filter(kind="booking.differences").exists()


def test_every_kind_of_difference_is_found_and_nobodys_booking_is_touched(where: Department) -> None:
    places = hand_over(where)
    one, two = (actions.book(clinic.resident(), place_id=p.pk, by=None, at=NOW, access=PUBLIC) for p in places[:2])
    rows = listed(places, n1=None, n3=None)  # 1 booked on both sides, 2 only here, 3 only there
    rows[0] = replace(rows[0], booking_id=two.pk)
    rows[3] = replace(rows[3], starts_at=places[3].starts_at + HOUR)
    rows += [ListedPlace("S1", 9, is_booked=False), ListedPlace("S8", 1, is_booked=False)]
    assert differences(where, rows) == [
        ("booked_here", 2), ("booked_there", 3), ("other_booking", 1), ("place_here", 9), ("session_here", None),
        ("times", 4),
    ]  # fmt: skip
    assert {booking.state for booking in Booking.objects.all()} == {"booked"}
    assert one.pk
    assert Notice.objects.get(kind="booking.differences").institution_id == where.institution_id


def test_sessions_and_places_missing_there_and_closed_on_one_side_are_found(where: Department) -> None:
    places = hand_over(where, form(where), form(where, "S2", TOMORROW + 2 * HOUR))
    assert differences(where, listed(places[:3])) == [("place_there", 4), ("session_there", None)]
    shut = [replace(row, is_closed=True) for row in listed(places)]
    assert [kind for kind, _ in differences(where, shut)] == ["closed_there", "closed_there"]
    blocks.stop(where.institution_id, "S1", "停电", said_at=NOW, by=None, at=NOW)
    assert [kind for kind, _ in differences(where, listed(places))] == ["closed_here"]


def test_a_list_is_compared_only_by_its_own_hospital_and_names_a_place_once(where: Department) -> None:
    places = hand_over(where)
    with pytest.raises(NotFound):
        reconciling.reconcile(
            where.institution_id, TOMORROW.date(), listed(places), by=clinic.keeper(clinic.hospital()), at=NOW
        )
    with pytest.raises(Invalid):
        differences(where, [*listed(places), *listed(places)])


def test_a_hospital_without_a_list_of_the_day_is_a_difference_itself(where: Department) -> None:
    hand_over(where)
    day = TOMORROW.date()
    assert reconciling.note_missing_lists(at=NOW, day=day) == 1
    assert Difference.objects.get().kind == "no_list"
    assert reconciling.note_missing_lists(at=NOW, day=day) == 0
    assert reconciling.note_missing_lists(at=NOW, day=day + timedelta(days=9)) == 0


def test_a_closed_clinic_of_a_block_is_closed_to_all(where: Department) -> None:
    place = hand_over(where)[0]
    blocks.stop(where.institution_id, "S1", "停电", said_at=NOW, by=None, at=NOW)
    with pytest.raises(ClinicClosed):
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=REFERRED)
