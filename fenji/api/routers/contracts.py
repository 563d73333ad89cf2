"""Family-doctor contracts."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from fenji.api.callers import caller_of
from fenji.api.shapes import residents as shapes
from fenji.api.shapes.common import WRITE, RowId, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.common.errors import NotFound
from fenji.apps.contracts import actions, queries
from fenji.apps.registry.models import Team
from fenji.apps.residents import relations
from fenji.apps.residents.policies import Purpose

router = Router(tags=["contracts"])


@router.get(
    "/residents/{resident_id}/contracts", response=answers(200, shapes.ContractsShown), summary="A resident's contracts"
)
def contracts(request: HttpRequest, resident_id: UUID) -> shapes.ContractsShown:
    caller = caller_of(request)
    resident = relations.access_resident(caller.user, resident_id, at=caller.at, purpose=Purpose.CARE)
    return shapes.ContractsShown(items=[shapes.contract_shown(one) for one in queries.contracts_of(resident.pk)])


@router.post("/contracts", response=answers(201, shapes.ContractShown, WRITE), openapi_extra=REPEATABLE, summary="Sign")
def sign(request: HttpRequest, given: shapes.SignIn) -> HttpResponse:
    """Sign a resident with a team from a day until before another; the resident must be in the caller's care."""
    caller = caller_of(request)

    def perform() -> shapes.ContractShown:
        _check(request, given)
        made = actions.sign(
            given.resident_id, given.team_id, valid_from=given.valid_from, valid_until=given.valid_until,
            by=caller.user, at=caller.at,
        )  # fmt: skip
        return shapes.contract_shown(made)

    return once(request, given, perform, status=201)


@router.post(
    "/contracts/move",
    response=answers(201, shapes.ContractShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Move to another team",
)
def move(request: HttpRequest, given: shapes.MoveContractIn) -> HttpResponse:
    """The old contract ends on `valid_from` and the new one begins, or neither."""
    caller = caller_of(request)

    def perform() -> shapes.ContractShown:
        _check(request, given)
        made = actions.move(
            given.resident_id, given.team_id, on=given.valid_from, valid_until=given.valid_until, reason=given.reason,
            by=caller.user, at=caller.at,
        )  # fmt: skip
        return shapes.contract_shown(made)

    return once(request, given, perform, status=201)


@router.post(
    "/contracts/{contract_id}/end",
    response=answers(200, shapes.ContractShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="End early",
)
def end(request: HttpRequest, contract_id: RowId, given: shapes.EndContractIn) -> HttpResponse:
    caller = caller_of(request)
    return once(
        request,
        given,
        lambda: shapes.contract_shown(
            actions.end(contract_id, on=given.on, reason=given.reason, by=caller.user, at=caller.at)
        ),
    )


def _check(request: HttpRequest, given: shapes.SignIn) -> None:
    """The resident is in the caller's care, and there is such a team."""
    caller = caller_of(request)
    relations.access_resident(caller.user, given.resident_id, at=caller.at, purpose=Purpose.CARE)
    if not Team.objects.filter(pk=given.team_id).exists():
        raise NotFound
