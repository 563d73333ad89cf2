"""Getting in: password, the demonstration's one click, the post one acts from."""

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.http import HttpResponse
from django.test import Client

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.registry.models import Institution, Membership
from fenji.kernel.roles import Office, Role
from fenji.web.accounts.login import BACKEND
from tests.factories.accounts import PASSWORD, administrator, person, program
from tests.factories.world import World, make_world
from tests.web.entrance import is_in, log_in, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


# --- name and password


def test_the_right_password_lets_in_and_is_recorded(client: Client) -> None:
    user = person("lin")
    answer = log_in(client, "LIN ")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    event = AuditEvent.objects.get(verb="account.login")
    assert (event.actor_id, event.details) == (user.pk, {"address": "127.0.0.1"})


@pytest.mark.parametrize(
    ("username", "password"), [("lin", "wrong-password-0"), ("nobody", PASSWORD), ("lin", PASSWORD.lower())]
)
def test_wrong_name_and_wrong_password_are_answered_alike(username: str, password: str, client: Client) -> None:
    person("lin")
    answer = log_in(client, username, password)
    assert "用户名或密码不正确" in answer.content.decode()
    assert not is_in(client)
    assert verbs() == ["account.login_failed"]


def test_what_was_typed_as_an_unknown_name_is_kept_nowhere(client: Client) -> None:
    log_in(client, "44170219900101123X", "x")
    kept = str(list(AccessAttempt.objects.values())) + str(list(AuditEvent.objects.values()))
    assert "44170219900101123" not in kept.upper()


def test_the_session_gets_a_new_number_at_login(client: Client) -> None:
    person("lin")
    client.get("/login/")
    client.session["before"] = 1
    session = client.session
    session.save()
    client.cookies["sessionid"] = session.session_key
    log_in(client, "lin")
    assert client.cookies["sessionid"].value != session.session_key
    old = Client()
    old.cookies["sessionid"] = session.session_key
    assert not is_in(old)


def test_the_cookie_is_out_of_reach_of_scripts(client: Client) -> None:
    person("lin")
    log_in(client, "lin")
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_closed_account_and_a_program_cannot_log_in(client: Client) -> None:
    person("lin", is_active=False)
    program("his")
    for username in ("lin", "his"):
        log_in(client, username)
        assert not is_in(client), username
    log_in(client, "his", "!")
    assert not is_in(client)


