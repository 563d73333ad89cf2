"""Pages of examinations: ordering, the room, the result; and who sees what."""

from datetime import timedelta

import pytest

from fenji.apps.booking import exam_lists, examinations
from fenji.apps.booking.models import Booking, ExamItem, ExamOrder, Place, WaitingEntry
from fenji.apps.booking.sessions import close_session
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.models import Notice
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department
from tests.apps.booking import clinic
from tests.factories.world import World, make_world, resident_id
from tests.web.entrance import client_of, text_of

pytestmark = pytest.mark.django_db
QUESTION = "右上腹痛三天"


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


@pytest.fixture
def item(world: World) -> ExamItem:
    return clinic.exam_item(world.departments["yx-renmin.cardio"])


def times(item: ExamItem, clock, count: int = 2, hours: int = 4) -> list[Place]:
    return clinic.places(clinic.session(item.department, clock.at + timedelta(hours=hours), places=count, item=item))


def _ordered(world: World, item: ExamItem) -> ExamOrder:
    at = world.at
    return examinations.order(resident_id(world), item.pk, QUESTION, by=world.doctor, at=at, may_wait=True).order


def test_a_doctor_orders_into_the_countys_calendar_and_sees_where_it_stands(world: World, item, clock) -> None:
    _first, second = times(item, clock)
    doctor, who = client_of(world, "doctor"), resident_id(world)
    assert "申请检查" in text_of(doctor, f"/residents/{who}/")
    page = text_of(doctor, f"/examinations/for/{who}/?q=彩超")
    assert "腹部彩超" in page and f"/examinations/for/{who}/{item.pk}/" in page
    assert "没有找到可申请的检查" in text_of(doctor, f"/examinations/for/{who}/?q=核磁")
    path = f"/examinations/for/{who}/{item.pk}/"
    assert "检查前空腹 8 小时。" in text_of(doctor, path)
    assert doctor.post(path, {"place": second.pk, "question": "电话13800138000"}).status_code == 422
    answer = doctor.post(path, {"place": second.pk, "question": QUESTION})
    made = ExamOrder.objects.get()
    assert answer["Location"] == f"/examinations/{made.pk}/"
    assert Booking.objects.get().place == second
    assert "已约好" in text_of(doctor, "/examinations/")
    again = doctor.post(path, {"place": second.pk, "question": QUESTION})
    assert again.status_code == 422
    assert "刚刚被约走" in again.content.decode() and QUESTION in again.content.decode()


def test_who_cannot_come_in_the_next_days_finds_the_later_ones(world: World, item, clock) -> None:
    held = [clinic.session(item.department, clock.at + timedelta(days=ahead), places=1, item=item) for ahead in (4, 8)]
    soon, path = times(item, clock)[0], f"/examinations/for/{resident_id(world)}/{item.pk}/"
    more = clinic.session(item.department, clock.at + timedelta(days=12), places=1, item=item)
    days = [soon, *(clinic.places(one)[0] for one in (*held, more))]
    doctor = client_of(world, "doctor")
    page, later = text_of(doctor, path), day_of(days[3].starts_at)
    assert [f'value="{one.pk}"' in page for one in days] == [True, True, True, False]
    assert f"?from={later}" in page
    page = text_of(doctor, f"{path}?from={later}")
    assert [f'value="{one.pk}"' in page for one in days] == [False, False, False, True]
    assert "从最早的时间看起" in page
    for odd in ("never", "2030-01-01", "1999-01-01"):
        assert f'value="{soon.pk}"' in text_of(doctor, f"{path}?from={odd}")


def test_without_a_free_time_the_order_waits(world: World, item) -> None:
    doctor, path = client_of(world, "doctor"), f"/examinations/for/{resident_id(world)}/{item.pk}/"
    assert "申请并候补" in text_of(doctor, path)
    assert doctor.post(path, {"question": QUESTION}).status_code == 302
    assert WaitingEntry.objects.get().exam_order == ExamOrder.objects.get()
    assert "候补中" in text_of(doctor, "/examinations/")
    assert "腹部彩超" in text_of(client_of(world, "office"), "/waiting/")


