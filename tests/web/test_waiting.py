"""Pages of the waiting list: the office's list and its reasons, the referral's card, the resident's own answer."""

from datetime import timedelta

import pytest

from fenji.apps.booking import waiting
from fenji.apps.booking.models import Booking, Offer, Pool, WaitingEntry
from fenji.apps.booking.policies import Wanted
from fenji.apps.common.models import AuditEvent
from fenji.apps.referrals import actions
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import State
from tests.factories.journey import reach
from tests.factories.world import World, make_places, make_resident, make_world, resident_id
from tests.web.entrance import client_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


def _waits(world: World, name: str, urgency: str = "routine", minutes: int = 0, line: str = "") -> WaitingEntry:
    """Another resident on the list of the county's heart medicine, entered by the clock."""
    at = world.at + timedelta(minutes=minutes)
    wanted = Wanted((world.departments["yx-renmin.cardio"].pk,), at, at + timedelta(days=30), line)
    return waiting.enter(make_resident(world.at, name=name).pk, wanted, urgency=urgency, by=None, at=at)


def test_the_office_sees_who_waits_in_order_and_why_one_was_served_before_another(world: World, clock) -> None:
    for name, urgency, minutes, line in (
        ("李一", "routine", 0, ""),
        ("王二", "urgent", 1, ""),
        ("张三", "routine", 2, "expert"),
    ):
        _waits(world, name, urgency, minutes, line)
    clock.advance(timedelta(minutes=10))
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=1, pool=Pool.PUBLIC)
    waiting.serve(at=clock.at)
    office = client_of(world, "office")
    page = text_of(office, "/waiting/")
    assert page.index("王二") < page.index("李一") < page.index("张三")
    assert "有号，待答复" in page and "答复时限" in page and "没有越过，按次序" in page
    third = text_of(office, f"/waiting/{WaitingEntry.objects.get(resident__name='张三').pk}/")
    assert "前面还有 2 人：更紧急 1 人，登记更早 1 人" in third
    assert "更紧急" in third and "登记更早" in third
    listed = AuditEvent.objects.get(verb="resident.list", details__waiting=True)
    assert len(listed.details["residents"]) == 3
    assert AuditEvent.objects.filter(verb="waiting.read").count() == 1


def test_the_list_is_the_houses_own(world: World) -> None:
    entry = _waits(world, "李一")
    assert "李一" not in text_of(client_of(world, "tcm_office"), "/waiting/")
    text_of(client_of(world, "tcm_office"), f"/waiting/?department={entry.department_id}", 404)
    for other in ("tcm_office", "doctor", "officer"):  # none has the resident in care
        text_of(client_of(world, other), f"/waiting/{entry.pk}/", 404)
    for other in ("doctor", "physician", "patient"):
        text_of(client_of(world, other), "/waiting/", 404)
    assert client_of(world, "tcm_office").post(f"/waiting/{entry.pk}/leave/").status_code == 404


def test_the_referring_doctor_puts_a_patient_on_the_list_and_answers_for_him(world: World, clock) -> None:
    up = reach(world, State.ACCEPTED)
    doctor = client_of(world, "doctor")
    assert "登记候补" in text_of(doctor, f"/referrals/{up.pk}/")
    assert doctor.post(f"/waiting/referrals/{up.pk}/").status_code == 302
    assert "排在最前" in text_of(doctor, f"/referrals/{up.pk}/")
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=1)
    waiting.serve(at=clock.at)
    assert "代为接受" in text_of(doctor, f"/referrals/{up.pk}/")
    offer = Offer.objects.get()
    assert doctor.post(f"/waiting/offers/{offer.pk}/dance/").status_code == 404
    assert doctor.post(f"/waiting/offers/{offer.pk}/accept/").status_code == 302
    assert Booking.objects.get().state == "booked"
    assert "已约到" in text_of(doctor, f"/waiting/{offer.entry_id}/")


def test_where_a_place_is_free_nobody_is_asked_to_wait(world: World, clock) -> None:
    up = reach(world, State.ACCEPTED)
    make_places(world.departments["yx-renmin.cardio"], clock.at)
    assert "登记候补" not in text_of(client_of(world, "doctor"), f"/referrals/{up.pk}/")


