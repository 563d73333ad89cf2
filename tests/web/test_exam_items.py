"""The page on which a house sets what it examines: items, advice, minutes, weekly times."""

from datetime import date, timedelta

import pytest

from fenji.apps.booking import examinations
from fenji.apps.booking.models import ExamItem, Place, Schedule
from tests.apps.booking import clinic
from tests.factories.world import World, make_world, resident_id
from tests.web.entrance import client_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


def given(world: World, **more: object) -> dict[str, object]:
    return {
        "code": "US-ABD", "name": "腹部彩超", "department_id": world.departments["yx-renmin.cardio"].pk,
        "minutes": 15, "preparation": "空腹 8 小时", **more,
    }  # fmt: skip


def test_the_office_sets_an_item_and_its_times_and_a_township_orders_it(world: World, clock) -> None:
    office = client_of(world, "office")
    assert "/examinations/items/" in text_of(office, "/examinations/room/")
    assert "还没有检查项目" in text_of(office, "/examinations/items/")
    answer = office.post("/examinations/items/new/", given(world))
    item = ExamItem.objects.get()
    path = f"/examinations/items/{item.pk}/"
    assert (answer["Location"], item.preparation, item.minutes) == (path, "空腹 8 小时", 15)
    assert "没有空，去排时间" in text_of(office, "/examinations/items/")
    weekly = {"what": "times", "weekdays": ["0", "1", "2", "3", "4"], "starts": "08:00", "ends": "09:00",
              "minutes": 20, "valid_from": clock.at.date()}  # fmt: skip
    assert office.post(path, weekly).status_code == 302
    assert Place.objects.filter(exam_item=item).count() >= 15 * 3
    page = text_of(office, path)
    assert "08:00–09:00" in page and "周五" in page
    choose = text_of(client_of(world, "doctor"), f"/examinations/for/{resident_id(world)}/")
    assert "腹部彩超" in choose and "暂无，可候补" not in choose


def test_wrong_boxes_are_named_and_change_nothing(world: World, clock) -> None:
    office = client_of(world, "office")
    new = "/examinations/items/new/"
    assert "只用字母" in office.post(new, given(world, code="腹部")).content.decode()
    for wrong in ({"minutes": 0}, {"name": ""}, {"department_id": 999_999}, {"preparation": "饿" * 301}):
        assert office.post(new, given(world, **wrong)).status_code == 422
    assert office.post(new, given(world)).status_code == 302
    again = office.post(new, given(world, name="胃镜"))
    assert again.status_code == 422 and "本机构已有这个代码：腹部彩超" in again.content.decode()
    path = f"/examinations/items/{ExamItem.objects.get().pk}/"
    weekly = {"what": "times", "weekdays": ["0"], "starts": "09:00", "ends": "08:00", "minutes": 20,
              "valid_from": clock.at.date()}  # fmt: skip
    assert "结束时间须晚于开始时间" in office.post(path, weekly).content.decode()
    assert "放不下一个号" in office.post(path, {**weekly, "ends": "09:10"}).content.decode()
    assert (ExamItem.objects.get().name, Schedule.objects.count()) == ("腹部彩超", 0)


def test_an_item_is_changed_and_ended_without_its_code(world: World, clock) -> None:
    item = clinic.exam_item(world.departments["yx-renmin.cardio"])
    office, path = client_of(world, "office"), f"/examinations/items/{item.pk}/"
    changed = {**given(world, name="上腹彩超", preparation="空腹", valid_until=clock.at.date()), "what": "item"}
    assert office.post(path, {**changed, "code": "OTHER"}).status_code == 302
    code = item.code
    item.refresh_from_db()
    assert (item.code, item.name, item.preparation, item.valid_until) == (code, "上腹彩超", "空腹", clock.at.date())
    assert "已停用" in text_of(office, "/examinations/items/")
    assert "上腹彩超" not in text_of(client_of(world, "doctor"), f"/examinations/for/{resident_id(world)}/")


def test_times_no_longer_held_move_who_was_booked(world: World, clock) -> None:
    item = clinic.exam_item(world.departments["yx-renmin.cardio"])
    office, path = client_of(world, "office"), f"/examinations/items/{item.pk}/"
    days = sorted({(clock.at + timedelta(days=ahead)).weekday() for ahead in (2, 3)})
    for hours in ("08:00", "14:00"):
        office.post(path, {
            "what": "times", "weekdays": days, "starts": hours, "ends": hours[:2] + ":40", "minutes": 20,
            "valid_from": clock.at.date(),
        })  # fmt: skip
    first = Place.objects.filter(exam_item=item).order_by("starts_at").first()
    made = examinations.order(
        resident_id(world), item.pk, "右上腹痛", by=world.doctor, at=clock.at, place_id=first.pk
    ).order  # fmt: skip
    answer = office.post(f"/examinations/items/times/{first.session.schedule_id}/end/", follow=True)
    assert "已约的 1 人已改约" in answer.content.decode()
    assert made.bookings.get(state="booked").place.session.schedule_id != first.session.schedule_id
    assert Schedule.objects.get(pk=first.session.schedule_id).valid_until > clock.at.date()


def test_only_who_keeps_the_houses_clinics_sets_its_items(world: World) -> None:
    item = clinic.exam_item(world.departments["yx-renmin.cardio"])
    for name in ("physician", "doctor", "patient", "officer"):
        text_of(client_of(world, name), "/examinations/items/", 404)
    text_of(client_of(world, "tcm_office"), f"/examinations/items/{item.pk}/", 404)
    assert "腹部彩超" not in text_of(client_of(world, "tcm_office"), "/examinations/items/")
    schedule = Schedule.objects.create(
        department=item.department, line="examination", exam_item=item, weekday=0, starts="08:00", ends="09:00",
        place_minutes=20, valid_from=date(2026, 1, 1),
    )  # fmt: skip
    answer = client_of(world, "tcm_office").post(f"/examinations/items/times/{schedule.pk}/end/")
    assert answer.status_code == 404
    schedule.refresh_from_db()
    assert schedule.valid_until is None
