"""The resident's referrals on a telephone: what comes next, each step, and the moves a resident may make."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.apps.residents.models import ResidentAccount
from fenji.kernel.referral import MOVES, STATES, Party, State
from fenji.web.resident.moving import PAGES, REASONS_OFFERED
from fenji.web.resident.standing import PLAIN, ROADS, road, standing, visit_words
from fenji.web.resident.steps import TOLD, UNTOLD
from fenji.web.resident.visit import to_bring, to_call
from tests.apps.referrals.test_loop import go, plan, refer, state
from tests.factories.journey import WAYS, reach
from tests.factories.world import World, make_places, make_resident, make_world
from tests.web.entrance import client_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock: Frozen) -> World:
    world = make_world(clock.at)
    type(world.township).objects.filter(pk=world.township.pk).update(phone="0662-5551001")
    return world


@pytest.fixture
def patient(world: World) -> Client:
    return client_of(world, "patient")


def of(referral: Referral, action: str = "") -> str:
    return f"/me/referrals/{referral.pk}/{f'{action}/' if action else ''}"


def post(client: Client, referral: Referral, action: str, key: str = "k1", **fields: Any) -> Any:
    version = Referral.objects.get(pk=referral.pk).version
    return client.post(of(referral, action), {"version": version, "idempotency_key": key, **fields})


def buttons(page: str) -> set[str]:
    return set(re.findall(r'href="/me/referrals/[0-9a-f-]+/([a-z_]+)/"', page))


# --- words


def test_every_move_is_told_in_plain_words_or_left_out_on_purpose() -> None:
    named = {row.action for row in MOVES}
    assert set(TOLD) | UNTOLD == named
    assert not set(TOLD) & UNTOLD


def test_every_state_has_its_words_and_every_open_one_a_stage_on_its_road() -> None:
    assert set(PLAIN) == set(STATES)
    for stages in ROADS:
        told = [state for _word, states in stages for state in states]
        assert sorted(told) == sorted(state for state, rule in STATES.items() if rule.is_open)  # each once


def test_every_move_of_a_resident_has_a_page_and_reasons_the_table_knows() -> None:
    from fenji.kernel.referral import BY_ACTION, REASONS

    assert set(PAGES) == {row.action for row in MOVES if Party.RESIDENT in row.by}
    assert set(REASONS_OFFERED) == {action for action in PAGES if "reason" in BY_ACTION[action].needs}
    for action, offered in REASONS_OFFERED.items():
        assert set(offered) <= set(REASONS[action])


def test_a_visit_is_said_with_day_weekday_and_time_and_what_is_near_first(clock: Frozen) -> None:
    nine = timezone.localtime(clock.at).replace(hour=9, minute=0)
    assert visit_words(nine + timedelta(days=20), clock.at) == "3月24日 周二 09:00"
    assert visit_words(nine + timedelta(days=1), clock.at) == "明天 3月5日 周四 09:00"
    assert visit_words(nine, clock.at) == "今天 3月4日 周三 09:00"


# --- the first screen


def test_the_first_screen_says_when_and_where_to_go_what_to_bring_and_whom_to_call(
    world: World, patient: Client
) -> None:
    cardio = world.departments["yx-renmin.cardio"]
    type(cardio).objects.filter(pk=cardio.pk).update(location="门诊楼三层")
    place = make_places(cardio, world.at, days_ahead=20)[0]
    up = refer(world, place=place.pk)
    go(up, "accept", world.office)
    page = text(patient.get("/me/"))
    assert "3月24日 周二 08:00 到阳西县人民医院心血管内科（门诊楼三层）就诊，请带身份证" in page
    assert "医保卡" in page
    assert f"转诊号 {up.number}" in page
    assert 'href="tel:0662-5551001"' in page
    assert 'href="tel:0662-0000120"' in page  # the receiving office, by day and night


def test_without_a_referral_the_first_screen_says_so(patient: Client) -> None:
    assert "现在没有进行中的转诊" in text(patient.get("/me/"))


def test_a_draft_is_not_told_and_a_sent_one_is(world: World, patient: Client) -> None:
    draft = reach(world, State.DRAFT)
    assert "现在没有进行中的转诊" in text(patient.get("/me/"))
    assert patient.get(of(draft)).status_code == 404
    go(draft, "send", world.doctor)
    assert "转诊已发往阳西县人民医院，等对方答复" in text(patient.get("/me/"))
    assert patient.get(of(draft)).status_code == 200


def test_a_draft_that_was_discarded_is_never_told(world: World, patient: Client) -> None:
    draft = reach(world, State.DRAFT)
    go(draft, "discard", world.doctor)
    assert draft.diagnosis_name not in text(patient.get("/me/"))
    assert patient.get(of(draft)).status_code == 404


@pytest.mark.parametrize("where", list(WAYS))
def test_each_state_has_a_page_that_says_what_comes_next(world: World, patient: Client, where: State) -> None:
    referral = reach(world, where)
    page = text(patient.get(of(referral)))
    told = standing(Referral.objects.select_related("sender", "receiver", "department").get(pk=referral.pk), world.at)
    assert told.what in page
    assert told.then in page
    assert told.until in page
    assert "{" not in told.what + told.then
    assert road(referral)[1] in range(1, len(road(referral)[0]) + 1)


@pytest.mark.parametrize("where", list(WAYS))
def test_each_state_reads_in_english_too(world: World, patient: Client, where: State) -> None:
    referral = reach(world, where)
    patient.cookies["django_language"] = "en"
    page = text(patient.get(of(referral)))
    assert '<html lang="en"' in page
    assert "Next" in page
    assert "接下来" not in page
    assert patient.get("/me/").status_code == 200


def test_what_is_overdue_is_said_and_whom_to_call(world: World, patient: Client, clock: Frozen) -> None:
    up = refer(world)
    assert "最迟" in text(patient.get("/me/"))
    clock.advance(timedelta(days=7))
    patient = client_of(world, "patient")  # the session ended meanwhile
    page = text(patient.get("/me/"))
    assert "已超过规定的时间，系统已催办" in page
    assert "tel:0662-0000120" in page
    actions.escalate_overdue(at=clock.at)
    assert "超过了规定的时间" in text(patient.get(of(up)))


def test_an_emergency_comes_first_and_says_go_now(world: World, patient: Client) -> None:
    make_places(world.departments["yx-renmin.cardio"], world.at)
    go(refer(world), "accept", world.office)
    emergency = refer(world, urgency="emergency", diagnosis_code="I21", diagnosis_name="急性心肌梗死", specialty="20")
    page = text(patient.get("/me/"))
    assert page.index("请马上去阳西县人民医院急诊科") < page.index("心血管内科就诊")
    assert 'href="tel:120"' in page
    assert "schedule" not in buttons(text(patient.get(of(emergency))))  # nobody chooses a time


def test_a_referral_handed_on_is_told_once_by_the_next(world: World, patient: Client) -> None:
    up = refer(world)
    go(up, "hand_on", world.office, institution=world.city.code, reason="out_of_scope", note="需造影")
    page = text(patient.get("/me/"))
    assert "等对方答复" in page
    assert "正在为您联系下一家" not in page  # on its own page only
    child = Referral.objects.get(parent=up)
    assert f"/me/referrals/{child.pk}/" in text(patient.get(of(up)))
    assert f"/me/referrals/{up.pk}/" in text(patient.get(of(child)))


def test_the_plan_replies_and_follow_ups_are_laid_out_plainly(world: World, patient: Client, clock: Frozen) -> None:
    up = refer(world)
    go(up, "arrive", world.office)
    reply = {"diagnosis_name": "高血压 2 级", "treatment": "改用两联降压药。", "advice": "两周后复诊。"}
    go(up, "return_down", world.physician, reply=reply, plan=plan(clock), institution=world.township.code)
    page = text(patient.get(of(up)))
    assert "接下来怎么做" in page
    assert "两周后复诊。" in page
    down = Referral.objects.get(parent=up)
    first = text(patient.get("/me/"))
    assert "阳西县人民医院请织篢镇中心卫生院接着为您治疗" in first
    assert "继续两联降压" in first
    assert "3月18日 周三" in first
    assert "测血压、复查血钾" in first
    assert "随诊指导" not in first  # what the doctors do among themselves
    task = FollowUp.objects.get(referral=down, kind="follow_up")
    FollowUp.objects.filter(pk=task.pk).update(due_on=date(2026, 3, 1))
    assert "已过日子" in text(patient.get("/me/"))
    actions.complete_follow_up(task.pk, result="132/80", by=world.nurse)
    assert "测血压、复查血钾" not in text(patient.get("/me/"))


# --- what is not the resident's to read


def test_what_staff_wrote_each_other_stays_with_them(world: World, patient: Client) -> None:
    up = refer(world)
    go(up, "ask", world.office, note="请补肾功能，疑家属隐瞒")
    go(up, "answer", world.doctor, note="家属说法不一")
    go(up, "assign", world.office, department=world.departments["yx-renmin.cardio"].pk)
    go(up, "refuse", world.office, reason="out_of_scope", note="本院不愿再接")
    page = text(patient.get(of(up)))
    for word in ("疑家属隐瞒", "说法不一", "本院不愿再接", "分派科室"):
        assert word not in page
    assert "超出本院诊疗范围" in page  # the reason itself is the resident's to know
    assert "office" not in re.sub(r"<[^>]+>", "", page)  # by institution, not by person


def test_the_staffs_page_of_a_referral_leads_the_resident_to_their_own(world: World, patient: Client) -> None:
    up = refer(world)
    for address in (f"/referrals/{up.pk}/", f"/referrals/{up.pk}/complain/", f"/referrals/{up.pk}/withdraw/"):
        assert patient.get(address)["Location"] == of(up)
    assert client_of(world, "doctor").get(f"/referrals/{up.pk}/").status_code == 200


def test_nobody_else_opens_the_page(world: World) -> None:
    up = refer(world)
    for who in ("doctor", "office", "officer"):
        assert client_of(world, who).get(of(up)).status_code == 404
    assert Client().get(of(up)).status_code == 302
    other = make_resident(world.at, name="李大山")
    ResidentAccount.objects.create(user=world.officer, resident=other, from_at=world.at)
    stranger = client_of(world, "officer")
    for address in (of(up), of(up, "withdraw")):
        assert stranger.get(address).status_code == 404
    assert post(stranger, up, "withdraw", reason="improved").status_code == 404
    assert state(up) is State.SENT


def test_ones_own_reading_is_not_listed_and_the_hospitals_is_named(world: World, patient: Client) -> None:
    up = refer(world)
    patient.get(of(up))
    client_of(world, "office").get(f"/referrals/{up.pk}/")
    page = text(patient.get("/me/seen/"))
    assert re.search(r"<strong>阳西县人民医院</strong> 查看转诊单", page)
    assert page.count("查看转诊单") == 1


# --- the family


def test_referrals_of_a_merged_row_belong_to_the_person(world: World, patient: Client) -> None:
    double = make_resident(world.at, name="陈小明")
    up = actions.refer(_known(world, double), world.form(), by=world.doctor, institution_id=world.township.pk)
    type(double).objects.filter(pk=double.pk).update(merged_into=world.resident)
    assert of(up) in text(patient.get("/me/"))
    assert patient.get(of(up)).status_code == 200


def test_what_to_bring_follows_the_proof_of_identity(world: World) -> None:
    up = refer(world)
    brought = to_bring(up, world.at)
    assert brought[0] == "身份证"
    up.resident.birth_date = date(2020, 1, 1)
    assert to_bring(up, world.at)[0] == "身份证或户口簿"
    up.resident.id_kind = "mother"
    assert "出生医学证明" in to_bring(up, world.at)[0]
    up.resident.id_kind = "passport"
    assert to_bring(up, world.at)[0] == "护照"


def test_numbers_nobody_entered_are_not_offered(world: World) -> None:
    type(world.township).objects.filter(pk=world.township.pk).update(phone="")
    up = Referral.objects.get(pk=refer(world).pk)
    assert to_call(up) == [("阳西县人民医院转诊办", "0662-0000120")]


def test_all_referrals_are_listed_newest_first(world: World, clock: Frozen) -> None:
    old = refer(world)
    go(old, "withdraw", world.doctor, reason="improved")
    clock.advance(timedelta(days=1))
    new = refer(world)
    page = text(client_of(world, "patient").get("/me/referrals/"))
    assert page.index(of(new)) < page.index(of(old))
    assert "这次转诊已经取消" in page


# --- at work


def test_staff_see_on_a_residents_page_the_referrals_they_take_part_in(world: World) -> None:
    assert world.resident is not None
    mine = refer(world)
    page = text(client_of(world, "doctor").get(f"/residents/{world.resident.pk}/"))
    assert f"/referrals/{mine.pk}/" in page
    assert f"/refer/{world.resident.pk}/" in page
    go(mine, "hand_on", world.office, institution=world.city.code, reason="out_of_scope", note="需造影")
    child = Referral.objects.get(parent=mine)
    page = text(client_of(world, "doctor").get(f"/residents/{world.resident.pk}/"))
    assert f"/referrals/{child.pk}/" not in page
    assert "另有 1 份转诊由其他机构经手" in page


def test_referring_begins_in_the_list_of_residents(world: World) -> None:
    assert world.resident is not None
    assert f"/refer/{world.resident.pk}/" in text(client_of(world, "doctor").get("/residents/"))
    go(refer(world), "accept", world.office)
    page = text(client_of(world, "office").get("/residents/"))
    assert "陈小明" in page
    assert "/refer/" not in page  # an office writes no referral


def _known(world: World, person: Any) -> Any:
    """The person's id, after the township got to know them."""
    from fenji.apps.residents.models import CareRelationKind
    from fenji.apps.residents.relations import open_relation

    open_relation(
        person.pk, institution_id=world.township.pk, kind=CareRelationKind.VISIT, cause_kind="visit", cause_id="9",
        at=world.at,
    )  # fmt: skip
    return person.pk