@pytest.mark.parametrize("box", ["yes", ""])
def test_the_sheet_puts_on_the_list_where_nothing_is_free(world: World, box: str) -> None:
    doctor, path = client_of(world, "doctor"), f"/refer/{resident_id(world)}/"
    filled = {
        "urgency": "routine", "diagnosis": "I10 高血压", "institution": "yx-renmin", "consent_by": "self",
        "choice_code": "resident_wish", "history": "血压控制不佳三个月。",
    }  # fmt: skip
    asked = doctor.post(path, filled).content.decode()
    assert 'name="wait" value="yes" checked' in asked
    sent = doctor.post(
        path, {**filled, "step": "send", "wait_asked": "yes", **({"wait": box} if box else {})}, follow=True
    )
    assert sent.status_code == 200
    up = Referral.objects.get()
    waits = WaitingEntry.objects.filter(referral_id=up.pk)
    assert waits.count() == (1 if box else 0)
    assert ("排在第 1 位" in sent.content.decode()) is bool(box)


def test_a_resident_sees_the_offer_first_and_accepts_it(world: World, clock) -> None:
    patient, cardio = client_of(world, "patient"), world.departments["yx-renmin.cardio"]
    assert "登记候补" in text_of(patient, f"/me/clinics/{cardio.pk}/")
    assert patient.post(f"/me/clinics/{cardio.pk}/wait/").status_code == 302
    assert "排在最前" in text_of(patient, "/me/waiting/")
    assert "正在候补 1 处" in text_of(patient, "/me/appointments/")
    make_places(cardio, clock.at, count=1, pool=Pool.PUBLIC)
    waiting.serve(at=clock.at)
    assert "候补有号了" in text_of(patient, "/me/") and "前答复" in text_of(patient, "/me/waiting/")
    offer = Offer.objects.get()
    answer = patient.post(f"/me/waiting/offers/{offer.pk}/accept/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/appointments/")
    assert Booking.objects.get().state == "booked"
    assert "候补有号了" not in text_of(patient, "/me/")


def test_a_resident_declines_and_leaves_but_only_the_own_entry(world: World, clock) -> None:
    patient, cardio = client_of(world, "patient"), world.departments["yx-renmin.cardio"]
    make_places(cardio, clock.at, count=1, pool=Pool.PUBLIC)
    patient.post(f"/me/clinics/{cardio.pk}/wait/")
    offer = Offer.objects.get()
    assert patient.post(f"/me/waiting/offers/{offer.pk}/decline/").status_code == 302
    assert WaitingEntry.objects.get().state == "waiting"
    assert patient.post(f"/me/waiting/{offer.entry_id}/leave/").status_code == 302
    assert WaitingEntry.objects.get().state == "withdrawn"
    other = _waits(world, "李一")
    theirs = Offer.objects.get(entry=other)
    assert patient.post(f"/me/waiting/{other.pk}/leave/").status_code == 404
    assert patient.post(f"/me/waiting/offers/{theirs.pk}/accept/").status_code == 404
    other.refresh_from_db()
    assert other.state == "offered"


def test_too_late_an_answer_is_told_so(world: World, clock) -> None:
    up = reach(world, State.ACCEPTED)
    actions.wait_for_place(up.pk, by=world.office)
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=1)
    waiting.serve(at=clock.at)
    offer = Offer.objects.get()
    clock.move_to(offer.answer_by)
    assert client_of(world, "patient").post(f"/me/waiting/offers/{offer.pk}/accept/").status_code == 409
    assert "答复时限已过" in text_of(client_of(world, "office"), f"/waiting/{offer.entry_id}/")


def test_the_doctor_who_put_somebody_on_the_list_comes_to_the_offer_from_the_news(world: World, clock) -> None:
    up = reach(world, State.ACCEPTED)
    entry = actions.wait_for_place(up.pk, by=world.doctor)
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=1)
    waiting.serve(at=clock.at)
    page = text_of(client_of(world, "doctor"), "/family-doctor/")
    assert f'<a href="/waiting/{entry.pk}/">' in page
