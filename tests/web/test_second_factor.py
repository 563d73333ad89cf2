"""The second factor: enrolment before anything else, each code once, recovery codes, secrets sealed."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.urls import reverse

from fenji.apps.common.clock import Frozen
from fenji.kernel.roles import Office
from tests.factories.accounts import PASSWORD, administrator, person
from tests.factories.world import World, make_world
from tests.web.entrance import NOW, is_in, log_in, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


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