def test_the_room_notes_the_arrival_and_writes_the_result_which_comes_back(world: World, item, clock) -> None:
    times(item, clock)
    order = _ordered(world, item)
    room, doctor, patient = (client_of(world, name) for name in ("physician", "doctor", "patient"))
    page = text_of(room, "/examinations/room/")
    assert "陈小明" in page and QUESTION in page and "到检" in page
    assert room.post(f"/examinations/room/{order.bookings.get().pk}/arrive/").status_code == 302
    assert "写结果" in text_of(room, "/examinations/room/")
    path = f"/examinations/{order.pk}/report/"
    assert room.post(path, {"conclusion": ""}).status_code == 422
    assert room.post(path, {"conclusion": "胆囊结石", "findings": "强回声", "is_critical": "on"}).status_code == 302
    assert "检查结果已回" in text_of(doctor, "/family-doctor/") and "危急值" in text_of(doctor, "/family-doctor/")
    assert "胆囊结石" not in text_of(doctor, "/examinations/")  # read where the reading is written down
    assert "胆囊结石" in text_of(doctor, f"/examinations/{order.pk}/")
    order.refresh_from_db()
    assert order.read_by == world.doctor
    assert "检查结果已回" not in text_of(doctor, "/family-doctor/")
    assert Notice.objects.filter(kind="examination.result", resident_id=order.resident_id).exists()
    assert "胆囊结石" not in text_of(patient, "/me/examinations/")
    assert "胆囊结石" in text_of(patient, f"/me/examinations/{order.pk}/")
    assert AuditEvent.objects.filter(verb="examination.read").count() == 2


def test_a_second_result_says_why_it_corrects(world: World, item, clock) -> None:
    times(item, clock)
    order = _ordered(world, item)
    examinations.report(order.pk, examinations.Result("胆囊结石"), by=world.physician, at=clock.at)
    room, path = client_of(world, "physician"), f"/examinations/{order.pk}/report/"
    assert "更正原因" in text_of(room, path)
    assert room.post(path, {"conclusion": "胆囊息肉"}).status_code == 422
    assert room.post(path, {"conclusion": "胆囊息肉", "correction": "复核图像"}).status_code == 302
    order.refresh_from_db()
    assert order.conclusion == "胆囊息肉"


def test_who_has_nothing_to_do_with_it_finds_nothing(world: World, item, clock) -> None:
    times(item, clock)
    order, who = _ordered(world, item), resident_id(world)
    for name in ("tcm_office", "city_physician", "officer"):
        text_of(client_of(world, name), f"/examinations/{order.pk}/", 404)
        text_of(client_of(world, name), f"/examinations/{order.pk}/report/", 404)
    text_of(client_of(world, "nurse"), f"/examinations/for/{who}/", 404)  # orders nothing
    text_of(client_of(world, "city_physician"), f"/examinations/for/{who}/", 404)  # does not have him in care
    assert "陈小明" not in text_of(client_of(world, "city_physician"), "/examinations/room/")
    for name in ("doctor", "patient", "officer"):
        text_of(client_of(world, name), "/examinations/room/", 404)
    arrive = f"/examinations/room/{order.bookings.get().pk}/arrive/"
    assert client_of(world, "city_physician").post(arrive).status_code in {403, 404}
    assert order.bookings.get().state == "booked"


def test_a_cancelled_order_gives_the_time_back(world: World, item, clock) -> None:
    times(item, clock, 1)
    order, doctor = _ordered(world, item), client_of(world, "doctor")
    assert doctor.post(f"/examinations/{order.pk}/cancel/", {"reason": "已好转"}).status_code == 302
    assert Place.objects.filter(taken_by=None).count() == 1
    assert "已好转" in text_of(doctor, f"/examinations/{order.pk}/")


def test_a_resident_moves_an_examination_to_another_of_its_times(world: World, item, clock) -> None:
    _first, second = times(item, clock)
    clinic.session(item.department, clock.at + timedelta(hours=5))  # a clinic of the same department
    order, patient = _ordered(world, item), client_of(world, "patient")
    page = text_of(patient, "/me/appointments/")
    assert "腹部彩超" in page and "检查前空腹 8 小时。" in page
    path = f"/me/appointments/{order.bookings.get().pk}/move/"
    assert text_of(patient, path).count('type="radio"') == 1
    assert patient.post(path, {"place": second.pk}).status_code == 302
    assert order.bookings.get(state="booked").place == second


