"""The same call many times at once, and many calls on one version. Each race fails on a copy without its guard."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from fenji.api import writing
from fenji.apps.common import clock as fenji_clock
from fenji.apps.referrals import actions
from fenji.apps.referrals.actions import moving
from fenji.apps.referrals.models import Referral, Step
from tests.api.conftest import Answered, Api, program_at
from tests.conftest import NOON
from tests.factories.world import World, make_world, resident_id
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
CALLS = [pytest.param(6, 2, id="few"), pytest.param(40, 20, id="full", marks=pytest.mark.prove)]


@pytest.fixture
def world() -> Iterator[World]:
    with fenji_clock.set_to(NOON):
        yield make_world(NOON)


@pytest.fixture
def tokens(world: World) -> dict[str, str]:
    return {"township": program_at(world.township, "low")[1], "county": program_at(world.county, "high")[1]}


def api(token: str) -> Api:
    return Api(Client(raise_request_exception=False), Authorization=f"Bearer {token}")


def race_with_one_key(world: World, tokens: dict[str, str], calls: int, key: str) -> None:
    before = Referral.objects.count()
    body = {"resident_id": str(resident_id(world)), "form": world.form(), "send": False}

    def call() -> Answered:
        return api(tokens["township"]).post("referrals", body, Idempotency_Key=key)

    answers = together([call] * calls)
    assert {one.status for one in answers} <= {201, 409}, [one.body for one in answers]
    assert len({one.body["id"] for one in answers if one.status == 201}) == 1
    assert Referral.objects.count() == before + 1


def race_on_one_version(world: World, tokens: dict[str, str], calls: int, key: str) -> None:
    up = actions.refer(resident_id(world), world.form(), by=world.doctor, institution_id=world.township.pk)
    version = up.version

    def call(number: int) -> Callable[[], Answered]:
        path = f"referrals/{up.pk}/moves/send_record"
        return lambda: api(tokens["township"]).post(path, {"note": f"第 {number} 份"}, If_Match=f'"{version}"')

    answers = together([call(number) for number in range(calls)])
    statuses = [one.status for one in answers]
    assert statuses.count(200) == 1, statuses
    assert set(statuses) <= {200, 409, 412}
    assert Step.objects.filter(referral=up, action="send_record").count() == 1


@pytest.mark.parametrize("race", [race_with_one_key, race_on_one_version])
@pytest.mark.parametrize(("calls", "rounds"), CALLS)
def test_at_the_same_moment_one_effect(
    world: World, tokens: dict[str, str], race: Callable[..., None], calls: int, rounds: int
):
    for number in range(rounds):
        race(world, tokens, calls, f"key-{number}")


def _once_or_oftener(key: str, *, actor_id: int, request: Any, perform: Callable[[], Any]) -> Any:
    status, body = perform()
    return status, json.dumps(body)


@pytest.mark.parametrize(
    ("race", "place", "guard", "mutant"),
    [
        (race_with_one_key, writing, "answer_once", _once_or_oftener),
        (race_on_one_version, moving, "_check_version", lambda referral, version: None),
    ],
)
def test_without_its_guard_the_race_is_lost(
    world: World, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch,
    race: Callable[..., None], place: Any, guard: str, mutant: Callable[..., Any],
):  # fmt: skip
    monkeypatch.setattr(place, guard, mutant)
    with pytest.raises(AssertionError):
        race(world, tokens, 6, "key")
