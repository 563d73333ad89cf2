"""Whatever is sent, the answer is a clear 4xx in one shape, and nothing is written."""

import json
from typing import Any

import pytest

from fenji.apps.referrals.models import Referral
from tests.api.conftest import Api
from tests.factories.world import World, resident_id

SHAPE = {"code", "message", "remedy", "fields", "alternatives"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400), ("{", 400), ("nonsense", 400), (b"\xff\xfe", 400), ('{"text": "\\u0000"}', 400),
        ('{"text": "\\ud800"}', 400), ('{"page": NaN}', 400), ('{"page": 1e999}', 422), ("[" * 5000, 400),
        ("[" * 20 + "]" * 20, 400), ("[]", 422), ("null", 422), ('{"text": 5}', 422), ('{"text": ["a"]}', 422),
        ('{"page": "1"}', 422), ('{"page": 0}', 422), ('{"page": 1.5}', 422), ('{"page": true}', 422),
        ('{"text": "' + "x" * 81 + '"}', 422), ('{"unknown": 1}', 422), ('{"page": ' + "9" * 5000 + "}", 400),
    ],
)  # fmt: skip
def test_bad_bodies_are_refused_in_one_shape(township: Api, body: Any, status: int):
    answer = township.post("residents/search", body or " ")
    assert answer.status == status
    assert set(answer.body) == SHAPE
    assert answer.body["message"]


def test_a_body_that_is_not_json_is_refused(township: Api):
    response = township.client.post(
        "/api/v1/residents/search", {"text": "x"}, content_type="application/xml", headers=township.headers
    )
    assert response.status_code == 400
    assert set(response.json()) == SHAPE


def test_an_oversize_body_is_refused_unread(township: Api):
    answer = township.post("residents/search", json.dumps({"text": "x" * (3 * 1024 * 1024)}))
    assert (answer.status, answer.body["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "path",
    [
        "institutions/%00", "institutions?region=%00", "residents/not-a-uuid", "departments/0/sessions?on=2026-03-05",
        "departments/99999999999999999999/sessions?on=2026-03-05", "departments/1/sessions?on=20260305",
        "departments/1/sessions?on=0", "departments/1/sessions", "referrals?page=0", "referrals?page=x",
        "referrals?box=everything", "departments/1/places?from_at=2026-03-05&until_at=1",
        "departments/1/places?from_at=0001-01-01T00:00:00%2B08:00&until_at=9999-12-31T23:59:59-12:00",
        "network?county=" + "x" * 41, "nothing-here", "institutions/无此机构",
    ],
)  # fmt: skip
def test_bad_addresses_are_refused_in_one_shape(township: Api, path: str):
    answer = township.get(path)
    assert answer.status in {400, 404, 422}
    assert set(answer.body) == SHAPE


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_a_method_that_is_not_offered_is_named_so(township: Api, method: str):
    answer = township.send(method, "me")
    assert (answer.status, answer.body["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_undeclared_fields_change_nothing(township: Api, world: World):
    body = {"resident_id": str(resident_id(world)), "form": world.form(), "state": "completed"}
    assert township.post("referrals", body).status == 422
    body = {"resident_id": str(resident_id(world)), "form": world.form(approved_by=1)}
    answer = township.post("referrals", body)
    assert (answer.status, list(answer.body["fields"])) == (422, ["form.approved_by"])
    assert Referral.objects.count() == 0


def test_every_faulty_box_of_a_form_is_named(township: Api, world: World):
    form = world.form(institution="none", consent_by="", diagnosis_name="", slip={"history": "电话 13800138000"})
    answer = township.post("referrals", {"resident_id": str(resident_id(world)), "form": form})
    assert answer.status == 422
    assert set(answer.body["fields"]) == {"institution", "consent_by", "diagnosis_name", "history"}
    assert "13800138000" not in json.dumps(answer.body)


def test_every_refusal_is_described(township: Api):
    from fenji.api.description import schema

    for path, operations in schema()["paths"].items():
        for method, operation in operations.items():
            described = {int(code) for code in operation["responses"]}
            assert {400, 401, 403, 404, 413, 422, 429} <= described, (method, path)
            if method != "get" and not path.endswith(("search", "evaluate", "proposals")):
                assert 409 in described, (method, path)