def test_what_is_offered_names_the_next_time_and_the_wait(world: World, item, clock) -> None:
    _first, second = times(item, clock, hours=48)
    other = clinic.exam_item(item.department, "腹部彩超")
    _ordered(world, item)
    rows = {one.item: one for one in exam_lists.offered("彩超", day_of(clock.at), at=clock.at + timedelta(seconds=1))}
    assert (rows[item].next_at, rows[item].wait_days) == (second.starts_at, 2.0)
    assert (rows[other].next_at, rows[other].wait_days) == (None, None)
    assert [one.item for one in exam_lists.offered("彩超", day_of(clock.at), at=clock.at)] == [item, other]


def test_who_was_examined_yesterday_and_has_no_result_stays_on_the_list(world: World, item, clock) -> None:
    times(item, clock)
    order = _ordered(world, item)
    room = client_of(world, "physician")
    room.post(f"/examinations/room/{order.bookings.get().pk}/arrive/")
    clock.advance(timedelta(days=1))
    assert "以前做的，还没有结果" in text_of(client_of(world, "physician"), "/examinations/room/")


def test_a_stopped_examination_is_booked_anew_with_one_press(world: World, item, clock) -> None:
    first, _second = times(item, clock)
    order = _ordered(world, item)
    close_session(first.session_id, "机器检修", by=world.office, at=clock.at)
    doctor, path = client_of(world, "doctor"), f"/examinations/{order.pk}/rebook/"
    own = f"/examinations/{order.pk}/"
    desks = (("doctor", "/family-doctor/"), ("doctor", "/examinations/"), ("doctor", own))
    for who, where in (*desks, ("physician", "/examinations/room/")):
        assert path in text_of(client_of(world, who), where), where
    assert "待重约" in text_of(doctor, "/examinations/") and "机器检修" in text_of(doctor, f"/examinations/{order.pk}/")
    assert "医生会为您另约" in text_of(client_of(world, "patient"), "/me/examinations/")
    assert "登记候补" in text_of(doctor, path)
    assert "机器检修" in text_of(doctor, path)  # the rebooking page says why
    again, later = clinic.places(clinic.session(item.department, clock.at + timedelta(days=2), places=2, item=item))
    page = text_of(doctor, path)
    assert f'value="{again.pk}" required checked' in page  # the soonest stands chosen
    assert doctor.post(path, {"place": later.pk}).status_code == 302
    assert order.bookings.get(state="booked").place == later
    assert path not in text_of(doctor, "/family-doctor/")
    assert doctor.post(path, {"place": again.pk}).status_code == 409
    for name in ("tcm_office", "city_physician", "officer", "patient"):
        text_of(client_of(world, name), path, 404)


def test_a_stopped_examination_may_be_done_in_another_house(world: World, item, clock) -> None:
    first, _second = times(item, clock)
    order = _ordered(world, item)
    close_session(first.session_id, "机器检修", by=world.office, at=clock.at)
    there = Department.objects.filter(institution=world.city).first() or Department.objects.create(
        institution=world.city, code="us", name="超声科"
    )
    other = clinic.exam_item(there)
    (free,) = clinic.places(clinic.session(there, clock.at + timedelta(days=1), places=1, item=other))
    doctor, path = client_of(world, "doctor"), f"/examinations/{order.pk}/rebook/"
    assert f"?item={other.pk}" in text_of(doctor, path)
    assert f"?item={other.pk}" not in text_of(client_of(world, "physician"), path)  # its own times only
    assert doctor.post(f"{path}?item={other.pk}", {"place": free.pk}).status_code == 302
    order.refresh_from_db()
    assert (order.item, order.bookings.get(state="booked").place) == (other, free)


def test_what_is_examined_for_others_is_seen_by_the_desks_and_names_no_resident(world: World, item, clock) -> None:
    (one, _other) = times(item, clock)
    examinations.order(resident_id(world), item.pk, QUESTION, place_id=one.pk, by=world.doctor, at=world.at)
    for name in ("doctor", "office", "officer"):
        page = text_of(client_of(world, name), "/examinations/shared/")
        for words in ("腹部彩超", "1 / 2", "1 项，1 家机构，其中基层 1 项"):
            assert words in page, (name, words)
        assert "陈小明" not in page
    assert "没有找到共享的检查" in text_of(client_of(world, "doctor"), "/examinations/shared/?q=核磁")
    text_of(client_of(world, "patient"), "/examinations/shared/", 404)
