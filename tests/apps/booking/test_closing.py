"""A closed clinic: everybody affected gets the next place, or is listed as having none."""

from uuid import uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from fenji.apps.booking import actions
from fenji.apps.booking.announce import TASK
from fenji.apps.booking.errors import PlacePast
from fenji.apps.booking.models import Place
from fenji.apps.booking.policies import Access
from fenji.apps.booking.sessions import close_session, reopen_session
from fenji.apps.common.errors import NotFound
from fenji.apps.notices.models import Notice
from fenji.apps.notices.queries import notices_of
from fenji.apps.residents.identity import seal_phone
from fenji.apps.residents.models import Resident
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

pytestmark = pytest.mark.django_db
PUBLIC = Access({"public": None})


def test_everybody_moves_in_order_to_the_next_places_of_the_line() -> None:
    where = clinic.department()
    closing = clinic.session(where, TOMORROW, places=2)
    clinic.session(where, TOMORROW + HOUR, line="expert")
    clinic.session(clinic.department("儿科"), TOMORROW + HOUR)
    later = clinic.session(where, TOMORROW + DAY)
    one, two = clinic.places(closing)
    second = actions.book(clinic.resident(), place_id=two.pk, by=None, at=NOW, access=PUBLIC)
    first = actions.hold(clinic.resident(), place_id=one.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    moved = close_session(closing.pk, "医生外出", by=clinic.keeper(closing.institution), at=NOW)
    assert [one.booking.pk for one in moved] == [first.pk, second.pk]
    assert [one.new.place for one in moved if one.new] == clinic.places(later)[:2]
    assert [one.new.state for one in moved if one.new] == ["held", "booked"]
    second.refresh_from_db()
    assert second.ended_reason == "停诊：医生外出"
    assert Place.objects.filter(session=closing, taken_by__isnull=False).count() == 0


def test_nobody_is_moved_to_an_earlier_time_or_too_far() -> None:
    where = clinic.department()
    clinic.session(where, TOMORROW, places=2)
    closing = clinic.session(where, TOMORROW + DAY, places=1)
    clinic.session(where, TOMORROW + 9 * DAY, places=2)
    mine = actions.book(clinic.resident(), place_id=clinic.places(closing)[0].pk, by=None, at=NOW, access=PUBLIC)
    moved = close_session(closing.pk, "医生外出", by=clinic.keeper(closing.institution), at=NOW, within=7 * DAY)
    assert [(one.booking.pk, one.new) for one in moved] == [(mine.pk, None)]
    mine.refresh_from_db()
    assert mine.state == "cancelled"


def test_referred_residents_may_be_moved_to_reserved_places_and_others_not() -> None:
    where = clinic.department()
    closing = clinic.session(where, TOMORROW, places=2)
    later = clinic.session(where, TOMORROW + DAY, places=1, reserve_permille=1000)
    one, two = clinic.places(closing)
    other = actions.book(clinic.resident(), place_id=one.pk, by=None, at=NOW, access=PUBLIC)
    referred = actions.book(clinic.resident(), place_id=two.pk, referral_id=uuid4(), by=None, at=NOW)
    moved = {
        one.booking.pk: one.new
        for one in close_session(closing.pk, "停电", by=clinic.keeper(closing.institution), at=NOW)
    }
    assert moved[other.pk] is None
    assert moved[referred.pk] is not None
    assert moved[referred.pk].place == clinic.places(later)[0]


def test_each_referral_hears_what_became_of_its_appointment() -> None:
    where = clinic.department()
    closing = clinic.session(where, TOMORROW, places=2)
    clinic.session(where, TOMORROW + DAY, places=1)
    one, two = clinic.places(closing)
    moving, losing = uuid4(), uuid4()
    actions.book(clinic.resident(), place_id=one.pk, referral_id=moving, by=None, at=NOW)
    lost = actions.book(clinic.resident(), place_id=two.pk, referral_id=losing, by=None, at=NOW)
    close_session(closing.pk, "医生外出", by=clinic.keeper(closing.institution), at=NOW)
    told = {job.args["referral_id"]: job for job in ProcrastinateJob.objects.filter(task_name=TASK)}
    assert told[str(moving)].args["change"] == "moved"
    assert told[str(losing)].args == {
        "referral_id": str(losing), "booking_id": str(lost.pk), "change": "cancelled",
    }  # fmt: skip
    assert told[str(losing)].lock == f"referral:{losing}"


def test_residents_without_a_referral_are_told_what_became_of_it_and_others_by_their_referral() -> None:
    where = clinic.department()
    closing = clinic.session(where, TOMORROW, places=3)
    clinic.session(where, TOMORROW + DAY, places=1)
    one, two, three = clinic.places(closing)
    moving, losing, referred = clinic.resident(), clinic.resident(), clinic.resident()
    Resident.objects.filter(pk=losing).update(phone_sealed=seal_phone(losing, "13800138000"))
    actions.book(moving, place_id=one.pk, by=None, at=NOW, access=PUBLIC)
    actions.book(losing, place_id=two.pk, by=None, at=NOW, access=PUBLIC)
    actions.book(referred, place_id=three.pk, referral_id=uuid4(), by=None, at=NOW)
    close_session(closing.pk, "医生外出", by=clinic.keeper(closing.institution), at=NOW)
    (moved,) = notices_of([moving])
    (lost,) = notices_of([losing])
    assert "3月5日 08:00 停诊" in moved.text
    assert "3月6日 08:00" in moved.text
    assert (lost.kind, list(notices_of([referred]))) == ("booking.cancelled", [])
    by_telephone = Notice.objects.filter(channel="call", institution_id=where.institution_id)
    assert {notice.resident_id for notice in by_telephone} >= {moving}
    assert "13800138000" not in lost.text


def test_who_has_another_place_in_the_only_other_clinic_is_listed() -> None:
    where, who = clinic.department(), clinic.resident()
    closing, later = clinic.session(where, TOMORROW), clinic.session(where, TOMORROW + DAY)
    actions.book(who, place_id=clinic.places(later)[0].pk, by=None, at=NOW, access=PUBLIC)
    actions.book(who, place_id=clinic.places(closing)[0].pk, by=None, at=NOW, access=PUBLIC)
    assert [
        one.new for one in close_session(closing.pk, "医生外出", by=clinic.keeper(closing.institution), at=NOW)
    ] == [None]


def test_who_arrived_and_whose_hold_ran_out_are_left_alone() -> None:
    closing = clinic.session(clinic.department(), NOW - HOUR, places=30)
    last, other = clinic.places(closing)[-1], clinic.places(closing)[-2]
    arrived = actions.book(clinic.resident(), place_id=last.pk, by=None, at=NOW, access=PUBLIC)
    actions.mark_arrived(arrived.pk, by=None, at=NOW)
    actions.hold(clinic.resident(), place_id=other.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    assert close_session(closing.pk, "医生不适", by=clinic.keeper(closing.institution), at=NOW + 2 * HOUR) == []
    arrived.refresh_from_db()
    assert arrived.state == "arrived"


def test_closing_twice_moves_nobody_twice_and_keeps_the_first_time() -> None:
    closing = clinic.session(clinic.department(), TOMORROW)
    actions.book(clinic.resident(), place_id=clinic.places(closing)[0].pk, by=None, at=NOW, access=PUBLIC)
    by = clinic.keeper(closing.institution)
    assert len(close_session(closing.pk, "医生外出", by=by, at=NOW)) == 1
    assert close_session(closing.pk, "医生外出", by=by, at=NOW + HOUR) == []
    closing.refresh_from_db()
    assert closing.closed_at == NOW


def test_a_reopened_clinic_takes_bookings_again() -> None:
    closing = clinic.session(clinic.department(), TOMORROW)
    place, by = clinic.places(closing)[0], clinic.keeper(closing.institution)
    close_session(closing.pk, "医生外出", by=by, at=NOW)
    reopen_session(closing.pk, by=by, at=NOW)
    assert actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=PUBLIC).state == "booked"


def test_what_is_over_is_not_reopened_and_what_is_not_there_not_closed() -> None:
    past = clinic.session(clinic.department(), NOW - DAY)
    with pytest.raises(PlacePast):
        reopen_session(past.pk, by=clinic.keeper(past.institution), at=NOW)
    with pytest.raises(NotFound):
        close_session(987654321, "没有", by=clinic.keeper(past.institution), at=NOW)
