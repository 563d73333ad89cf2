"""The moves a resident makes on a telephone: choosing, declining, moving, cancelling, withdrawing, complaining."""

import pytest
from django.test import Client

from fenji.apps.booking.models import BookingState
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions
from fenji.apps.residents.models import ResidentAccount
from fenji.kernel.referral import Party, State
from tests.apps.referrals.test_loop import go, refer, state
from tests.apps.residents.conftest import registered
from tests.factories.world import World, make_places, make_world
from tests.web.entrance import client_of, text
from tests.web.test_resident_referrals import buttons, of, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def patient(world: World) -> Client:
    return client_of(world, "patient")


def test_a_time_is_chosen_among_those_offered(world: World, patient: Client) -> None:
    up = refer(world)
    go(up, "accept", world.office)
    places = make_places(world.departments["yx-renmin.cardio"], world.at, count=4)
    go(up, "offer", world.office, places=(places[0].pk, places[2].pk))
    assert "等您决定" in text(patient.get("/me/"))
    form = text(patient.get(of(up, "schedule")))
    assert f'value="{places[0].pk}"' in form
    assert f'value="{places[1].pk}"' not in form
    assert "表示您同意按所选时间到阳西县人民医院就诊" in form
    refused = post(patient, up, "schedule", "k0", place=places[1].pk)
    assert refused.status_code == 422
    assert "请在医院提供的时间中选择" in text(refused)
    assert post(patient, up, "schedule", place=places[2].pk)["Location"] == of(up)
    up.refresh_from_db()
    assert (up.state, up.booking.place_id) == (State.SCHEDULED, places[2].pk)
    assert up.steps.last().party == Party.RESIDENT


def test_without_an_offer_any_free_place_of_the_department_may_be_taken(world: World, patient: Client) -> None:
    up = refer(world)
    go(up, "accept", world.office)
    assert "现在没有空的号" in text(patient.get(of(up, "schedule")))
    place = make_places(world.departments["yx-renmin.cardio"], world.at)[1]
    post(patient, up, "schedule", place=place.pk)
    assert state(up) is State.SCHEDULED


def test_a_place_taken_meanwhile_is_said_and_the_free_ones_shown(world: World, patient: Client) -> None:
    mine, other = refer(world), None
    go(mine, "accept", world.office)
    other = actions.refer(
        registered(world, name="李大山").pk, world.form(), by=world.doctor, institution_id=world.township.pk
    )
    go(other, "accept", world.office)
    first, second = make_places(world.departments["yx-renmin.cardio"], world.at, count=2)
    go(other, "schedule", world.office, place=first.pk)
    answer = post(patient, mine, "schedule", place=first.pk)
    assert answer.status_code == 422
    assert "刚刚被约走" in text(answer)
    assert f'value="{second.pk}"' in text(answer)
    assert f'value="{first.pk}"' not in text(answer)


def test_all_times_declined_with_a_word_to_the_office(world: World, patient: Client) -> None:
    up = refer(world)
    go(up, "accept", world.office)
    places = make_places(world.departments["yx-renmin.cardio"], world.at)
    go(up, "offer", world.office, places=(places[0].pk,))
    assert post(patient, up, "decline_offer", "k0").status_code == 422
    post(patient, up, "decline_offer", note="只有周五下午有空")
    assert up.steps.last().note == "只有周五下午有空"
    assert "只有周五下午有空" in text(patient.get(of(up)))


def test_an_appointment_is_moved_and_the_old_place_given_back(world: World, patient: Client) -> None:
    first, second = make_places(world.departments["yx-renmin.cardio"], world.at, count=2)
    up = refer(world, place=first.pk)
    go(up, "accept", world.office)
    assert "现在约的是 3月6日 周五 08:00" in text(patient.get(of(up, "reschedule")))
    post(patient, up, "reschedule", place=second.pk)
    up.refresh_from_db()
    assert up.booking.place_id == second.pk
    first.refresh_from_db()
    assert first.taken_by is None


def test_an_appointment_is_cancelled_and_another_time_may_be_chosen(world: World, patient: Client) -> None:
    place = make_places(world.departments["yx-renmin.cardio"], world.at)[0]
    up = refer(world, place=place.pk)
    go(up, "accept", world.office)
    post(patient, up, "cancel_appointment", reason="resident_wish", note="家里有事")
    up.refresh_from_db()
    assert (up.state, up.booking.state) == (State.APPOINTMENT_CANCELLED, BookingState.CANCELLED)
    assert {"schedule", "decline_offer"} <= buttons(text(patient.get(of(up))))


