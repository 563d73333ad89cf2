"""The main job: sent up with a reserved place, treated, sent down with a plan, and every odd turn on the way."""

from datetime import timedelta

import pytest

from fenji.apps.booking.models import Booking, BookingState, Place
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid, Stale, VersionMissing
from fenji.apps.common.models import AuditEvent
from fenji.apps.referrals import actions
from fenji.apps.referrals.errors import FieldsMissing, MoveNotPossible, NotYourMove, PlaceStillFree, ReferralNotFound
from fenji.apps.referrals.given import Given, Plan, Task
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.kernel.referral import State
from tests.factories.world import World, make_places, resident_id

REPLY = {"diagnosis_name": "高血压 2 级", "treatment": "调整为缬沙坦联合氨氯地平，血压 132/80。"}


def refer(world: World, **changes: object) -> Referral:
    return actions.refer(resident_id(world), world.form(**changes), by=world.doctor, institution_id=world.township.pk)


def go(referral: Referral, action: str, by: object, **given: object) -> Referral:
    version = Referral.objects.get(pk=referral.pk).version
    return actions.perform(referral.pk, action, Given(**given), by=by, version=version)  # type: ignore[arg-type]


def plan(clock: Frozen) -> Plan:
    return Plan("继续两联降压", (Task(clock.at.date() + timedelta(days=14), "测血压、复查血钾"),), guidance_days=30)


def state(referral: Referral) -> State:
    return State(Referral.objects.get(pk=referral.pk).state)


def test_a_patient_goes_up_with_a_place_and_comes_down_with_a_plan(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[1]
    up = refer(world, place=place.pk)
    assert state(up) is State.SENT
    assert up.booking.state == BookingState.HELD

    go(up, "accept", world.office)
    assert state(up) is State.SCHEDULED  # accepted with the place that was held
    up.refresh_from_db()
    assert up.booking.place_id == place.pk
    assert up.booking.state == BookingState.BOOKED
    assert up.due_at > place.ends_at

    clock.move_to(place.starts_at)
    go(up, "arrive", world.office)
    go(up, "start_care", world.physician)
    go(up, "interim_reply", world.physician, reply=REPLY)
    go(up, "return_down", world.physician, reply=REPLY, plan=plan(clock), institution=world.township.code)
    assert state(up) is State.RETURNED

    down = Referral.objects.get(parent=up)
    assert (down.direction, down.sender_id, down.receiver_id) == ("down", world.county.pk, world.township.pk)
    go(down, "accept", world.nurse)
    assert state(up) is State.RETURNED  # accepted is not yet received
    go(down, "arrive", world.doctor)
    assert state(up) is State.COMPLETED
    go(down, "take_on", world.doctor)
    assert state(down) is State.COMPLETED
    due = FollowUp.objects.filter(institution=world.township, kind="follow_up", done_at=None)
    assert [task.what for task in due] == ["测血压、复查血钾"]
    assert FollowUp.objects.filter(institution=world.county, kind="guidance").count() == 6


def test_every_step_is_kept_with_its_maker_and_audited(world: World, clock: Frozen):
    up = refer(world)
    go(up, "ask", world.office, note="请补心电图")
    go(up, "answer", world.doctor, note="心电图：窦性心律")
    steps = list(up.steps.order_by("version").values_list("action", "party", "by_name", "to_state"))
    assert steps == [
        ("draft", "sender", "doctor", "draft"),
        ("send", "sender", "doctor", "sent"),
        ("ask", "office", "office", "awaiting_information"),
        ("answer", "sender", "doctor", "sent"),
    ]
    verbs = AuditEvent.objects.filter(subject_id=str(up.pk), verb__startswith="referral.").values_list(
        "verb", flat=True
    )
    assert set(verbs) == {"referral.draft", "referral.send", "referral.ask", "referral.answer"}


def test_accepting_without_a_held_place_takes_the_next_free_one(world: World, clock: Frozen):
    up = refer(world)
    first = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    go(up, "accept", world.office)
    up.refresh_from_db()
    assert (state(up), up.booking.place_id) == (State.SCHEDULED, first.pk)


def test_without_any_free_place_the_office_owes_one(world: World, clock: Frozen):
    up = refer(world)
    go(up, "accept", world.office)
    assert state(up) is State.ACCEPTED
    places = make_places(world.departments["yx-renmin.cardio"], clock.at)
    go(up, "offer", world.office, places=(places[0].pk, places[1].pk))
    with pytest.raises(Invalid):
        go(up, "schedule", world.patient, place=places[2].pk)  # not among those offered
    go(up, "schedule", world.patient, place=places[1].pk)
    assert state(up) is State.SCHEDULED


def test_want_of_capacity_is_no_reason_while_a_place_is_free(world: World, clock: Frozen):
    up = refer(world)
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=1)
    with pytest.raises(PlaceStillFree):
        go(up, "refuse", world.office, reason="no_capacity")
    assert state(up) is State.SENT


