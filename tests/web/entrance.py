"""What tests of getting in share: logging in by the form, and whether one is in."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from fenji.apps.common.models import AuditEvent
from tests.factories.accounts import PASSWORD

NOW = 1_780_000_000


def log_in(client: Client, username: str, password: str = PASSWORD, **extra: Any) -> HttpResponse:
    return client.post("/login/", {"login": username, "password": password}, **extra)


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
