"""Hold, confirm, book, move, cancel, arrive, miss: what each does and what each refuses."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from fenji.apps.booking import actions
from fenji.apps.booking.errors import (
    AlreadyBooked,
    BookingEnded,
    ClinicClosed,
    HoldExpired,
    HoldExtended,
    NotYetDue,
    PlacePast,
    PlaceReserved,
    SlotTaken,
)
from fenji.apps.booking.models import Booking, Place
from fenji.apps.booking.policies import REFERRED, Access, Wanted
from fenji.apps.booking.sessions import close_session
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

pytestmark = pytest.mark.django_db
PUBLIC = Access({"public": None})


def jobs() -> list[dict[str, str]]:
    found = ProcrastinateJob.objects.filter(task_name="referrals.appointment_changed").order_by("id")
    return [job.args for job in found]


def test_a_hold_takes_its_place_until_its_end() -> None:
    where = clinic.session(clinic.department())
    place = clinic.places(where)[1]
    by, who = clinic.doctor(), clinic.resident()
    booking = actions.hold(who, place_id=place.pk, referral_id=uuid4(), until=NOW + HOUR, by=by, at=NOW)
    place.refresh_from_db()
    assert (place.taken_by, place.held_until) == (booking.pk, NOW + HOUR)
    assert (booking.state, booking.resident_id, booking.made_by) == ("held", who, by)
    event = AuditEvent.objects.get(verb="booking.hold")
    assert (event.actor_id, event.resident_id, event.subject_id) == (by.pk, who, str(booking.pk))


def test_a_held_place_is_taken_for_others_who_are_told_what_else_is_free() -> None:
    where = clinic.session(clinic.department(), places=3)
    first, *others = clinic.places(where)
    actions.hold(clinic.resident(), place_id=first.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    with pytest.raises(SlotTaken) as told:
        actions.hold(clinic.resident(), place_id=first.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    assert told.value.alternatives == others
    assert told.value.status == 409


def test_a_hold_is_over_at_its_last_instant_not_after_it() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    old = actions.hold(clinic.resident(), place_id=place.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    just_before = NOW + HOUR - timedelta(microseconds=1)
    with pytest.raises(SlotTaken):
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=just_before, access=PUBLIC)
    new = actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW + HOUR, access=PUBLIC)
    old.refresh_from_db()
    place.refresh_from_db()
    assert (old.state, old.ended_at, new.state) == ("expired", NOW + HOUR, "booked")
    assert place.taken_by == new.pk


def test_confirming_makes_the_hold_last_and_twice_is_once() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    held = actions.hold(clinic.resident(), place_id=place.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    assert actions.confirm(held.pk, by=None, at=NOW).state == "booked"
    assert actions.confirm(held.pk, by=None, at=NOW + 2 * HOUR).state == "booked"
    place.refresh_from_db()
    assert (place.taken_by, place.held_until) == (held.pk, None)
    assert AuditEvent.objects.filter(verb="booking.confirm").count() == 1
    with pytest.raises(SlotTaken):
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW + 2 * HOUR, access=PUBLIC)


def test_a_hold_that_ran_out_is_not_confirmed_though_nobody_else_came() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    held = actions.hold(clinic.resident(), place_id=place.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    with pytest.raises(HoldExpired):
        actions.confirm(held.pk, by=None, at=NOW + HOUR)


def test_a_hold_is_extended_once_and_only_forward() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    held = actions.hold(clinic.resident(), place_id=place.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    with pytest.raises(Invalid):
        actions.extend_hold(held.pk, until=NOW + HOUR, by=None, at=NOW)
    actions.extend_hold(held.pk, until=NOW + 2 * HOUR, by=None, at=NOW)
    place.refresh_from_db()
    assert place.held_until == NOW + 2 * HOUR
    with pytest.raises(HoldExtended):
        actions.extend_hold(held.pk, until=NOW + 3 * HOUR, by=None, at=NOW)
    assert actions.confirm(held.pk, by=None, at=NOW + HOUR + HOUR / 2).state == "booked"


def test_a_booking_is_not_held_for_longer() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    booked = actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=PUBLIC)
    with pytest.raises(BookingEnded):
        actions.extend_hold(booked.pk, until=NOW + HOUR, by=None, at=NOW)


def test_a_hold_must_end_after_it_begins() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    with pytest.raises(Invalid):
        actions.hold(clinic.resident(), place_id=place.pk, until=NOW, by=None, at=NOW, access=PUBLIC)


def test_the_soonest_place_of_the_departments_wanted_is_taken() -> None:
    one, two = clinic.department(), clinic.department("呼吸内科")
    clinic.session(one, TOMORROW + DAY)
    soonest = clinic.session(two, TOMORROW)
    wanted = Wanted((one.pk, two.pk), NOW, NOW + 7 * DAY)
    booking = actions.book(clinic.resident(), wanted=wanted, by=None, at=NOW, access=PUBLIC)
    assert booking.place == clinic.places(soonest)[0]


def test_wanting_keeps_to_span_line_and_physician() -> None:
    where, expert = clinic.department(), clinic.doctor("专家")
    clinic.session(where, TOMORROW)
    clinic.session(where, TOMORROW + HOUR, line="expert")
    right = clinic.session(where, TOMORROW + 2 * HOUR, line="expert", physician=expert)
    wanted = Wanted((where.pk,), NOW, NOW + 2 * DAY, line="expert", physician_id=expert.pk)
    booking = actions.book(clinic.resident(), wanted=wanted, by=None, at=NOW, access=PUBLIC)
    assert booking.session_id == right.pk
    with pytest.raises(SlotTaken):
        early = Wanted((where.pk,), NOW, TOMORROW + 2 * HOUR, physician_id=expert.pk)
        actions.book(clinic.resident(), wanted=early, by=None, at=NOW, access=PUBLIC)


def test_who_is_referred_takes_the_reserved_place_of_the_soonest_day_and_then_a_public_one() -> None:
    where = clinic.department()
    soon = clinic.session(where, TOMORROW, places=3, reserve_permille=300)
    clinic.session(where, TOMORROW + DAY, places=3, reserve_permille=1000)
    reserved = [place for place in clinic.places(soon) if place.pool == "referral"]
    wanted = Wanted((where.pk,), NOW, NOW + 7 * DAY)
    first = actions.book(clinic.resident(), wanted=wanted, referral_id=uuid4(), by=None, at=NOW)
    second = actions.book(clinic.resident(), wanted=wanted, referral_id=uuid4(), by=None, at=NOW)
    assert first.place == reserved[0]
    assert (second.place.pool, second.session_id) == ("public", soon.pk)


def test_a_reserved_place_is_closed_to_others_until_its_release() -> None:
    where = clinic.session(clinic.department(), TOMORROW + 3 * DAY, places=1, reserve_permille=1000)
    place = clinic.places(where)[0]
    release = Access({"public": None, "referral": timedelta(hours=24)})
    with pytest.raises(PlaceReserved):
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=release)
    at_release = place.starts_at - timedelta(hours=24)
    before = at_release - timedelta(seconds=1)
    with pytest.raises(PlaceReserved):
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=before, access=release)
    assert actions.book(clinic.resident(), place_id=place.pk, by=None, at=at_release, access=release).state == "booked"


def test_a_place_that_began_is_past() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    with pytest.raises(PlacePast):
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=place.starts_at, access=PUBLIC)


def test_a_closed_clinic_takes_nobody() -> None:
    where = clinic.session(clinic.department())
    close_session(where.pk, "医生开会", by=clinic.keeper(where.institution), at=NOW)
    with pytest.raises(ClinicClosed):
        actions.book(clinic.resident(), place_id=clinic.places(where)[0].pk, by=None, at=NOW, access=PUBLIC)


def test_an_unknown_place_or_booking_is_not_found() -> None:
    with pytest.raises(NotFound):
        actions.book(clinic.resident(), place_id=987654321, by=None, at=NOW, access=PUBLIC)
    with pytest.raises(NotFound):
        actions.confirm(uuid4(), by=None, at=NOW)


def test_a_resident_has_one_place_in_a_session() -> None:
    one, two, *_ = clinic.places(clinic.session(clinic.department()))
    who = clinic.resident()
    actions.book(who, place_id=one.pk, by=None, at=NOW, access=PUBLIC)
    with pytest.raises(AlreadyBooked):
        actions.book(who, place_id=two.pk, by=None, at=NOW, access=PUBLIC)
    two.refresh_from_db()
    assert two.taken_by is None


def test_an_own_hold_that_ran_out_does_not_stand_in_the_way() -> None:
    one, two, *_ = clinic.places(clinic.session(clinic.department()))
    who = clinic.resident()
    actions.hold(who, place_id=one.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    assert actions.book(who, place_id=two.pk, by=None, at=NOW + HOUR, access=PUBLIC).state == "booked"


def test_moving_takes_the_new_place_and_gives_the_old_one_back() -> None:
    one, two, *_ = clinic.places(clinic.session(clinic.department()))
    old = actions.book(clinic.resident(), place_id=one.pk, referral_id=uuid4(), by=None, at=NOW, requested_at=NOW - DAY)
    new = actions.move_to(old.pk, place_id=two.pk, by=None, at=NOW + HOUR)
    one.refresh_from_db()
    two.refresh_from_db()
    old.refresh_from_db()
    assert (one.taken_by, two.taken_by, two.held_until) == (None, new.pk, None)
    assert (old.state, new.state, new.replaces_id) == ("cancelled", "booked", old.pk)
    assert (new.referral_id, new.requested_at) == (old.referral_id, NOW - DAY)
    assert jobs() == [{"referral_id": str(old.referral_id), "booking_id": str(new.pk), "change": "moved"}]


def test_a_moved_hold_keeps_its_end() -> None:
    one, two, *_ = clinic.places(clinic.session(clinic.department()))
    old = actions.hold(clinic.resident(), place_id=one.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    new = actions.move_to(old.pk, place_id=two.pk, by=None, at=NOW, access=PUBLIC)
    two.refresh_from_db()
    assert (new.state, two.held_until) == ("held", NOW + HOUR)


def test_a_move_that_fails_leaves_everything_as_it_was() -> None:
    one, two, *_ = clinic.places(clinic.session(clinic.department()))
    mine = actions.book(clinic.resident(), place_id=one.pk, by=None, at=NOW, access=PUBLIC)
    actions.book(clinic.resident(), place_id=two.pk, by=None, at=NOW, access=PUBLIC)
    with pytest.raises(SlotTaken):
        actions.move_to(mine.pk, place_id=two.pk, by=None, at=NOW, access=PUBLIC)
    mine.refresh_from_db()
    one.refresh_from_db()
    assert (mine.state, one.taken_by) == ("booked", mine.pk)


def test_moving_to_the_place_one_has_changes_nothing() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    mine = actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=PUBLIC)
    assert actions.move_to(mine.pk, place_id=place.pk, by=None, at=NOW, access=PUBLIC).pk == mine.pk
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("kind", ["held", "booked"])
def test_cancelling_gives_the_place_back_and_twice_is_once(kind: str) -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    if kind == "held":
        mine = actions.hold(clinic.resident(), place_id=place.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    else:
        mine = actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=PUBLIC)
    actions.cancel(mine.pk, "不去了", by=None, at=NOW)
    again = actions.cancel(mine.pk, "真不去了", by=None, at=NOW + HOUR)
    place.refresh_from_db()
    assert (place.taken_by, place.held_until) == (None, None)
    assert (again.state, again.ended_reason, again.ended_at) == ("cancelled", "不去了", NOW)


def test_a_referral_hears_of_a_cancelled_booking_unless_it_did_so_itself() -> None:
    one, two, *_ = clinic.places(clinic.session(clinic.department()))
    told = actions.book(clinic.resident(), place_id=one.pk, referral_id=uuid4(), by=None, at=NOW)
    own = actions.book(clinic.resident(), place_id=two.pk, referral_id=uuid4(), by=None, at=NOW)
    actions.cancel(told.pk, "不去了", by=None, at=NOW)
    actions.cancel(own.pk, "撤回转诊", by=None, at=NOW, tell_referral=False)
    assert [job["booking_id"] for job in jobs()] == [str(told.pk)]


def test_arrival_counts_from_the_day_on_and_a_noshow_from_the_hour_on() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    mine = actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=PUBLIC)
    with pytest.raises(NotYetDue):
        actions.mark_arrived(mine.pk, by=None, at=NOW)
    with pytest.raises(NotYetDue):
        actions.mark_no_show(mine.pk, by=None, at=place.starts_at - HOUR)
    assert actions.mark_arrived(mine.pk, by=None, at=place.starts_at - HOUR).state == "arrived"


def test_who_was_missed_and_came_after_all_has_arrived() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    mine = actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=PUBLIC)
    assert actions.mark_no_show(mine.pk, by=None, at=place.starts_at).state == "no_show"
    assert actions.mark_arrived(mine.pk, by=None, at=place.starts_at + HOUR).state == "arrived"


ENDINGS: dict[str, Callable[[Booking], Booking]] = {
    "confirm": lambda booking: actions.confirm(booking.pk, by=None, at=TOMORROW),
    "cancel": lambda booking: actions.cancel(booking.pk, "迟了", by=None, at=TOMORROW),
    "move": lambda booking: actions.move_to(booking.pk, place_id=-1, by=None, at=TOMORROW, access=PUBLIC),
    "no_show": lambda booking: actions.mark_no_show(booking.pk, by=None, at=TOMORROW),
}


@pytest.mark.parametrize("act", ENDINGS)
def test_after_arrival_nothing_else_happens(act: str) -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    mine = actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=PUBLIC)
    actions.mark_arrived(mine.pk, by=None, at=TOMORROW)
    with pytest.raises(BookingEnded):
        ENDINGS[act](mine)


def test_tidying_writes_overdue_holds_down_and_tells_their_referrals_once() -> None:
    one, two, three, _ = clinic.places(clinic.session(clinic.department()))
    referral = uuid4()
    lapsed = actions.hold(clinic.resident(), place_id=one.pk, referral_id=referral, until=NOW + HOUR, by=None, at=NOW)
    alive = actions.hold(clinic.resident(), place_id=two.pk, until=NOW + DAY / 2, by=None, at=NOW, access=PUBLIC)
    actions.book(clinic.resident(), place_id=three.pk, by=None, at=NOW, access=PUBLIC)
    assert actions.expire_holds(at=NOW + HOUR) == 1
    assert actions.expire_holds(at=NOW + HOUR) == 0
    states = {booking.pk: booking.state for booking in Booking.objects.all()}
    assert (states[lapsed.pk], states[alive.pk]) == ("expired", "held")
    one.refresh_from_db()
    assert (one.taken_by, one.held_until) == (None, None)
    assert Place.objects.filter(taken_by__isnull=False).count() == 2
    assert jobs() == [{"referral_id": str(referral), "booking_id": str(lapsed.pk), "change": "expired"}]


def test_the_database_itself_refuses_a_second_booking_of_a_place() -> None:
    place = clinic.places(clinic.session(clinic.department()))[0]
    mine = actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=PUBLIC)
    Place.objects.filter(pk=place.pk).update(taken_by=None)  # as if a statement had gone wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=REFERRED)
    assert Booking.objects.get().pk == mine.pk
