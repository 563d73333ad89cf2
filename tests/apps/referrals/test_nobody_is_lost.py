"""Odd sequences in which a referral could get lost: one bad row in the sweep, a hold that moved or lapsed, people who
left, a patient handed on while coming down."""

from datetime import date, timedelta

import pytest

from fenji.apps.booking import sessions
from fenji.apps.booking.models import BookingState
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.apps.registry.models import Department, Membership
from fenji.kernel.referral import Party, State
from fenji.kernel.roles import Role
from tests.apps.referrals.test_loop import go, plan, refer, state
from tests.factories import journey
from tests.factories.world import World, make_places, make_resident, person, resident_id


def follow(referral: Referral, change: str, at) -> None:
    """What the job does after the booking changed."""
    booking = referral.booking.replaced_by.get() if change == "moved" else referral.booking
    actions.follow_booking(referral.pk, booking.pk, change=change, at=at)


# --- the sweep


def test_one_row_that_cannot_be_swept_does_not_stop_the_others(world: World, clock: Frozen):
    bad, good = journey.reach(world, State.SENT), journey.reach(world, State.SENT)
    Referral.objects.filter(pk=bad.pk).update(escalate_at=good.escalate_at - timedelta(minutes=1), urgency="no such")
    clock.move_to(good.escalate_at)
    assert actions.escalate_overdue(at=clock.at) == 1
    assert Notice.objects.filter(kind="referral.overdue", cause_id=str(good.pk)).exists()


def test_rows_that_cannot_be_swept_do_not_use_up_the_batch(world: World, clock: Frozen):
    bad, good = journey.reach(world, State.SENT), journey.reach(world, State.SENT)
    Referral.objects.filter(pk=bad.pk).update(escalate_at=good.escalate_at - timedelta(minutes=1), urgency="no such")
    clock.move_to(good.escalate_at)
    assert actions.escalate_overdue(at=clock.at, limit=1) == 1


# --- holds


@pytest.mark.parametrize("action", ["accept", "refuse", "withdraw", "arrive", "hand_on"])
def test_a_hold_that_ran_out_unnoticed_stands_in_nobodys_way(world: World, clock: Frozen, action: str):
    cardio = world.departments["yx-renmin.cardio"]
    place = make_places(cardio, clock.at, days_ahead=40)[0]
    up = refer(world, place=place.pk)
    clock.move_to(up.booking.held_until + timedelta(seconds=1))
    journey.step(world, up, action)
    assert state(up) is not State.SENT


def test_a_place_whose_hold_ran_out_unnoticed_can_be_booked_by_name(world: World, clock: Frozen):
    one, other, _ = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=40)
    for wanted in (one, other):
        up = refer(world, place=one.pk)
        clock.move_to(up.booking.held_until + timedelta(seconds=1))
        go(up, "accept", world.office, place=wanted.pk)
        up.refresh_from_db()
        assert (up.booking.place_id, up.booking.state) == (wanted.pk, BookingState.BOOKED)
        go(up, "request_cancellation", world.doctor, reason="improved")
        go(up, "confirm_cancellation", world.office)


def test_a_hold_moved_by_a_closed_clinic_is_still_the_referrals(world: World, clock: Frozen):
    cardio = world.departments["yx-renmin.cardio"]
    place = make_places(cardio, clock.at, days_ahead=2)[0]
    make_places(cardio, clock.at, days_ahead=4)
    up = refer(world, place=place.pk)
    sessions.close_session(place.session_id, "医生开会", by=world.office, at=clock.at)
    follow(up, "moved", clock.at)
    go(up, "accept", world.office)
    up.refresh_from_db()
    assert State(up.state) is State.SCHEDULED
    assert up.booking.place.session_id != place.session_id
    assert up.booking.replaces.place_id == place.pk


def test_what_a_closed_clinic_moved_is_given_back_with_a_cancellation(world: World, clock: Frozen):
    cardio = world.departments["yx-renmin.cardio"]
    place = make_places(cardio, clock.at, days_ahead=2)[0]
    make_places(cardio, clock.at, days_ahead=4)
    up = refer(world, place=place.pk)
    go(up, "accept", world.office)
    go(up, "request_cancellation", world.doctor, reason="improved")
    up.refresh_from_db()
    sessions.close_session(place.session_id, "医生开会", by=world.office, at=clock.at)
    follow(up, "moved", clock.at)
    go(up, "confirm_cancellation", world.office)
    up.refresh_from_db()
    assert up.booking.state == BookingState.CANCELLED


