"""Who may call: tokens of programs, sessions of people, nobody else; each as one account with a rate."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from fenji.apps.accounts import actions as accounts
from fenji.apps.accounts.models import ApiToken, User
from fenji.apps.common.clock import Frozen
from fenji.apps.registry.models import Membership
from fenji.kernel.roles import Role
from tests.api.conftest import Api, program_at
from tests.factories.world import World


def test_a_program_is_known_by_its_token_and_acts_for_its_institution(township: Api):
    answer = township.get("me")
    assert answer.status == 200
    assert answer.body["is_program"] is True
    assert [post["institution"] for post in answer.body["posts"]] == ["yx-zhilong"]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer fenji_wrong", "Basic YTpi", "fenji_x", "Bearer ünïcode"]
)
def test_without_a_valid_token_nobody_comes_in(world: World, header: str):
    answer = Api(Client(), **({"Authorization": header} if header else {})).get("me")
    assert (answer.status, answer.body["code"]) == (401, "unauthorized")
    assert answer.body["remedy"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_or_expired_token_is_worth_nothing(world: World, clock: Frozen):
    _user, secret = program_at(world.county, "his")
    api = Api(Client(), Authorization=f"Bearer {secret}")
    assert api.get("me").status == 200
    accounts.revoke_token(ApiToken.objects.get().pk, by=None)
    assert api.get("me").status == 401
    _user, other = program_at(world.county, "his2")
    clock.advance(timedelta(days=366))
    assert Api(Client(), Authorization=f"Bearer {other}").get("me").status == 401


def test_a_disabled_program_is_locked_out_at_once(world: World):
    user, secret = program_at(world.county, "his")
    accounts.disable(user.pk, reason="停用旧系统", by=None)
    assert Api(Client(), Authorization=f"Bearer {secret}").get("me").status == 401


def test_a_program_with_two_institutions_or_none_is_refused(world: World):
    user, secret = program_at(world.county, "his")
    api = Api(Client(), Authorization=f"Bearer {secret}")
    post = Membership.objects.get(user=user)
    Membership.objects.create(user=user, institution=world.city, role=Role.PROGRAM, valid_from=post.valid_from)
    assert api.get("me").status == 403
    Membership.objects.filter(user=user).delete()
    assert api.get("me").status == 403


def test_people_call_with_their_session(person: Callable[[str], Api]):
    answer = person("doctor").get("me")
    assert (answer.status, answer.body["username"]) == (200, "doctor")


def test_a_session_cannot_write_without_the_csrf_token(world: World):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.doctor)
    answer = Api(client).post("notices/read", {"ids": [1]})
    assert (answer.status, answer.body["code"]) == (403, "forbidden")


def test_a_session_that_has_something_to_do_first_is_told_so_in_json(world: World, settings: Any):
    settings.FENJI_REQUIRE_SECOND_FACTOR = True
    client = Client()
    client.force_login(world.doctor)
    answer = Api(client).get("me")
    assert (answer.status, answer.body["code"]) == (401, "unauthorized")


def test_too_many_calls_are_told_when_to_come_again(township: Api, county: Api, settings: Any):
    settings.FENJI_API_CALLS_PER_MINUTE = 3
    answers = [township.get("me") for _call in range(5)]
    assert [answer.status for answer in answers].count(429) >= 1
    refused = answers[-1]
    assert refused.body["code"] == "too_many_requests"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert county.get("me").status == 200  # each account has its own rate


def test_an_administrator_sees_no_residents(world: World, settings: Any):
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    admin = User.objects.create_user("sys", "Werft-Dampfer-Nebel-41", name="系统管理员", office="system")
    client = Client()
    client.force_login(admin)
    api = Api(client)
    assert world.resident is not None
    assert api.get(f"residents/{world.resident.pk}").status == 404
    assert api.get("referrals").status == 403
