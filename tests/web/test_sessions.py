"""Sessions end: idle, old, logged out, disabled; a temporary password opens one page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from fenji.apps.accounts import actions
from fenji.apps.common.clock import Frozen
from fenji.kernel.roles import Office
from tests.factories.accounts import PASSWORD, administrator, person
from tests.factories.world import World, make_world
from tests.web.entrance import is_in, log_in, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


# --- sessions end


def test_an_idle_session_of_staff_ends_after_half_an_hour(world: World, clock: Frozen, client: Client) -> None:
    client.force_login(world.doctor)
    assert is_in(client)
    clock.advance(timedelta(minutes=29))
    assert is_in(client)
    clock.advance(timedelta(minutes=29))
    assert is_in(client), "work keeps it alive"
    clock.advance(timedelta(minutes=30))
    answer = client.get("/account/", follow=True)
    assert answer.redirect_chain[0][0].startswith("/login/?next=")
    assert "长时间没有操作" in answer.content.decode()


def test_polling_keeps_no_session_alive(world: World, clock: Frozen, client: Client) -> None:
    client.force_login(world.doctor)
    is_in(client)
    for _ in range(6):
        clock.advance(timedelta(minutes=5))
        answer = client.get("/account/", headers={"X-Background": "1"})
    assert answer.status_code == 302


def test_a_session_of_staff_ends_after_twelve_hours_of_work(world: World, clock: Frozen, client: Client) -> None:
    client.force_login(world.doctor)
    for _ in range(35):
        clock.advance(timedelta(minutes=20))
        assert is_in(client)
    clock.advance(timedelta(minutes=20))
    assert "登录已满规定时长" in client.get("/account/", follow=True).content.decode()


def test_a_resident_stays_in_for_a_day_and_a_month(world: World, clock: Frozen, client: Client) -> None:
    client.force_login(world.patient)
    for _ in range(31):
        clock.advance(timedelta(hours=23))
        assert is_in(client)
    clock.advance(timedelta(hours=23))
    assert not is_in(client), "thirty days in all"
    client.force_login(world.patient)
    assert is_in(client)
    clock.advance(timedelta(hours=24))
    assert not is_in(client), "a day idle"


def test_a_part_of_a_page_sends_the_browser_to_the_login(world: World, clock: Frozen, client: Client) -> None:
    client.force_login(world.doctor)
    is_in(client)
    clock.advance(timedelta(minutes=31))
    answer = client.get("/account/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/login/?next=")


def test_logout_ends_every_session_and_asks_by_post(client: Client) -> None:
    user, other = person("lin"), Client()
    client.force_login(user)
    other.force_login(user)
    assert client.get("/logout/").status_code == 200
    assert is_in(client)
    assert client.post("/logout/")["Location"] == "/login/"
    assert not is_in(client)
    assert not is_in(other)
    assert "account.logout" in verbs()


@pytest.mark.parametrize("how", ["disable", "set_password", "reset_second_factor"])
def test_the_security_administrator_ends_every_session(how: str, client: Client) -> None:
    user, by = person("lin"), administrator(Office.SECURITY)
    client.force_login(user)
    assert is_in(client)
    {
        "disable": lambda: actions.disable(user.pk, reason="离职", by=by),
        "set_password": lambda: actions.set_password(user.pk, by=by),
        "reset_second_factor": lambda: actions.reset_second_factor(user.pk, by=by),
    }[how]()
    assert not is_in(client)


def test_changing_the_password_keeps_this_session_and_ends_the_others(client: Client) -> None:
    user, other = person("lin"), Client()
    client.force_login(user)
    other.force_login(user)
    new = "Ein-anderes-Wort-5"
    answer = client.post("/account/password/", {"current": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert log_in(Client(), "lin", new).status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("wrong", "Ein-anderes-Wort-5", "Ein-anderes-Wort-5", "当前密码不正确"),
        (PASSWORD, "Ein-anderes-Wort-5", "Ein-anderes-Wort-6", "两次输入的新密码不同"),
        (PASSWORD, PASSWORD, PASSWORD, "不能与当前密码相同"),
        (PASSWORD, "short", "short", "12"),
    ],
)
def test_a_wrong_password_form_changes_nothing_and_says_why(
    current: str, new: str, again: str, words: str, client: Client
) -> None:
    user = person("lin")
    client.force_login(user)
    answer = client.post("/account/password/", {"current": current, "new": new, "again": again})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


# --- temporary passwords


def test_a_temporary_password_opens_nothing_but_the_page_to_change_it(client: Client, clock: Frozen) -> None:
    user, password = actions.create_person(username="lin", name="林国强", by=None)
    assert log_in(client, "lin", password).status_code == 302
    for path in ("/", "/account/", "/administration/people/", "/does-not-exist/"):
        assert client.get(path)["Location"] == reverse("account_change_password"), path
    new = "Ein-anderes-Wort-5"
    client.post("/account/password/", {"current": password, "new": new, "again": new})
    assert is_in(client)
    user.refresh_from_db()
    assert user.password_temporary_until is None


def test_a_temporary_password_is_void_after_three_days(client: Client, clock: Frozen) -> None:
    _, password = actions.create_person(username="lin", name="林国强", by=None)
    clock.advance(timedelta(hours=72))
    answer = client.post("/login/", {"login": "lin", "password": password}, follow=True)
    assert "临时密码已过期" in answer.content.decode()
    assert not is_in(client)
    assert "account.login" not in verbs()
