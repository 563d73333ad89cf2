"""The status without an account: an address that guesses waits, whatever it guesses at; others do not."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from fenji.apps.accounts.models import WrongTry
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions
from fenji.apps.referrals.models import Referral
from tests.factories.world import World, make_world, resident_id

pytestmark = pytest.mark.django_db
MOST = 3


@pytest.fixture
def referral(clock: Frozen, settings: object) -> Referral:
    settings.FENJI_ADDRESS_FAILURES = MOST  # type: ignore[attr-defined]
    world: World = make_world(clock.at)
    return actions.refer(resident_id(world), world.form(), by=world.doctor, institution_id=world.township.pk)


def ask(number: str, born: str = "1958-05-01", address: str = "10.0.0.1") -> HttpResponse:
    return Client(REMOTE_ADDR=address).post("/status/", {"number": number, "birth_date": born})


def test_many_numbers_guessed_from_one_address_end_in_waiting(referral: Referral, clock: Frozen) -> None:
    for place in range(MOST):
        assert ask(f"26030{place}-000000-1").status_code == 422
        clock.advance(timedelta(minutes=1))
    answer = ask(referral.number)  # right, and not answered
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) == 12 * 60
    assert "请 12 分钟后再试" in answer.content.decode()
    assert "阳西县人民医院" not in answer.content.decode()


def test_another_address_is_answered_and_time_helps(referral: Referral, clock: Frozen) -> None:
    for place in range(MOST):
        ask(f"26030{place}-000000-1")
    assert ask(referral.number, address="10.0.0.2").status_code == 200
    clock.advance(timedelta(minutes=15))
    assert ask(referral.number).status_code == 200


def test_right_answers_and_looking_cost_nothing(referral: Referral) -> None:
    for _ in range(MOST + 1):
        assert ask(referral.number).status_code == 200
        assert Client(REMOTE_ADDR="10.0.0.1").get(f"/status/{referral.number}/").status_code == 200
    assert not WrongTry.objects.exists()


def test_yesterdays_wrong_tries_are_forgotten(referral: Referral, clock: Frozen) -> None:
    ask("260301-000000-1")
    clock.advance(timedelta(days=1, minutes=1))
    ask("260302-000000-1")
    assert WrongTry.objects.count() == 1