def test_a_refusal_needs_a_coded_reason_and_gives_the_place_back(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    up = refer(world, place=place.pk)
    with pytest.raises(FieldsMissing):
        go(up, "refuse", world.office)
    with pytest.raises(Invalid):
        go(up, "refuse", world.office, reason="不想收")
    go(up, "refuse", world.office, reason="out_of_scope", note="需冠脉造影")
    assert state(up) is State.REFUSED
    assert Place.objects.get(pk=place.pk).taken_by is None


def test_a_refused_referral_is_rerouted_by_its_sender_but_not_to_who_refused(world: World, clock: Frozen):
    up = refer(world)
    go(up, "refuse", world.office, reason="out_of_scope")
    with pytest.raises(Invalid):
        go(up, "reroute", world.doctor, institution=world.county.code)
    place = make_places(world.departments["yj-renmin.cardio"], clock.at)[0]
    go(up, "reroute", world.doctor, institution=world.city.code, place=place.pk, reason="capability")
    up.refresh_from_db()
    assert (state(up), up.receiver_id, up.booking.place_id) == (State.SENT, world.city.pk, place.pk)
    go(up, "accept", world.city_office)
    assert state(up) is State.SCHEDULED


def test_cancelling_after_acceptance_asks_the_receiver(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    up = refer(world, place=place.pk)
    go(up, "accept", world.office)
    with pytest.raises(MoveNotPossible):
        go(up, "withdraw", world.doctor, reason="resident_declined")
    go(up, "request_cancellation", world.patient, reason="resident_declined")
    assert Place.objects.get(pk=place.pk).taken_by  # kept until the receiver agrees
    go(up, "confirm_cancellation", world.office)
    assert state(up) is State.CANCELLED
    assert Place.objects.get(pk=place.pk).taken_by is None


def test_a_cancellation_not_agreed_leaves_the_appointment_as_it_was(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    up = refer(world, place=place.pk)
    go(up, "accept", world.office)
    go(up, "request_cancellation", world.doctor, reason="improved")
    go(up, "keep", world.office, note="已电话沟通，患者同意来诊")
    up.refresh_from_db()
    assert (state(up), up.booking.place_id, up.booking.state) == (State.SCHEDULED, place.pk, BookingState.BOOKED)


def test_a_referral_handed_on_stays_with_the_first_receiver_until_the_next_accepts(world: World, clock: Frozen):
    up = refer(world, urgency="emergency")
    with pytest.raises(MoveNotPossible):
        go(up, "refuse", world.office, reason="no_capacity")
    go(up, "hand_on", world.office, institution=world.city.code, reason="no_capacity", note="无溶栓条件")
    assert state(up) is State.HANDING_ON
    child = Referral.objects.get(parent=up)
    assert (child.sender_id, child.receiver_id, child.urgency) == (world.county.pk, world.city.pk, "emergency")
    go(child, "accept", world.city_office)
    assert state(up) is State.REFERRED_ONWARD


def test_taking_back_withdraws_what_was_handed_on(world: World, clock: Frozen):
    up = refer(world)
    go(up, "hand_on", world.office, institution=world.city.code, reason="out_of_scope")
    child = Referral.objects.get(parent=up)
    go(up, "take_back", world.office, note="本院可安排")
    assert (state(up), state(child)) == (State.ACCEPTED, State.CANCELLED)


def test_a_missed_appointment_comes_back_to_the_sender_and_can_be_booked_again(world: World, clock: Frozen):
    places = make_places(world.departments["yx-renmin.cardio"], clock.at)
    up = refer(world, place=places[0].pk)
    go(up, "accept", world.office)
    clock.move_to(places[0].ends_at + timedelta(days=2))
    actions.escalate_overdue(at=clock.at)
    assert state(up) is State.NO_SHOW
    later = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    go(up, "schedule", world.doctor, place=later.pk)
    assert state(up) is State.SCHEDULED


def test_the_reply_closes_when_the_sender_acknowledges_and_a_follow_up_is_due(world: World, clock: Frozen):
    up = refer(world)
    go(up, "arrive", world.office)
    go(up, "reply", world.physician, reply=REPLY)
    assert state(up) is State.REPLIED
    go(up, "acknowledge", world.doctor)
    assert state(up) is State.COMPLETED
    task = FollowUp.objects.get(referral=up)
    assert task.due_on == clock.at.date() + timedelta(days=14)
    actions.complete_follow_up(task.pk, result="血压 130/78", by=world.nurse)
    assert FollowUp.objects.get(pk=task.pk).done_by == world.nurse


def test_a_walk_in_with_a_paper_slip_is_entered_as_arrived(world: World, clock: Frozen):
    from fenji.apps.residents.models import CareRelationKind
    from fenji.apps.residents.relations import open_relation

    open_relation(
        resident_id(world), institution_id=world.county.pk, kind=CareRelationKind.VISIT, cause_kind="visit",
        cause_id="v",
        at=clock.at,
    )  # fmt: skip
    referral = actions.enter_paper(
        resident_id(world), world.form(), sender=world.township.code, by=world.office, institution_id=world.county.pk
    )
    assert (state(referral), referral.from_paper, referral.sender_id) == (State.ARRIVED, True, world.township.pk)
    go(referral, "reply", world.physician, reply=REPLY)
    go(referral, "acknowledge", world.doctor)
    assert state(referral) is State.COMPLETED


def test_a_write_must_rest_on_the_version_read(world: World, clock: Frozen):
    up = refer(world)
    with pytest.raises(VersionMissing):
        actions.perform(up.pk, "accept", by=world.office, version=None)
    with pytest.raises(Stale):
        actions.perform(up.pk, "accept", by=world.office, version=up.version - 1)


def test_a_stranger_and_an_absent_referral_answer_the_same(world: World, clock: Frozen):
    up = refer(world)
    with pytest.raises(ReferralNotFound):
        go(up, "accept", world.tcm_office)
    with pytest.raises(ReferralNotFound):
        actions.perform(resident_id(world), "accept", by=world.office, version=1)


def test_another_partys_move_is_refused(world: World, clock: Frozen):
    up = refer(world)
    with pytest.raises(NotYourMove):
        go(up, "accept", world.doctor)
    with pytest.raises(NotYourMove):
        go(up, "withdraw", world.office, reason="improved")


def test_an_incomplete_form_names_every_fault_and_leaves_nothing(world: World, clock: Frozen):
    with pytest.raises(Invalid) as caught:
        refer(world, institution="nowhere", consent_by="", slip={"history": "身份证 441721195805011234"})
    assert set(caught.value.fields) == {"institution", "consent_by", "history"}
    assert not Referral.objects.exists()


def test_a_taken_place_lets_nothing_of_the_referral_stand(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, count=1)[0]
    refer(world, place=place.pk)
    with pytest.raises(Exception, match="号源"):
        refer(world, place=place.pk)
    assert Referral.objects.count() == 1
    assert Booking.objects.count() == 1


def test_the_resident_declines_all_places_offered_and_complains(world: World, clock: Frozen):
    up = refer(world)
    go(up, "accept", world.office)
    go(up, "decline_offer", world.patient, note="只有周末有空")
    go(up, "complain", world.patient, note="等了太久")
    complaint = up.complaints.get()
    actions.answer_complaint(complaint.pk, answer="已为您加号", by=world.office)
    assert up.complaints.get().answer == "已为您加号"


def test_a_department_has_the_offices_own_deadline(world: World, clock: Frozen):
    up = refer(world)
    soon = clock.at + timedelta(hours=1)
    department = world.departments["yx-renmin.cardio"]
    go(up, "assign", world.office, department=department.pk, department_due_at=soon)
    go(up, "arrive", world.office)
    up.refresh_from_db()
    assert (up.department_id, up.due_at) == (department.pk, soon)


def test_a_patient_in_a_department_without_people_is_anyones_in_the_house(world: World, clock: Frozen):
    up = refer(world, urgency="emergency")
    assert up.department_id == world.departments["yx-renmin.emergency"].pk  # nobody of the test's people works there
    go(up, "arrive", world.office)
    go(up, "start_care", world.physician)
    assert state(up) is State.IN_CARE


def test_a_colleague_of_another_department_is_a_stranger(world: World, clock: Frozen):
    from fenji.kernel.roles import Role
    from tests.factories.world import person

    surgeon = person("surgeon", world.county, Role.PHYSICIAN, world.departments["yx-renmin.emergency"])
    up = refer(world)
    with pytest.raises(ReferralNotFound):
        go(up, "arrive", surgeon)


def test_an_inpatient_is_sent_down_with_a_plan_and_not_without(world: World, clock: Frozen):
    from fenji.apps.residents.models import CareRelationKind
    from fenji.apps.residents.relations import open_relation

    open_relation(
        resident_id(world), institution_id=world.county.pk, kind=CareRelationKind.VISIT, cause_kind="visit",
        cause_id="w", at=clock.at,
    )  # fmt: skip
    form = world.form(direction="down", institution=world.township.code, specialty="")
    with pytest.raises(Invalid) as caught:
        actions.refer(resident_id(world), form, by=world.physician, institution_id=world.county.pk)
    assert set(caught.value.fields) == {"plan.treatment"}
    due = (clock.at + timedelta(days=7)).date().isoformat()
    form["plan"] = {"treatment": "继续两联降压", "tasks": [{"due_on": due, "what": "测血压"}], "guidance_days": 60}
    down = actions.refer(resident_id(world), form, by=world.physician, institution_id=world.county.pk)
    assert down.plan.treatment == "继续两联降压"
    assert sorted(down.follow_ups.values_list("kind", flat=True)) == ["follow_up", "guidance", "guidance", "guidance"]
    go(down, "accept", world.nurse)
    go(down, "arrive", world.nurse)
    go(down, "take_on", world.doctor)
    assert state(down) is State.COMPLETED


def test_an_emergency_rings_office_department_and_duty_phone_at_once(world: World, clock: Frozen):
    from fenji.apps.notices.models import Notice

    up = refer(world, urgency="emergency")
    told = Notice.objects.filter(cause_id=str(up.pk), kind="referral.send", institution_id=world.county.pk)
    assert {notice.department_id for notice in told} >= {
        world.departments["yx-renmin.office"].pk, world.departments["yx-renmin.emergency"].pk,
    }  # fmt: skip
    assert told.filter(channel=Notice.Channel.CALL).exists()


def test_a_patient_who_stays_after_all_is_no_longer_awaited_below(world: World, clock: Frozen):
    up = refer(world)
    go(up, "arrive", world.office)
    go(up, "return_down", world.physician, reply=REPLY, plan=plan(clock), institution=world.township.code)
    down = Referral.objects.get(parent=up)
    go(up, "resume_care", world.physician, note="夜间再发胸痛")
    assert (state(up), state(down)) == (State.IN_CARE, State.CANCELLED)


def test_what_the_community_has_accepted_is_not_simply_taken_back(world: World, clock: Frozen):
    up = refer(world)
    go(up, "arrive", world.office)
    go(up, "return_down", world.physician, reply=REPLY, plan=plan(clock), institution=world.township.code)
    down = Referral.objects.get(parent=up)
    go(down, "accept", world.nurse)
    with pytest.raises(MoveNotPossible):
        go(up, "resume_care", world.physician, note="夜间再发胸痛")
    go(down, "request_cancellation", world.physician, reason="improved")
    go(down, "confirm_cancellation", world.nurse)
    assert state(up) is State.IN_CARE
