"""Callers of the API: programs with tokens at the township and at the county hospital, people with sessions."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from fenji.apps.accounts import actions as accounts
from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.registry.models import Institution, Membership
from fenji.kernel.roles import Role
from tests.factories.world import World, make_world


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


@dataclass
class Answered:
    """An answer as a test reads it."""

    status: int
    body: Any
    headers: Any


class Api:
    """A caller. `get` and `post` take paths below /api/v1/ and give status, body and headers."""

    def __init__(self, client: Client, **headers: str) -> None:
        self.client, self.headers = client, headers

    def get(self, path: str, **query: Any) -> Answered:
        return _read(self.client.get(f"/api/v1/{path}", query, headers=self.headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.send("post", path, body, **headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {} if body is None else {"data": sent, "content_type": "application/json"}
        call = getattr(self.client, method)
        return _read(call(f"/api/v1/{path}", headers={**self.headers, **named}, **given))

    def upload(self, path: str, **files: Any) -> Answered:
        return _read(self.client.post(f"/api/v1/{path}", files, headers=self.headers))


def _read(response: Any) -> Answered:
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    return Answered(response.status_code, response.json() if is_json else response.content, response.headers)


def program_at(house: Institution, username: str) -> tuple[User, str]:
    """A hospital's system with its one post and a token."""
    user = User.objects.create_user(username, None, name="医院系统", is_program=True)
    Membership.objects.create(
        user=user, institution=house, role=Role.PROGRAM, valid_from=Membership.objects.first().valid_from
    )
    return user, accounts.issue_token(user.pk, username, by=None)[1]


@pytest.fixture
def program(world: World) -> Callable[[Institution], Api]:
    """A program of an institution."""

    def make(house: Institution) -> Api:
        _user, token = program_at(house, f"his-{house.code}")
        return Api(Client(), Authorization=f"Bearer {token}")

    return make


@pytest.fixture
def township(world: World, program: Callable[[Institution], Api]) -> Api:
    return program(world.township)


@pytest.fixture
def county(world: World, program: Callable[[Institution], Api]) -> Api:
    return program(world.county)


@pytest.fixture
def person(world: World, settings: Any) -> Callable[[str], Api]:
    """Someone of the world, logged in to the pages."""
    settings.FENJI_REQUIRE_SECOND_FACTOR = False

    def make(name: str) -> Api:
        client = Client()
        client.force_login(world.people[name])
        return Api(client)

    return make
