"""The desks of wards as their people use them, with plain forms."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.models import CarePlan, Referral
from fenji.apps.stays import going_down, movements, readings, reconciliation
from fenji.apps.stays.models import Difference, Proposal, Resource, Stay, Surgery, SurgeryCall
from fenji.apps.stays.policies import Span
from fenji.kernel.day_surgery import CHECKLIST, SIGNS
from fenji.kernel.referral import State
from fenji.kernel.stays import Event, ResourceKind
from tests.apps.stays import ward
from tests.factories import journey
from tests.factories.world import World, make_world, resident_id
from tests.web.entrance import client_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def beds(world: World, clock: Frozen) -> list[Resource]:
    return ward.beds(world.departments["yx-renmin.cardio"], 3, at=clock.at)


@pytest.fixture
def doctor(world: World) -> Client:
    return client_of(world, "physician")


@pytest.fixture
def office(world: World) -> Client:
    return client_of(world, "office")


def page(client: Client, name: str, *given: Any, **query: Any) -> str:
    found = client.get(reverse(name, args=given), query)
    assert found.status_code == 200, found.content.decode()[:2000]
    return found.content.decode()


def post(client: Client, name: str, *given: Any, **form: Any) -> int:
    return client.post(reverse(name, args=given), form).status_code


def test_without_beds_the_board_says_what_to_do(doctor: Client, office: Client) -> None:
    assert "还没有登记床位" in page(doctor, "wards")
    assert "还没有登记床位" in page(office, "beds_desk")


def test_a_patient_is_admitted_moved_and_discharged_on_the_board(
    world: World, doctor: Client, beds: list[Resource], clock: Frozen
) -> None:
    journey.reach(world, State.ARRIVED)
    first, second, _third = beds
    who = str(resident_id(world))
    assert "登记入院" in page(doctor, "ward_bed", first.pk)
    assert (
        post(doctor, "ward_bed_act", first.pk, "admit", who=who, diagnosis="I10 高血压", expected_on="2026-03-07")
        == 302
    )
    stay = Stay.objects.get(state="occupied")
    assert (stay.resident_id, stay.diagnosis_code, str(timezone.localdate(stay.until_at))) == (
        resident_id(world), "I10", "2026-03-07",
    )  # fmt: skip
    board = page(doctor, "wards")
    assert "陈小明" in board
    assert "空床" in board
    assert post(doctor, "ward_bed_act", second.pk, "admit", who=who) == 422  # not offered: lies in a bed already
    assert post(doctor, "ward_bed_act", first.pk, "transfer", bed="b2") == 302
    assert f"{first.name}（清洁中）" in page(doctor, "ward_bed", second.pk)
    assert post(doctor, "ward_bed_act", second.pk, "expect", expected_on="2026-03-09") == 302
    for mistyped in ("2020-03-09", "2062-03-09"):
        assert post(doctor, "ward_bed_act", second.pk, "expect", expected_on=mistyped) == 422
    clock.advance(timedelta(hours=2))
    doctor.force_login(world.physician)  # two hours idle
    assert post(doctor, "ward_bed_act", second.pk, "discharge") == 302
    assert "清洁完毕" in page(doctor, "ward_bed", second.pk)
    assert post(doctor, "ward_bed_act", second.pk, "clean") == 302
    assert post(doctor, "ward_bed_act", second.pk, "block", reason="呼叫铃坏") == 302
    assert "恢复使用" in page(doctor, "ward_bed", second.pk)
    assert post(doctor, "ward_bed_act", second.pk, "unblock") == 302
    assert not Stay.objects.filter(state__in=["occupied", "cleaning", "blocked"]).exists()


def test_the_same_form_sent_twice_admits_once(world: World, doctor: Client, beds: list[Resource]) -> None:
    journey.reach(world, State.ARRIVED)
    form = {"who": str(resident_id(world)), "idempotency_key": "once"}
    for _ in range(2):
        assert post(doctor, "ward_bed_act", beds[0].pk, "admit", **form) == 302
    assert Stay.objects.count() == 1


def test_who_came_without_a_referral_takes_a_bed_on_the_board_too(doctor: Client, beds: list[Resource]) -> None:
    bed = beds[0].pk
    assert post(doctor, "ward_bed_act", bed, "admit", who="") == 422
    assert post(doctor, "ward_bed_act", bed, "admit", who="other") == 422  # of which sex?
    assert not Stay.objects.exists()
    assert post(doctor, "ward_bed_act", bed, "admit", who="other", sex="2") == 302
    stay = Stay.objects.get()
    assert (stay.resident_id, stay.sex, stay.state) == (None, 2, "occupied")
    assert "外来病人" in page(doctor, "wards")


def test_nobody_is_put_into_a_ward_of_the_other_sex(
    world: World, doctor: Client, beds: list[Resource], clock: Frozen
) -> None:
    journey.reach(world, State.ARRIVED)
    women = ward.beds(
        world.departments["yx-renmin.cardio"], 1, at=clock.at, ward_code="W2", ward_name="妇产科病区", ward_sex=2,
        handed=False, prefix="w",
    )[0]  # fmt: skip
    who = str(resident_id(world))  # a man
    assert who not in page(doctor, "ward_bed", women.pk)
    refused = doctor.post(reverse("ward_bed_act", args=[women.pk, "admit"]), {"who": who})
    assert (refused.status_code, "收治另一性别" in refused.content.decode()) == (422, True)
    assert post(doctor, "ward_bed_act", women.pk, "admit", who="other", sex="1") == 422
    assert not Stay.objects.exists()
    assert post(doctor, "ward_bed_act", beds[0].pk, "admit", who=who) == 302
    offered = page(doctor, "ward_bed", beds[0].pk)
    assert beds[1].name in offered
    assert "妇产科病区" not in offered
    assert post(doctor, "ward_bed_act", beds[0].pk, "transfer", bed=women.code) == 422
    assert Stay.objects.get().resource == beds[0]


def test_who_leaves_this_afternoon_leaves_today(
    world: World, doctor: Client, beds: list[Resource], clock: Frozen
) -> None:
    clock.advance(timedelta(hours=13) - timedelta(hours=timezone.localtime(clock.at).hour))
    doctor.force_login(world.physician)
    today = timezone.localdate(clock.at)
    assert post(doctor, "ward_bed_act", beds[0].pk, "admit", who="other", sex="1", expected_on=str(today)) == 302
    assert timezone.localdate(Stay.objects.get().until_at) == today
    assert post(doctor, "ward_bed_act", beds[1].pk, "block", reason="呼叫铃坏", until_on=str(today)) == 302
    wrong = doctor.post(
        reverse("ward_bed_act", args=[beds[2].pk, "block"]), {"reason": "漏水", "until_on": str(today - DAY)}
    )
    assert (wrong.status_code, "须晚于现在" in wrong.content.decode()) == (422, True)


def test_beds_of_other_houses_are_not_there(world: World, beds: list[Resource]) -> None:
    stranger = client_of(world, "city_physician")
    assert stranger.get(reverse("ward_bed", args=[beds[0].pk])).status_code == 404
    assert post(stranger, "ward_bed_act", beds[0].pk, "discharge") == 404
    assert post(client_of(world, "patient"), "wards_checked") == 404


def test_a_silent_house_is_told_that_nothing_is_promised_until_it_has_looked(
    world: World, doctor: Client, beds: list[Resource], clock: Frozen
) -> None:
    clock.advance(2 * DAY)
    doctor.force_login(world.physician)
    assert "不再承诺床位" in page(doctor, "wards")
    assert post(doctor, "wards_checked", ward=beds[0].ward_id) == 302
    assert "不再承诺床位" not in page(doctor, "wards")


def test_the_office_accepts_a_referral_with_its_bed(world: World, office: Client, beds: list[Resource]) -> None:
    sent = journey.reach(world, State.SENT)
    assert "预留床位" in page(office, "beds_desk")
    assert "尚未接收" in page(office, "beds_give", sent.pk)
    form = {"ward": beds[0].ward_id, "from_on": "2026-03-05", "days": 5, "version": sent.version}
    assert post(office, "beds_give", sent.pk, **form | {"from_on": "2020-03-05"}) == 422
    assert post(office, "beds_give", sent.pk, **form) == 302
    stay = Stay.objects.get()
    assert (Referral.objects.get(pk=sent.pk).state, stay.state) == (State.ACCEPTED, "reserved")
    assert stay.resource.name in page(office, "beds_desk")
    assert "再次预留即换床" in page(office, "beds_give", sent.pk)
    assert post(office, "beds_cancel", stay.pk) == 302
    stay.refresh_from_db()
    assert stay.state == "cancelled"


def test_the_office_hands_beds_over_and_takes_them_back(
    world: World, office: Client, beds: list[Resource], clock: Frozen
) -> None:
    ward_id = beds[0].ward_id
    ward.reserve(beds[0], Span(clock.at + DAY, clock.at + 2 * DAY))
    assert "现有 3 床" in page(office, "beds_hand_over", ward_id)
    assert post(office, "beds_hand_over", ward_id, count=0) == 422  # one is promised
    assert post(office, "beds_hand_over", ward_id, count=9) == 422
    assert post(office, "beds_hand_over", ward_id, count=-1) == 422
    assert post(office, "beds_hand_over", ward_id, count=1) == 302
    assert "现有 1 床" in page(office, "beds_hand_over", ward_id)


def test_a_difference_is_settled_with_words(world: World, office: Client, beds: list[Resource], clock: Frozen) -> None:
    reconciliation.compare({"b1": "A"}, institution_id=world.county.pk, taken_at=clock.at, by=None, at=clock.at)
    assert "医院在床，平台空床" in page(office, "beds_desk")
    number = Difference.objects.get().pk
    assert post(office, "beds_settle", number, note="") == 422
    assert post(office, "beds_settle", number, note="补登入院") == 302
    assert "医院在床，平台空床" not in page(office, "beds_desk")


def long_stay(world: World, clock: Frozen) -> Proposal:
    journey.reach(world, State.ARRIVED)
    movements.by_hand(
        Event.ADMIT, institution_id=world.county.pk, by=world.physician, at=clock.at, happened_at=clock.at - 9 * DAY,
        bed="b1", resident_id=resident_id(world), sex=1, diagnosis_code="I10",
    )  # fmt: skip
    going_down.propose(at=clock.at)
    return Proposal.objects.get()


PLAN = {
    "diagnosis": "I10 高血压", "history": "血压平稳", "consent_by": "self", "plan_treatment": "继续降压",
    "first_due": "2026-03-20", "first_what": "测血压",
}  # fmt: skip


def test_the_ward_answers_a_proposal(world: World, doctor: Client, beds: list[Resource], clock: Frozen) -> None:
    proposal = long_stay(world, clock)
    shown = page(doctor, "going_down")
    assert "超过建议住院日" in shown
    assert "陈小明" in shown
    assert "下转" in page(doctor, "wards")
    assert post(doctor, "going_down_decline", proposal.pk, reason="") == 422
    assert post(doctor, "going_down_accept", proposal.pk, **PLAN | {"plan_treatment": ""}) == 422
    assert "接续治疗" in page(doctor, "going_down_accept", proposal.pk)
    assert post(doctor, "going_down_accept", proposal.pk, institution=world.township.code, **PLAN) == 302
    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    assert CarePlan.objects.filter(referral_id=proposal.referral_id).exists()
    assert Stay.objects.get(state="occupied").expected_at == clock.at + DAY  # the bed is free soon
    board = page(doctor, "wards")
    assert "已同意下转" in board
    assert reverse("referral", args=[proposal.referral_id]) in board


def test_the_ward_declines_a_proposal_with_a_reason(
    world: World, doctor: Client, beds: list[Resource], clock: Frozen
) -> None:
    proposal = long_stay(world, clock)
    assert post(client_of(world, "city_physician"), "going_down_decline", proposal.pk, reason="not_stable") == 404
    refused = doctor.post(reverse("going_down_decline", args=[proposal.pk]), {"reason": ""})
    assert (refused.status_code, "请选择暂不下转的原因" in refused.content.decode()) == (422, True)
    assert post(doctor, "going_down_decline", proposal.pk, reason="not_stable") == 302
    assert "没有等待答复" in page(doctor, "going_down")


def test_from_the_board_to_a_proposal_in_three_clicks(
    world: World, doctor: Client, beds: list[Resource], clock: Frozen
) -> None:
    journey.reach(world, State.ARRIVED)
    movements.by_hand(
        Event.ADMIT, institution_id=world.county.pk, by=world.physician, at=clock.at, happened_at=clock.at - DAY,
        bed="b1", resident_id=resident_id(world), sex=1, diagnosis_code="I10",
    )  # fmt: skip
    stay = Stay.objects.get(state="occupied")
    assert reverse("ward_readings", args=[stay.pk]) in page(doctor, "wards")
    asked = page(doctor, "ward_readings", stay.pk)
    assert "资料不足" in asked
    assert "治疗方案已确定" in asked
    codes = [measure.code for measure in readings.asked_of(stay, at=clock.at)]
    assert len(codes) <= 8  # few boxes
    stable = dict.fromkeys(codes, "yes")
    assert post(doctor, "ward_readings", stay.pk, **stable | {"condition_stable": "maybe"}) == 422
    assert post(doctor, "ward_readings", stay.pk, **stable | {"condition_stable": "no"}) == 302
    assert "不符合" in page(doctor, "ward_readings", stay.pk)
    assert post(doctor, "ward_readings", stay.pk, step="propose", **stable | {"diagnosis_clear": "no"}) == 422
    assert post(doctor, "ward_readings", stay.pk, step="propose", **stable) == 302
    shown = page(doctor, "going_down")
    assert "诊断明确、方案确定、病情和并发症稳定，符合" in shown
    assert "达标可下转" in page(doctor, "wards")
    Proposal.objects.update(community=world.township)
    below = page(client_of(world, "doctor"), "going_down")
    assert "诊断明确、方案确定、病情和并发症稳定" in below
    assert "陈小明" in below  # signed there
    assert post(client_of(world, "city_physician"), "ward_readings", stay.pk, **stable) == 404
    assert post(client_of(world, "office"), "ward_readings", stay.pk, **stable) == 404


def test_a_day_surgery_by_its_pages(world: World, doctor: Client, beds: list[Resource], clock: Frozen) -> None:
    where = world.departments["yx-renmin.cardio"]
    for kind in (ResourceKind.THEATRE, ResourceKind.RECOVERY):
        ward.beds(where, 1, at=clock.at, handed=False, kind=kind, used_from=date(2020, 1, 1))
    journey.reach(world, State.ARRIVED)
    assert "申请日间手术" in page(doctor, "day_surgery")
    page(doctor, "day_surgery_new", resident_id(world))
    assert post(doctor, "day_surgery_new", resident_id(world), procedure="白内障超声乳化") == 302
    one = Surgery.objects.get()

    def step(verb: str, **form: Any) -> int:
        one.refresh_from_db()
        page(doctor, "day_surgery_one", one.pk)
        return post(doctor, "day_surgery_one", one.pk, verb=verb, version=one.version, **form)

    assert step("assess", asa="yes") == 422
    assert step("assess", **dict.fromkeys(CHECKLIST, "yes")) == 302
    assert step("book", starts_at="2020-01-01T08:00") == 422
    assert step("book", starts_at=f"{timezone.localtime(clock.at + timedelta(hours=1)):%Y-%m-%dT%H:%M}") == 302
    assert "手术已完成" not in page(doctor, "day_surgery_one", one.pk)  # not before its time
    assert step("book", starts_at=f"{timezone.localtime(clock.at):%Y-%m-%dT%H:%M}") == 302
    assert step("operate") == 302
    assert step("discharge", **dict.fromkeys(SIGNS, 0)) == 422
    assert step("discharge", **dict.fromkeys(SIGNS, 2)) == 302
    page(doctor, "day_surgery_hand_over", one.pk)
    assert post(doctor, "day_surgery_hand_over", one.pk, institution=world.township.code, **PLAN) == 302
    clock.advance(DAY)
    doctor.force_login(world.physician)
    call = SurgeryCall.objects.order_by("due_at")[0]
    assert "记录电话" in page(doctor, "day_surgery")
    assert post(doctor, "day_surgery_called", call.pk, reached="yes") == 422
    assert post(doctor, "day_surgery_called", call.pk, reached="yes", is_well="no", note="切口红肿") == 302
    call.refresh_from_db()
    assert call.is_well is False
    for name, number in (("day_surgery_called", call.pk), ("day_surgery_one", one.pk)):
        assert "已告知：" in (shown := page(doctor, name, number)) and world.doctor.name in shown
