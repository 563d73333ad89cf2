"""Asking for a day surgery on the sheet; the hospital opening its theatres; what both see afterwards."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fenji.apps.referrals.models import Referral
from fenji.apps.stays import theatres
from fenji.apps.stays.models import HandOver, Stay, Surgery
from fenji.apps.stays.policies import Person
from tests.factories.theatres import PROCEDURE, make_theatres
from tests.factories.world import World, make_places, make_resident, make_world, resident_id
from tests.web.entrance import client_of, text_of

pytestmark = pytest.mark.django_db
FILLED = {
    "urgency": "routine", "diagnosis": "K40.9 腹股沟疝", "institution": "yx-renmin", "consent_by": "self",
    "choice_code": "resident_wish", "history": "右腹股沟可复性包块一年。", "surgery": "yes",
}  # fmt: skip


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


def sheet(doctor: Client, world: World, status: int = 200, **changes: Any) -> str:
    answer = doctor.post(f"/refer/{resident_id(world)}/", {**FILLED, **changes})
    assert answer.status_code == status, answer.content.decode()[:1500]
    return answer.content.decode()


def test_the_sheet_shows_open_times_and_sends_with_theatre_and_recovery_place(world: World, clock) -> None:
    make_theatres(world, clock.at)
    place = make_places(world.departments["yx-renmin.surgery"], clock.at)[0]
    doctor = client_of(world, "doctor")
    assert 'name="surgery"' in (unasked := sheet(doctor, world, surgery="")) and "surgery_at" not in unasked
    page = sheet(doctor, world)
    assert page.count('name="surgery_at"') == 5 and PROCEDURE in page and "预留号源" in page
    sheet(doctor, world, 302, step="send", place=place.pk, procedure=PROCEDURE)
    referral, made = Referral.objects.get(), Surgery.objects.get()
    assert (made.referral_id, made.procedure, referral.booking.place) == (referral.pk, PROCEDURE, place)
    assert Stay.objects.filter(state="reserved").count() == 2
    shown = text_of(doctor, f"/referrals/{referral.pk}/")
    assert "已预留日间手术" in shown and "待术前评估" in shown
    surgeon = client_of(world, "surgeon")
    assert "基层申请" in text_of(surgeon, "/day-surgery/")
    assert "由基层转诊申请" in text_of(surgeon, f"/day-surgery/{made.pk}/")


def test_a_time_that_has_gone_is_said_beside_the_boxes_and_nothing_is_sent(world: World, clock) -> None:
    make_theatres(world, clock.at)
    doctor = client_of(world, "doctor")
    sheet(doctor, world, 302, step="send")
    gone = Surgery.objects.get().starts_at.isoformat()
    world.resident = make_resident(clock.at, name="黎玉珍")
    other = client_of(world, "doctor")
    answer = other.post(f"/refer/{Referral.objects.get().resident_id}/", {**FILLED, "step": "send", "surgery_at": gone})
    assert answer.status_code == 422 and "这个时间没有空的手术间" in answer.content.decode()
    assert Referral.objects.count() == 1


def test_other_diseases_admissions_and_closed_houses_are_not_asked(world: World, clock) -> None:
    make_theatres(world, clock.at, handed=False)
    doctor = client_of(world, "doctor")
    assert 'name="surgery"' not in sheet(doctor, world)
    office = client_of(world, "office")
    assert "开放给基层" in text_of(office, "/day-surgery/")
    path = "/day-surgery/opening/"
    assert "本院共 1 个" in text_of(office, path)
    assert office.post(path, {"theatre": 2, "recovery": 1}).status_code == 422
    assert office.post(path, {"theatre": 1, "recovery": 1}).status_code == 302
    assert HandOver.objects.count() == 2
    assert 'name="surgery"' in sheet(doctor, world)
    for changes in ({"diagnosis": "I10 高血压"}, {"bed": "yes"}, {"urgency": "emergency"}):
        assert 'name="surgery"' not in sheet(doctor, world, **changes)
    sheet(doctor, world, 302, step="send")
    assert office.post(path, {"theatre": 0, "recovery": 0}).status_code == 422  # promised
    for name in ("doctor", "surgeon", "officer"):
        text_of(client_of(world, name), path, 404)


def test_a_draft_keeps_the_wish_and_its_time_until_it_is_sent(world: World, clock) -> None:
    make_theatres(world, clock.at)
    doctor = client_of(world, "doctor")
    wanted = theatres.times_from_below(world.county.pk, Person(), at=clock.at)[1]
    sheet(doctor, world, 302, step="draft", procedure=PROCEDURE, surgery_at=wanted.isoformat())
    referral = Referral.objects.get()
    assert (referral.state, Surgery.objects.count()) == ("draft", 0)
    path = f"/refer/drafts/{referral.pk}/"
    page = text_of(doctor, path)
    assert re.search(r'name="surgery" value="yes" checked', page)
    assert re.search(rf'value="{re.escape(timezone.localtime(wanted).isoformat())}"[^>]* checked', page)
    filled = {**FILLED, "procedure": PROCEDURE, "surgery_at": wanted.isoformat(), "version": referral.version}
    assert doctor.post(path, {**filled, "step": "send"}).status_code == 302
    assert (Surgery.objects.get().starts_at, Referral.objects.get().state) == (wanted, "sent")


def test_a_draft_whose_time_has_gone_says_so_and_chooses_no_other(world: World, clock) -> None:
    make_theatres(world, clock.at)
    doctor = client_of(world, "doctor")
    gone = theatres.times_from_below(world.county.pk, Person(), at=clock.at)[0]
    sheet(doctor, world, 302, step="draft", procedure=PROCEDURE, surgery_at=gone.isoformat())
    draft = Referral.objects.get()
    sheet(doctor, world, 302, step="send", procedure=PROCEDURE, surgery_at=gone.isoformat())
    path = f"/refer/drafts/{draft.pk}/"
    page = text_of(doctor, path)
    assert "已不能预留，请重新选择" in page
    assert not re.search(r'name="surgery_at"[^>]* checked', page)
    filled = {**FILLED, "procedure": PROCEDURE, "surgery_at": gone.isoformat(), "version": draft.version}
    answer = doctor.post(path, {**filled, "step": "send"})
    assert answer.status_code == 422 and "这个时间没有空的手术间" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"