def test_the_reason_of_a_closed_clinic_holds_no_number(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=2)[0]
    for reason in ("请电 13812345678", "\x00", "  "):
        with pytest.raises(Invalid):
            sessions.close_session(place.session_id, reason, by=world.office, at=clock.at)


def test_an_old_reason_with_a_number_does_not_keep_the_referral_from_following(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=2)[0]
    up = refer(world, place=place.pk)
    go(up, "accept", world.office)
    up.refresh_from_db()
    type(up.booking).objects.filter(pk=up.booking_id).update(state="cancelled", ended_reason="停诊：电 13812345678")
    follow(up, "cancelled", clock.at)
    assert state(up) is State.APPOINTMENT_CANCELLED
    assert "13812345678" not in up.steps.get(action="cancel_appointment").note


def test_a_place_held_at_one_house_is_not_booked_for_another(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=30)[0]
    up = refer(world, place=place.pk)
    Referral.objects.filter(pk=up.pk).update(state=State.DRAFT, sent_at=None)  # as sent back before it was sent
    go(up, "edit", world.doctor, form=world.form(institution=world.county_tcm.code))
    up.refresh_from_db()
    assert up.booking is None
    place.refresh_from_db()
    assert place.taken_by is None


# --- people


def test_when_the_writer_left_the_house_is_told(world: World, clock: Frozen):
    up = journey.reach(world, State.SENT)
    Membership.objects.filter(user=world.doctor).update(valid_until=clock.at.date())
    go(up, "ask", world.office, note="请补心电图")
    told = Notice.objects.filter(kind="referral.ask", cause_id=str(up.pk))
    assert [(one.user_id, one.institution_id) for one in told] == [(None, world.township.pk)]


def test_the_reply_to_a_paper_slip_reaches_the_house_that_sent_it(world: World, clock: Frozen):
    journey.reach(world, State.SENT)  # gives the hospital its relation to the resident
    slip = actions.enter_paper(
        resident_id(world), world.form(), sender=world.township.code, by=world.office, institution_id=world.county.pk
    )
    go(slip, "start_care", world.physician)
    go(slip, "reply", world.physician, reply=journey.REPLY)
    told = Notice.objects.filter(kind="referral.reply", cause_id=str(slip.pk), resident_id=None)
    assert {one.institution_id for one in told} == {world.township.pk}


def test_a_draft_of_somebody_who_left_can_be_taken_up_by_a_colleague_of_another_room(world: World, clock: Frozen):
    room, other = (
        Department.objects.create(institution=world.township, code=code, name=code) for code in ("general", "women")
    )
    leaving = person("leaving", world.township, Role.FAMILY_DOCTOR, room)
    colleague = person("colleague", world.township, Role.FAMILY_DOCTOR, other)
    draft = actions.draft(resident_id(world), world.form(), by=leaving, institution_id=world.township.pk)
    Membership.objects.filter(user=leaving).update(valid_until=clock.at.date())
    assert Party.SENDER in _parties(colleague, draft, clock)


def test_a_hospitals_deserted_department_leaves_what_it_sent_to_the_house(world: World, clock: Frozen):
    cardio = world.departments["yx-renmin.cardio"]
    emergency = person("rescuer", world.county, Role.PHYSICIAN, world.departments["yx-renmin.emergency"])
    up = journey.reach(world, State.HANDING_ON)
    child = up.children.get()
    Referral.objects.filter(pk=child.pk).update(sender_department=cardio)
    child.refresh_from_db()
    assert Party.SENDER not in _parties(emergency, child, clock)
    Membership.objects.filter(user=world.physician).update(valid_until=clock.at.date())
    assert Party.SENDER in _parties(emergency, child, clock)


def _parties(user, referral, clock):
    from fenji.apps.referrals.parties import parties_of

    return parties_of(user, Referral.objects.get(pk=referral.pk), clock.at)


def test_the_commission_told_last_is_the_owners(world: World, clock: Frozen):
    from fenji.apps.referrals import announcements

    up = refer(world, institution=world.city.code)
    go(up, "ask", world.city_office, note="请补心电图")
    announcements.tell_rung(Referral.objects.get(pk=up.pk), "county_commission", at=clock.at)
    told = Notice.objects.filter(kind="referral.overdue", cause_id=str(up.pk))
    assert {one.institution_id for one in told} == {world.commission.pk}


def test_who_never_got_a_referral_is_not_told_that_it_was_withdrawn(world: World, clock: Frozen):
    up = journey.reach(world, State.SENT)
    Referral.objects.filter(pk=up.pk).update(state=State.AWAITING_APPROVAL, sent_at=None)
    go(up, "withdraw", world.doctor, reason="improved")
    told = Notice.objects.filter(kind="referral.withdraw", cause_id=str(up.pk), resident_id=None)
    assert not told.filter(institution_id=world.county.pk).exists()


