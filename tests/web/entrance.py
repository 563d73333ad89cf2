"""What tests of getting in share: logging in by the form, and whether one is in."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from fenji.apps.accounts.models import User
from fenji.apps.common.models import AuditEvent
from tests.factories.accounts import PASSWORD
from tests.factories.world import World

NOW = 1_780_000_000


def log_in(client: Client, username: str, password: str = PASSWORD, **extra: Any) -> HttpResponse:
    return client.post("/login/", {"login": username, "password": password}, **extra)


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def client_of(world: World, name: str) -> Client:
    """The browser of one of the world's people, logged in."""
    return logged_in(world.people[name])


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(client: Client, path: str, status: int = 200) -> str:
    """The page at an address, which must answer so."""
    answer = client.get(path)
    assert answer.status_code == status, text(answer)[:2000]
    return text(answer)


def text(answer: HttpResponse) -> str:
    return answer.content.decode()