def test_login_leads_on_only_within_the_product(client: Client) -> None:
    person("lin")
    answer = client.post("/login/", {"login": "lin", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    client.logout()
    answer = client.post("/login/", {"login": "lin", "password": PASSWORD, "next": "/account/"})
    assert answer["Location"] == "/account/"


def test_there_is_no_sign_up_and_no_reset_by_mail(client: Client) -> None:
    for path in ("/signup/", "/accounts/signup/", "/login/signup/", "/password/reset/", "/account/email/"):
        assert client.get(path).status_code == 404, path


# --- the demonstration


def click(client: Client, user: User) -> HttpResponse:
    return client.post("/login/demonstration/", {"account": user.pk})


def test_the_demonstration_offers_each_role_by_one_click(world: World, client: Client, settings: Any) -> None:
    settings.DEMONSTRATION = True
    User.objects.update(is_demonstration=True)
    administrator(Office.AUDIT)
    page = client.get("/login/").content.decode()
    for words in ("家庭医生", "转诊协调办公室", "居民", world.township.short_name, world.doctor.name):
        assert words in page
    assert "审计管理员" not in page, "an account that is not of the demonstration"
    assert click(client, world.doctor)["Location"] == "/"
    assert is_in(client)
    assert AuditEvent.objects.get(verb="account.login").actor_id == world.doctor.pk


def test_a_card_tells_the_user_name_and_where_the_session_will_begin(
    world: World, client: Client, settings: Any, clock: Frozen
) -> None:
    settings.DEMONSTRATION = True
    User.objects.filter(pk=world.physician.pk).update(is_demonstration=True)
    chosen = Institution.objects.get(pk=world.township.pk)
    Institution.objects.filter(pk=chosen.pk).update(name_pinyin="a")  # first by name, but a second place of work
    Membership.objects.create(user=world.physician, institution=chosen, role=Role.PHYSICIAN, valid_from=clock.at.date())
    page = client.get("/login/").content.decode()
    assert "<code>physician</code>" in page
    assert f"{world.county.short_name}、{chosen.short_name}" in page
    click(client, world.physician)
    assert world.county.short_name in client.get("/clinic/").content.decode()


def test_outside_the_demonstration_one_click_is_not_there(client: Client) -> None:
    user = person("lin", is_demonstration=True)
    assert click(client, user).status_code == 404
    assert "demonstration" not in client.get("/login/").content.decode()
    assert not is_in(client)


def test_in_the_demonstration_only_its_people_are_offered(client: Client, settings: Any) -> None:
    settings.DEMONSTRATION = True
    for user in (person("real"), person("closed", is_demonstration=True, is_active=False)):
        assert click(client, user).status_code == 404
    for wrong in ("", "abc", "-1", "9" * 30, "１"):
        assert client.post("/login/demonstration/", {"account": wrong}).status_code == 404, wrong
    assert client.get("/login/demonstration/").status_code == 405
    assert not is_in(client)


def test_one_visitor_of_the_demonstration_does_not_log_out_another(client: Client, settings: Any) -> None:
    settings.DEMONSTRATION = True
    user, other = person("lin", is_demonstration=True), Client()
    click(client, user)
    click(other, user)
    client.post("/logout/")
    assert not is_in(client)
    assert is_in(other)


# --- the post one acts from


def test_one_acts_from_one_post_and_may_change_it(world: World, client: Client) -> None:
    from fenji.apps.registry.actions import give_post

    second = give_post(world.doctor, world.county, Role.PHYSICIAN, by=None)
    client.force_login(world.doctor)
    page = client.get("/account/post/")
    assert len(page.wsgi_request.posts) == 2
    client.post("/account/post/", {"post": second.pk})
    assert client.get("/account/").wsgi_request.post == second
    first = next(post for post in page.wsgi_request.posts if post != second)
    client.post("/account/post/", {"post": first.pk})
    assert client.get("/account/").wsgi_request.post == first


def test_a_new_session_begins_with_the_post_last_chosen_and_at_first_with_the_one_held_longest(
    world: World, client: Client
) -> None:
    from fenji.apps.registry.actions import end_post, give_post

    higher = give_post(world.doctor, world.city, Role.PHYSICIAN, by=None)

    def first_post() -> Membership:
        fresh = Client()
        fresh.force_login(world.doctor, BACKEND)
        found: Membership = fresh.get("/account/").wsgi_request.post
        return found

    assert first_post().institution == world.township  # not the highest
    client.force_login(world.doctor, BACKEND)
    assert '<a class="post" href="/account/post/"' in client.get("/account/").content.decode()  # the header's switch
    client.post("/account/post/", {"post": higher.pk})
    assert first_post() == higher
    end_post(higher.pk, by=None)
    assert first_post().institution == world.township
    assert '<a class="post"' not in client.get("/account/").content.decode()  # nothing to switch to


def test_the_post_of_another_cannot_be_taken(world: World, client: Client) -> None:
    client.force_login(world.doctor)
    before = client.get("/account/").wsgi_request.post
    other = world.office.memberships.get()
    for wrong in (other.pk, "", "x", 10**12):
        assert client.post("/account/post/", {"post": wrong}).status_code == 404
    assert client.get("/account/").wsgi_request.post == before


def test_a_post_that_ended_is_gone_at_the_next_click(world: World, client: Client) -> None:
    from fenji.apps.registry.actions import end_post

    client.force_login(world.doctor)
    post = client.get("/account/").wsgi_request.post
    end_post(post.pk, by=None)
    assert client.get("/account/").wsgi_request.post is None


def test_who_has_an_office_acts_from_no_post_even_if_the_rows_say_so(world: World, client: Client) -> None:
    User.objects.filter(pk=world.doctor.pk).update(office=Office.SYSTEM)
    client.force_login(world.doctor)
    request = client.get("/account/").wsgi_request
    assert (request.post, request.posts) == (None, [])


def test_large_print_and_telephone_are_ones_own_to_change(client: Client) -> None:
    user = person("lin")
    client.force_login(user)
    client.post(
        "/account/", {"phone": "0662-3411234", "email": "", "large_print": "on", "name": "别人", "office": "audit"}
    )
    user.refresh_from_db()
    assert (user.phone, user.large_print, user.name, user.office) == ("0662-3411234", True, "林国强", "")
    assert 'data-print-size="large"' in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    "path", ["/login/", "/account/", "/account/password/", "/account/post/", "/account/second-factor/", "/logout/"]
)
def test_pages_hold_to_the_strict_content_policy(path: str, client: Client) -> None:
    user = person("lin")
    if path != "/login/":
        client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    page = answer.content.decode()
    for forbidden in (" style=", "<script>", " onclick=", "http://", "https://"):
        assert forbidden not in page.replace("http://www.w3.org/", ""), forbidden
