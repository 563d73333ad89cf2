"""Choosing examinations on the sheet; what the page says of them before and after; a time that has gone."""

from typing import Any

import pytest
from django.test import Client

from fenji.apps.booking.models import ExamItem, ExamOrder, Place
from fenji.apps.referrals.models import Referral
from tests.factories.examinations import make_examination
from tests.factories.world import World, make_places, make_world, resident_id
from tests.web.entrance import client_of, text_of

pytestmark = pytest.mark.django_db
FILLED = {
    "urgency": "routine", "diagnosis": "I10 高血压", "institution": "yx-renmin", "consent_by": "self",
    "choice_code": "resident_wish", "history": "血压控制不佳三个月。",
}  # fmt: skip


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


@pytest.fixture
def item(world: World, clock) -> ExamItem:
    return make_examination(world, clock.at)


def sheet(doctor: Client, world: World, status: int = 200, **changes: Any) -> str:
    answer = doctor.post(f"/refer/{resident_id(world)}/", {**FILLED, **changes})
    assert answer.status_code == status, answer.content.decode()[:1500]
    return answer.content.decode()


def test_what_the_house_examines_is_offered_and_booked_with_the_sending(world: World, item: ExamItem, clock) -> None:
    elsewhere = make_examination(world, clock.at, "胃镜", house="yx-zhongyi")
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    doctor = client_of(world, "doctor")
    page = sheet(doctor, world)
    assert item.name in page and "空腹 8 小时" in page and "最早" in page and elsewhere.name not in page
    sheet(doctor, world, 302, step="send", place=place.pk, examinations=[item.pk])
    referral, order = Referral.objects.get(), ExamOrder.objects.get()
    assert (order.referral_id, order.item, referral.booking and referral.booking.place) == (referral.pk, item, place)
    shown = text_of(doctor, f"/referrals/{referral.pk}/")
    assert "已约检查" in shown and "空腹 8 小时" in shown and "已约好" in shown
    assert item.name in text_of(client_of(world, "office"), f"/referrals/{referral.pk}/")


def test_a_time_that_has_gone_is_said_and_everything_typed_stays(world: World, item: ExamItem, clock) -> None:
    full = make_examination(world, clock.at, "冠脉 CT", times=0)
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    doctor = client_of(world, "doctor")
    page = sheet(doctor, world, 422, step="send", place=place.pk, examinations=[item.pk, full.pk])
    assert "检查“冠脉 CT”已没有空余时间" in page and "已没有空余时间</strong>" in page
    assert page.count('name="examinations"') == 2 and FILLED["history"] in page
    assert all(f'name="examinations" value="{one.pk}" checked' in page for one in (item, full))
    assert f'value="{place.pk}" required checked' in page
    assert not Referral.objects.exists() and not Place.objects.filter(taken_by__isnull=False).exists()


def test_a_draft_shows_the_choice_again_and_sends_it(world: World, item: ExamItem) -> None:
    doctor = client_of(world, "doctor")
    sheet(doctor, world, 302, step="draft", examinations=[item.pk])
    draft = Referral.objects.get()
    assert not ExamOrder.objects.exists()
    page = text_of(doctor, f"/refer/drafts/{draft.pk}/")
    assert f'name="examinations" value="{item.pk}" checked' in page
    typed = {**FILLED, "version": draft.version, "examinations": [item.pk], "step": "send"}
    assert doctor.post(f"/refer/drafts/{draft.pk}/", typed).status_code == 302
    assert ExamOrder.objects.get().referral_id == draft.pk


def test_emergencies_nurses_and_houses_without_are_not_asked(world: World, item: ExamItem) -> None:
    doctor = client_of(world, "doctor")
    assert 'name="examinations"' not in sheet(doctor, world, urgency="emergency")
    assert 'name="examinations"' not in sheet(doctor, world, institution="yx-zhongyi")
    assert 'name="examinations"' not in sheet(client_of(world, "nurse"), world)


def test_more_than_three_are_told_beside_the_box(world: World, item: ExamItem, clock) -> None:
    more = [make_examination(world, clock.at, f"彩超{number}") for number in range(3)]
    doctor = client_of(world, "doctor")
    page = sheet(doctor, world, 422, step="send", examinations=[one.pk for one in (item, *more)])
    assert 'href="#id_examinations"' in page and "最多约 3 项检查" in page
    assert not Referral.objects.exists()
