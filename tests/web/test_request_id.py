"""One number goes through answer, log and audit."""

import pytest
from django.test import Client

from fenji.apps.common import audit
from fenji.apps.common.models import AuditEvent
from tests.factories.accounts import PASSWORD, person

pytestmark = pytest.mark.django_db


def test_every_answer_has_its_own_number_and_so_have_its_audit_rows(client: Client) -> None:
    person("lin")
    first = client.post("/login/", {"login": "lin", "password": "wrong-password-0"})
    second = client.post("/login/", {"login": "lin", "password": PASSWORD})
    numbers = [answer["X-Request-ID"] for answer in (first, second)]
    assert len(set(numbers)) == 2
    assert list(AuditEvent.objects.order_by("pk").values_list("request_id", flat=True)) == numbers
    assert audit.request_id.get() == ""


def test_a_number_from_outside_is_not_believed(client: Client) -> None:
    answer = client.get("/login/", headers={"X-Request-ID": "mine"})
    assert answer["X-Request-ID"] != "mine"
