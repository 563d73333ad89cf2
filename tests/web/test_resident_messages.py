"""Appointments and messages of the resident, and all pages in a browser: large print, both widths, clean for axe."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Booking, BookingState
from fenji.apps.common.clock import Frozen
from fenji.apps.notices.actions import Addressee, notify
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.models import ResidentAccount
from fenji.kernel.referral import State
from fenji.web.resident.appointments import LOOKS
from tests.apps.referrals.test_loop import go, plan, refer
from tests.apps.residents.conftest import registered
from tests.factories.world import World, make_places, make_world, resident_id
from tests.web.looking import DESK, PHONE, look
from tests.web.test_residents import client_of, text
from tests.web.test_residents_browser import enter


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def patient(world: World) -> Client:
    return client_of(world, "patient")


def booked(world: World, days_ahead: int = 2) -> Referral:
    place = make_places(world.departments["yx-renmin.cardio"], world.at, days_ahead=days_ahead)[0]
    return refer(world, place=place.pk)


def test_every_state_of_a_booking_has_its_mark() -> None:
    assert set(LOOKS) == set(BookingState)


def test_a_held_place_says_until_when_and_a_booked_one_that_it_stands(world: World, patient: Client) -> None:
    up = booked(world)
    page = text(patient.get("/me/appointments/"))
    assert "先留着号" in page
    assert "等医院确认，号留到" in page
    go(up, "accept", world.office)
    page = text(patient.get("/me/appointments/"))
    assert "3月6日 周五 08:00" in page
    assert "已约好" in page
    assert f"/me/referrals/{up.pk}/" in page


def test_what_is_over_stands_below_without_what_staff_noted(world: World, patient: Client, clock: Frozen) -> None:
    up = booked(world)
    go(up, "accept", world.office)
    go(up, "cancel_appointment", world.office, reason="physician_away", note="医生私事")
    page = text(patient.get("/me/appointments/"))
    assert "没有约好的就诊" in page
    assert "以前的预约" in page
    assert "已取消" in page
    assert "医生私事" not in page


def test_a_lapsed_hold_is_shown_as_given_back(world: World, patient: Client, clock: Frozen) -> None:
    up = booked(world, days_ahead=30)
    Booking.objects.filter(referral_id=up.pk).update(held_until=clock.at)
    clock.advance(timedelta(minutes=1))
    assert "号已放回" in text(patient.get("/me/appointments/"))


def test_appointments_of_others_are_not_shown(world: World, patient: Client) -> None:
    other = registered(world, name="李大山")
    Booking.objects.filter(referral_id=booked(world).pk).update(resident_id=other.pk)
    assert "3月6日" not in text(patient.get("/me/appointments/"))


def test_messages_say_what_was_told_and_lead_to_the_referral(world: World, patient: Client, clock: Frozen) -> None:
    assert "还没有消息" in text(patient.get("/me/messages/"))
    up = booked(world)
    clock.advance(timedelta(hours=1))
    go(up, "accept", world.office)
    page = text(patient.get("/me/messages/"))
    assert page.index("已预约：阳西县人民医院心血管内科") < page.index("您的转诊申请已发往阳西县人民医院")
    assert f"/me/referrals/{up.pk}/" in page


def test_messages_are_the_persons_own_and_paged(world: World, patient: Client, clock: Frozen) -> None:
    child = registered(world, name="陈小宝")
    ResidentAccount.objects.create(user=world.patient, resident=child, relation="child", from_at=clock.at)
    tell(child.pk, "孩子的消息", clock, 1)
    for number in range(25):
        tell(resident_id(world), f"第{number}条。", clock, number)
    page = text(patient.get("/me/messages/"))
    assert "孩子的消息" not in page
    assert "第24条。" in page
    assert "第4条。" not in page
    assert "第4条。" in text(patient.get("/me/messages/?page=2"))
    patient.post(f"/me/family/{child.pk}/")
    assert "孩子的消息" in text(patient.get("/me/messages/"))


def tell(resident: Any, words: str, clock: Frozen, number: int) -> None:
    clock.advance(timedelta(minutes=1))
    to = [Addressee(resident_id=resident)]
    notify("referral.news", cause=("other", "1"), to=to, text=words, at=clock.at, once_key=f"{resident}:{number}")


def test_a_strangers_account_finds_no_appointments(world: World) -> None:
    for address in ("/me/appointments/", "/me/messages/", "/me/referrals/"):
        assert client_of(world, "officer").get(address).status_code == 404
        assert Client().get(address).status_code == 302


# --- in a browser


@pytest.fixture
def full(transactional_db: None, clock: Frozen) -> dict[str, Any]:
    """A resident with a visit to come, a time to choose, a plan that came down and a complaint."""
    world = make_world(clock.at)
    cardio = world.departments["yx-renmin.cardio"]
    down = refer(world)
    go(down, "arrive", world.office)
    reply = {"diagnosis_name": "高血压 2 级", "treatment": "改用两联降压药。", "advice": "两周后复诊。"}
    go(down, "return_down", world.physician, reply=reply, plan=plan(clock), institution=world.township.code)
    choose = refer(world)
    go(choose, "accept", world.office)
    go(choose, "complain", world.patient, note="等得太久")
    places = make_places(cardio, clock.at, count=6, days_ahead=3)
    go(choose, "offer", world.office, places=tuple(place.pk for place in places[:4]))
    visit = refer(world, place=make_places(cardio, clock.at)[0].pk)
    go(visit, "accept", world.office)
    child = registered(world, name="陈小宝")
    ResidentAccount.objects.create(user=world.patient, resident=child, relation="child", from_at=clock.at)
    return {"world": world, "down": down, "choose": choose, "visit": visit}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("large", "widths"),
    [(False, (DESK, PHONE)), (True, (PHONE,)), pytest.param(True, (DESK,), marks=pytest.mark.prove)],
)
def test_the_residents_pages_are_accessible_and_fit(
    page: Page, live_server: Any, full: dict[str, Any], large: bool, widths: tuple[int, ...]
) -> None:
    User.objects.filter(username="patient").update(large_print=large)
    problems = enter(page, live_server, full["world"], "patient")
    addresses = ["/me/", "/me/referrals/", "/me/appointments/", "/me/messages/"]
    addresses += [f"/me/referrals/{full[name].pk}/" for name in ("down", "choose", "visit")]
    addresses += [f"/me/referrals/{full['choose'].pk}/{action}/" for action in ("schedule", "decline_offer")]
    addresses += [
        f"/me/referrals/{full['visit'].pk}/{action}/"
        for action in ("reschedule", "cancel_appointment", "request_cancellation", "complain")
    ]
    for address in addresses:
        page.goto(f"{live_server.url}{address}")
        look(page, widths)
    assert problems == []


@pytest.mark.browser
def test_a_time_is_chosen_with_the_thumb(page: Page, live_server: Any, full: dict[str, Any]) -> None:
    enter(page, live_server, full["world"], "patient")
    page.set_viewport_size({"width": PHONE, "height": 900})
    page.goto(f"{live_server.url}/me/")
    page.get_by_role("link", name="选择就诊时间").first.click()
    slot = page.locator(".slot").nth(2)
    assert slot.bounding_box()["height"] >= 44  # type: ignore[index]
    slot.click()
    button = page.get_by_role("button", name="就约这个时间")
    assert button.bounding_box()["height"] >= 44  # type: ignore[index]
    button.click()
    assert "约好了，请按时就诊" in page.inner_text("main")
    assert Referral.objects.get(pk=full["choose"].pk).state == State.SCHEDULED
