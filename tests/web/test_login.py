"""Getting in and out: password, lock-out, sessions that end, the second factor, the demonstration's one click."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axes.models import AccessAttempt
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from fenji.apps.accounts import actions, lockout
from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.kernel.roles import Office
from tests.factories.accounts import PASSWORD, administrator, person, program
from tests.factories.slow_hasher import SlowHasher
from tests.factories.world import World, make_world

pytestmark = pytest.mark.django_db
NOW = 1_780_000_000


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


def log_in(client: Client, username: str, password: str = PASSWORD, **extra: Any) -> HttpResponse:
    return client.post("/login/", {"login": username, "password": password}, **extra)


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


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


# --- lock-out


def fail(client: Client, username: str, times: int, **extra: Any) -> HttpResponse:
    for _ in range(times):
        answer = log_in(client, username, "wrong-password-0", **extra)
    return answer


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(client: Client) -> None:
    person("lin")
    with time_machine.travel(NOW, tick=False) as moment:
        assert fail(client, "lin", 4).status_code == 200
        answer = fail(client, "lin", 1)
        assert answer.status_code == 429
        assert "安全管理员" in answer.content.decode()
        assert answer["Retry-After"] == "900"
        assert log_in(client, "lin").status_code == 429, "the right password does not help"
        assert log_in(client, "lin", REMOTE_ADDR="10.0.0.9").status_code == 429, "nor does another place"
        moment.shift(timedelta(minutes=14, seconds=50))
        assert log_in(client, "lin").status_code == 429
        moment.shift(timedelta(seconds=20))
        assert log_in(client, "lin").status_code == 302
    assert verbs().count("account.locked_out") >= 1


def test_another_case_of_the_name_is_the_same_account(client: Client) -> None:
    person("lin")
    for username in ("lin", "LIN", "Lin", " lin", "liN"):
        answer = log_in(client, username, "wrong-password-0")
    assert answer.status_code == 429


def test_trying_on_while_locked_does_not_prolong_it(client: Client) -> None:
    person("lin")
    with time_machine.travel(NOW, tick=False) as moment:
        fail(client, "lin", 5)
        moment.shift(timedelta(minutes=14))
        fail(client, "lin", 5)
        moment.shift(timedelta(minutes=2))
        assert log_in(client, "lin").status_code == 302


def test_a_success_clears_the_count_of_the_account(client: Client) -> None:
    person("lin")
    fail(client, "lin", 4)
    log_in(client, "lin")
    client.logout()
    assert fail(client, "lin", 4).status_code == 200


def test_an_address_that_tries_many_names_is_locked_and_others_are_not(client: Client, settings: Any) -> None:
    person("lin")
    for number in range(settings.FENJI_ADDRESS_FAILURES):
        answer = log_in(client, f"user{number}", "wrong-password-0", REMOTE_ADDR="10.9.9.9")
    assert answer.status_code == 429
    assert log_in(client, "lin", REMOTE_ADDR="10.9.9.9").status_code == 429
    assert log_in(Client(), "lin", REMOTE_ADDR="10.1.1.1").status_code == 302


def test_an_own_success_in_between_does_not_clear_the_address(client: Client, settings: Any) -> None:
    person("mallory")
    for number in range(settings.FENJI_ADDRESS_FAILURES):
        answer = log_in(client, f"user{number}", "wrong-password-0", REMOTE_ADDR="10.9.9.9")
        if number % 5 == 4 and answer.status_code == 200:
            assert log_in(Client(), "mallory", REMOTE_ADDR="10.9.9.9").status_code == 302
    assert answer.status_code == 429


def test_a_forged_forwarding_header_is_not_the_address(client: Client) -> None:
    person("lin")
    for number in range(5):
        answer = log_in(client, "lin", "wrong-password-0", headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert answer.status_code == 429
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"127.0.0.1"}


def test_the_security_administrator_unlocks(client: Client) -> None:
    user = person("lin")
    fail(client, "lin", 5)
    actions.unlock(user.pk, by=administrator(Office.SECURITY))
    assert log_in(client, "lin").status_code == 302


def guesses_checked_of_a_burst(settings: Any) -> int:
    """Thirty wrong passwords for one account at once; how many reached the password check."""
    settings.PASSWORD_HASHERS = ["tests.factories.slow_hasher.SlowHasher"]
    person("lin")
    SlowHasher.checked = 0
    start = Barrier(30)

    def guess(_: int) -> int:
        try:
            start.wait()
            return log_in(Client(), "lin", "wrong-password-0").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(30) as threads:
        list(threads.map(guess, range(30)))
    return SlowHasher.checked


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_guesses_gets_no_more_than_five_checked(settings: Any) -> None:
    assert 1 <= guesses_checked_of_a_burst(settings) <= 5


@pytest.mark.django_db(transaction=True)
def test_without_taking_turns_a_burst_would_get_more(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    monkeypatch.setattr(lockout, "is_first_try_now", lambda username: True)
    assert guesses_checked_of_a_burst(settings) > 5


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


# --- the second factor


@pytest.fixture
def required(settings: Any) -> Iterator[None]:
    settings.FENJI_REQUIRE_SECOND_FACTOR = True
    with time_machine.travel(NOW, tick=False):
        yield


def code_at(secret: str, seconds: float = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time() + seconds) // 30))


def enrol(client: Client) -> str:
    """Through the page; returns the app's secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_at(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes"), page.content.decode()
    return secret