def test_a_referral_is_withdrawn_before_the_answer_and_only_asked_to_be_cancelled_after(
    world: World, patient: Client
) -> None:
    early, late = refer(world), refer(world)
    assert buttons(text(patient.get(of(early)))) == {"withdraw", "complain"}
    assert post(patient, early, "withdraw", "k0").status_code == 422  # a reason is asked for
    assert post(patient, early, "withdraw", "k0", reason="wrong_entry").status_code == 422  # no resident's reason
    post(patient, early, "withdraw", reason="improved")
    assert state(early) is State.CANCELLED
    assert buttons(text(patient.get(of(early)))) == set()
    go(late, "accept", world.office)
    assert "withdraw" not in buttons(text(patient.get(of(late))))
    assert patient.get(of(late, "withdraw")).status_code == 409
    post(patient, late, "request_cancellation", "k2", reason="went_elsewhere")
    assert state(late) is State.CANCELLATION_REQUESTED
    go(late, "keep", world.office, note="建议仍来复查心电图")
    assert "建议仍来复查心电图" in text(patient.get(of(late)))  # written for the resident


def test_a_complaint_and_its_answer_stand_on_the_page(world: World, patient: Client) -> None:
    up = refer(world)
    post(patient, up, "complain", note="等了三天没有答复")
    assert state(up) is State.SENT
    page = text(patient.get(of(up)))
    assert "等了三天没有答复" in page
    assert "还没有答复" in page
    actions.answer_complaint(up.complaints.get().pk, answer="已当面致歉并加号", by=world.office)
    page = text(patient.get(of(up)))
    assert "已当面致歉并加号" in page
    assert "还没有答复" not in page
    told = text(patient.get("/me/messages/"))
    assert f"您对转诊{up.number}的投诉已有答复" in told
    assert of(up) in told


def test_pressed_twice_it_happens_once_and_on_an_old_page_not_at_all(world: World, patient: Client) -> None:
    up = refer(world)
    version = up.version
    sent = {"version": version, "idempotency_key": "once", "note": "没人接电话"}
    for _turn in range(2):
        assert patient.post(of(up, "complain"), sent)["Location"] == of(up)
    assert up.complaints.count() == 1
    assert patient.post(of(up, "complain"), {**sent, "idempotency_key": "other"}).status_code == 412
    assert patient.post(of(up, "complain"), {"note": "没人接电话", "idempotency_key": "third"}).status_code == 428
    assert up.complaints.count() == 1


def test_what_is_no_residents_move_has_no_page(world: World, patient: Client) -> None:
    up = refer(world)
    for action in ("accept", "refuse", "send_record", "nothing"):
        assert patient.get(of(up, action)).status_code == 404
        assert post(patient, up, action, note="x").status_code == 404
    assert state(up) is State.SENT


def test_a_mother_chooses_for_her_child_in_the_childs_name(world: World, patient: Client, clock: Frozen) -> None:
    child = registered(world, name="陈小宝")
    ResidentAccount.objects.create(user=world.patient, resident=child, relation="child", from_at=clock.at)
    form = world.form(consent_by="guardian")
    up = actions.refer(child.pk, form, by=world.doctor, institution_id=world.township.pk)
    go(up, "accept", world.office)
    place = make_places(world.departments["yx-renmin.cardio"], world.at)[0]
    assert patient.get(of(up)).status_code == 404  # the own page is shown, not the child's
    assert "陈小宝" in text(patient.get("/me/"))  # to switch to
    assert patient.post(f"/me/family/{child.pk}/")["Location"] == "/me/"
    assert "陈小宝，接下来" in text(patient.get("/me/"))
    form_page = text(patient.get(of(up, "schedule")))
    assert "表示您代陈小宝同意" in form_page
    assert "正在查看家人：陈小宝" in form_page
    post(patient, up, "schedule", place=place.pk)
    assert state(up) is State.SCHEDULED
    ResidentAccount.objects.filter(resident=child).update(until_at=clock.at)
    assert patient.get(of(up)).status_code == 404  # the power ended
