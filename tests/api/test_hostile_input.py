"""Everything a machine can think of to send, from the description itself: no 5xx, every answer as described.

A few examples an operation in `make test`, a thousand in `make prove`. Half of the calls are aimed at rows that exist.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, DataError, close_old_connections, connection, transaction
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from fenji.api.description import schema as described
from fenji.api.routers import residents
from fenji.apps.common import clock
from fenji.apps.referrals import actions
from fenji.apps.referrals.models import Complaint
from tests.api.conftest import program_at
from tests.factories.world import World, make_places, make_world, resident_id

NOON = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
QUIET = [
    HealthCheck.too_slow,
    HealthCheck.function_scoped_fixture,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
]
# A body may fit its shape and still mean what cannot be: a day in the past, a town there is not, an older version.
MEANT_OTHERWISE = ["412", "422"]


def described_to(*, with_every_boundary: bool) -> Any:
    """The description as the generator reads it. Boundaries of every field are some hundred calls an operation."""
    schema = schemathesis.openapi.from_dict(described(), config=SchemathesisConfig())
    schema.app = get_wsgi_application()
    checks = schema.config.checks
    checks.positive_data_acceptance.expected_statuses += MEANT_OTHERWISE
    checks.missing_required_header.expected_statuses += ["404", "428"]
    checks.negative_data_rejection.expected_statuses += ["412", "413"]
    schema.config.phases.coverage.enabled = with_every_boundary
    return schema


schema, thorough = described_to(with_every_boundary=False), described_to(with_every_boundary=True)


@pytest.fixture
def world(db: None, settings: Any) -> Iterator[World]:
    settings.FENJI_API_CALLS_PER_MINUTE = 10**9
    for signal in (request_started, request_finished):  # the test's transaction outlives its requests
        signal.disconnect(close_old_connections)
    with clock.set_to(NOON):
        yield make_world(NOON)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def aimed(world: World) -> dict[str, list[Any]]:
    """Names of path and body fields with values that exist."""
    places = make_places(world.departments["yx-renmin.cardio"], world.at, count=8)
    form = world.form(place=places[0].pk)
    up = actions.refer(resident_id(world), form, by=world.doctor, institution_id=world.township.pk)
    complaint = Complaint.objects.create(referral=up, text="等得太久", made_at=world.at)
    assert world.team is not None
    return {
        "referral_id": [up.pk], "resident_id": [resident_id(world)], "kept_id": [resident_id(world)],
        "department_id": [unit.pk for unit in world.departments.values()], "session_id": [places[0].session_id],
        "place_id": [place.pk for place in places], "team_id": [world.team.pk], "booking_id": [up.booking_id],
        "complaint_id": [complaint.pk], "code": ["yx-renmin", "阳西县人民医院"], "merged_id": [uuid4()],
    }  # fmt: skip


@pytest.fixture
def token(world: World) -> str:
    return program_at(world.county, "his")[1]


def aim(case: Any, aimed: dict[str, list[Any]]) -> None:
    """Send every other call at something that is there."""
    seed = len(repr(case.body)) + len(repr(case.path_parameters))
    if seed % 2:
        return
    for name in case.path_parameters or {}:
        if name in aimed:
            case.path_parameters[name] = str(aimed[name][seed % len(aimed[name])])
    if isinstance(case.body, dict):
        for name in case.body:
            if name in aimed and isinstance(case.body[name], str | int):
                value = aimed[name][seed % len(aimed[name])]
                case.body[name] = value if isinstance(value, int) else str(value)


def attack(case: Any, aimed: dict[str, list[Any]], headers: dict[str, str]) -> None:
    if case.meta is None or case.meta.generation.mode.is_positive:
        aim(case, aimed)
    response = case.call(headers=headers)
    has_nul = "\\x00" in repr((case.body, case.query))  # JSON has it, PostgreSQL has not: 400
    case.validate_response(response, headers=headers, excluded_checks=[positive_data_acceptance] if has_nul else [])
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # fails where the database refused a value that no check had refused


@schema.parametrize()
@settings(max_examples=4, deadline=None, suppress_health_check=QUIET, derandomize=True)
def test_nothing_a_program_sends_breaks_the_api(case: Any, aimed: dict[str, list[Any]], token: str):
    attack(case, aimed, {"Authorization": f"Bearer {token}"})


@pytest.mark.prove
@thorough.parametrize()
@settings(max_examples=1000, deadline=None, suppress_health_check=QUIET)
def test_nothing_a_program_sends_in_a_thousand_tries_breaks_the_api(case: Any, aimed: dict[str, list[Any]], token: str):
    attack(case, aimed, {"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("fault", [RuntimeError("boom"), DataError("out of range")])
def test_the_attack_finds_a_fault_where_there_is_one(
    world: World, token: str, monkeypatch: pytest.MonkeyPatch, fault: Exception
):
    """A control: the same attack on a copy that breaks, or that leaves a value to the database, fails."""

    def broken(*given: object) -> None:
        if isinstance(fault, DataError):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        raise fault

    monkeypatch.setattr(residents, "search", broken)
    case = schema["/api/v1/residents/search"]["POST"].Case(body={"text": "x"}, media_type="application/json")
    with pytest.raises((DatabaseError, BaseExceptionGroup)), transaction.atomic():
        attack(case, {}, {"Authorization": f"Bearer {token}"})