@pytest.mark.usefixtures("required")
def test_staff_without_one_are_led_to_enrolment_before_anything_else(world: World, client: Client) -> None:
    client.force_login(world.doctor)
    for path in ("/", "/account/", "/account/password/", "/account/second-factor/", "/does-not-exist/"):
        assert client.get(path)["Location"] == reverse("mfa_activate_totp"), path
    enrol(client)
    assert is_in(client)
    assert "account.enrol_second_factor" in verbs()


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("office", [Office.SYSTEM, Office.SECURITY, Office.AUDIT])
def test_administrators_are_staff(office: Office, client: Client) -> None:
    client.force_login(administrator(office))
    assert client.get("/")["Location"] == reverse("mfa_activate_totp")


@pytest.mark.usefixtures("required")
def test_residents_need_none(world: World, client: Client) -> None:
    client.force_login(world.patient)
    assert is_in(client)


def test_an_installation_may_go_without(world: World, client: Client) -> None:
    client.force_login(world.doctor)
    assert is_in(client)


@pytest.mark.usefixtures("required")
def test_login_asks_for_the_code_and_takes_each_code_once(world: World, client: Client) -> None:
    world.doctor.set_password(PASSWORD)
    world.doctor.save()
    client.force_login(world.doctor)
    secret = enrol(client)
    with time_machine.travel(NOW + 60, tick=False):
        first, second = Client(), Client()
        assert log_in(first, "doctor")["Location"] == reverse("mfa_authenticate")
        assert not is_in(first), "the password alone lets nobody in"
        assert first.post(reverse("mfa_authenticate"), {"code": code_at(secret)})["Location"] == "/"
        assert is_in(first)
        log_in(second, "doctor")
        answer = second.post(reverse("mfa_authenticate"), {"code": code_at(secret)})
        assert "不正确或已用过" in answer.content.decode(), "a replay is refused"
        assert not is_in(second)
        assert second.post(reverse("mfa_authenticate"), {"code": code_at(secret, 30)})["Location"] == "/"
        third = Client()
        log_in(third, "doctor")
        assert third.post(reverse("mfa_authenticate"), {"code": code_at(secret)}).status_code == 200, "nor an older one"


@pytest.mark.usefixtures("required")
def test_the_code_used_to_enrol_does_not_log_in(world: World, client: Client) -> None:
    world.doctor.set_password(PASSWORD)
    world.doctor.save()
    client.force_login(world.doctor)
    secret, other = enrol(client), Client()
    log_in(other, "doctor")
    assert other.post(reverse("mfa_authenticate"), {"code": code_at(secret)}).status_code == 200
    assert not is_in(other)


@pytest.mark.usefixtures("required")
def test_five_wrong_codes_lock_the_account(world: World, client: Client) -> None:
    world.doctor.set_password(PASSWORD)
    world.doctor.save()
    client.force_login(world.doctor)
    secret, other = enrol(client), Client()
    log_in(other, "doctor")
    answers = [other.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    with time_machine.travel(NOW + 60, tick=False):
        answer = other.post(reverse("mfa_authenticate"), {"code": code_at(secret)})
        assert answer.status_code == 429
        assert log_in(Client(), "doctor").status_code == 429
        assert not is_in(other)


@pytest.mark.usefixtures("required")
def test_recovery_codes_are_shown_once_and_work_once(world: World, client: Client) -> None:
    world.doctor.set_password(PASSWORD)
    world.doctor.save()
    client.force_login(world.doctor)
    enrol(client)
    page = client.get(reverse("mfa_view_recovery_codes"))
    codes = page.context["unused_codes"]
    assert len(codes) == 10
    assert codes[0] in page.content.decode()
    assert codes[0] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    for expected in (302, 200):
        other = Client()
        log_in(other, "doctor")
        assert other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == expected
        assert is_in(other) == (expected == 302)
    assert "account.use_recovery_code" in verbs()


@pytest.mark.usefixtures("required")
def test_secrets_of_the_second_factor_are_sealed_in_the_database(world: World, client: Client) -> None:
    client.force_login(world.doctor)
    secret = enrol(client)
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)


@pytest.mark.usefixtures("required")
def test_nobody_takes_it_off_alone(world: World, client: Client) -> None:
    client.force_login(world.doctor)
    enrol(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=world.doctor, type="totp").exists()


@pytest.mark.usefixtures("required")
def test_new_recovery_codes_want_the_password_or_code_again(world: World, client: Client) -> None:
    client.force_login(world.doctor)
    secret = enrol(client)
    with time_machine.travel(NOW + 600, tick=False):
        answer = client.get(reverse("mfa_generate_recovery_codes"))
        assert answer["Location"].startswith((reverse("account_reauthenticate"), reverse("mfa_reauthenticate")))
        client.post(reverse("mfa_reauthenticate"), {"code": code_at(secret)})
        assert client.post(reverse("mfa_generate_recovery_codes"))["Location"] == reverse("mfa_view_recovery_codes")
    assert "account.renew_recovery_codes" in verbs()


@pytest.mark.django_db(transaction=True)
def test_one_code_sent_many_times_at_once_lets_one_in() -> None:
    from fenji.apps.accounts import second_factor
    from fenji.web.accounts.adapters import SecondFactorAdapter

    user = person("lin")
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=user, type="totp", data={"secret": SecondFactorAdapter().encrypt(secret)})
    start, code = Barrier(8), code_at(secret)

    def use(_: int) -> bool:
        try:
            start.wait()
            return second_factor.accept(user, code) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(use, range(8))) == 1


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
    from fenji.kernel.roles import Role

    second = give_post(world.doctor, world.county, Role.PHYSICIAN, by=None)
    client.force_login(world.doctor)
    page = client.get("/account/post/")
    assert len(page.wsgi_request.posts) == 2
    client.post("/account/post/", {"post": second.pk})
    assert client.get("/account/").wsgi_request.post == second
    first = next(post for post in page.wsgi_request.posts if post != second)
    client.post("/account/post/", {"post": first.pk})
    assert client.get("/account/").wsgi_request.post == first


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