# --- handed on on the way down


def test_a_community_hands_on_a_patient_with_the_plan_and_the_hospital_is_relieved(world: World, clock: Frozen):
    up = journey.reach(world, State.IN_CARE)
    go(up, "return_down", world.physician, reply=journey.REPLY, plan=plan(clock), institution=world.township.code)
    down = up.children.get()
    go(down, "hand_on", world.nurse, institution=world.county_tcm.code, reason="out_of_scope")
    further = down.children.get()
    assert further.plan.treatment == down.plan.treatment
    due = FollowUp.objects.filter(kind="follow_up", referral__in=[down, further])
    assert {one.institution_id for one in due} == {world.township.pk}  # until the next has accepted
    go(further, "accept", world.tcm_office)
    assert {one.institution_id for one in due.all()} == {world.county_tcm.pk}
    assert (state(down), state(up)) == (State.REFERRED_ONWARD, State.COMPLETED)


# --- choosing


def test_a_resident_who_was_offered_nothing_chooses_within_the_department(world: World, clock: Frozen):
    up = journey.reach(world, State.ACCEPTED)
    Referral.objects.filter(pk=up.pk).update(department=world.departments["yx-renmin.cardio"])
    elsewhere = make_places(world.departments["yx-renmin.emergency"], clock.at)[0]
    with pytest.raises(Invalid):
        go(up, "schedule", world.patient, place=elsewhere.pk)


def test_a_place_that_is_taken_is_not_offered(world: World, clock: Frozen):
    taken, free, _ = make_places(world.departments["yx-renmin.cardio"], clock.at)
    up = journey.reach(world, State.SENT)
    go(up, "accept", world.office, place=free.pk)
    other = make_resident(clock.at, name="黄大力")
    type(taken).objects.filter(pk=taken.pk).update(taken_by=other.pk)
    go(up, "cancel_appointment", world.office, reason="resident_wish")
    with pytest.raises(Invalid):
        go(up, "offer", world.office, places=(taken.pk,))
    go(up, "offer", world.office, places=(free.pk,))


# --- words


@pytest.mark.parametrize("reason", ["441721195805010019", "胡乱", "a\x00b"])
def test_a_reason_is_a_known_code_even_where_none_is_asked(world: World, clock: Frozen, reason: str):
    up = journey.reach(world, State.SENT)
    with pytest.raises(Invalid):
        go(up, "accept", world.office, reason=reason)


@pytest.mark.parametrize("measures", [{"note": "13812345678"}, {"441721195805010019": 1}, {"systolic": float("nan")}])
def test_measures_hold_no_number_of_a_person_and_nothing_unstorable(world: World, clock: Frozen, measures: dict):
    with pytest.raises(Invalid) as caught:
        refer(world, measures=measures)
    assert "measures" in caught.value.fields


@pytest.mark.parametrize("measures", [{"systolic": "a\x00"}, {"note": "13812345678"}, {"k" * 41: 1}])
def test_so_do_the_measures_of_a_follow_up(world: World, clock: Frozen, measures: dict):
    up = journey.reach(world, State.SENT)
    task = FollowUp.objects.create(referral=up, institution=world.township, due_on=date(2026, 3, 9), what="测血压")
    with pytest.raises(Invalid):
        actions.complete_follow_up(task.pk, result="好", measures=measures, by=world.doctor)


@pytest.mark.parametrize("digits", ["²", "9" * 5000])
def test_odd_digits_are_no_number(world: World, clock: Frozen, digits: str):
    from fenji.apps.referrals.given import clean_plan

    with pytest.raises(Invalid):
        refer(world, place=digits)
    given = {"treatment": "继续", "tasks": [{"due_on": "2027-01-01", "what": "测血压"}], "guidance_days": digits}
    with pytest.raises(Invalid):
        clean_plan(given, today=date(2026, 3, 4))


def test_a_complaint_is_answered_once_and_the_resident_is_told(world: World, clock: Frozen):
    from fenji.apps.referrals.errors import MoveNotPossible

    up = journey.reach(world, State.SENT)
    go(up, "complain", world.patient, note="等了很久没有人理")
    complaint = up.complaints.get()
    actions.answer_complaint(complaint.pk, answer="马上处理", by=world.office)
    assert Notice.objects.filter(resident_id=resident_id(world), kind="complaint.answer", channel="desk").exists()
    with pytest.raises(MoveNotPossible):
        actions.answer_complaint(complaint.pk, answer="改口", by=world.doctor)
