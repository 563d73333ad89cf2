"""Residents: found, registered, corrected, merged, received; every reading is audited with its relation."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from fenji.api.callers import caller_of
from fenji.api.shapes import residents as shapes
from fenji.api.shapes.common import WRITE, RowId, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.common.errors import Forbidden
from fenji.apps.residents import actions, duplicates, proofs, relations
from fenji.apps.residents.listing import record_listing
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.queries import resolve
from fenji.apps.residents.search import search

router = Router(tags=["residents"])


@router.post("/residents/search", response=answers(200, shapes.SearchShown), summary="Find residents")
def find(request: HttpRequest, given: shapes.SearchIn) -> shapes.SearchShown:
    """One's own by name, pinyin, initials or number; anyone else by what the patient shows, masked, with a proof."""
    caller = caller_of(request)
    found = search(caller.user, given.text, caller.at, given.page)
    return shapes.SearchShown(
        own=[shapes.resident_shown(one) for one in found.own],
        strangers=[shapes.stranger_shown(one) for one in found.strangers],
        page=found.page,
        has_next=found.has_next,
    )


@router.post(
    "/residents", response=answers(201, shapes.ResidentShown, WRITE), openapi_extra=REPEATABLE, summary="Register"
)
def register(request: HttpRequest, given: shapes.RegisterIn) -> HttpResponse:
    """Register a person who is here now; a visit at the caller's institution is opened with it."""
    caller = caller_of(request)

    def perform() -> shapes.ResidentShown:
        house = caller.institution_id(given.acting_institution)
        resident = actions.register(
            given.told(), by=caller.user, institution_id=house, document_seen=given.document_seen
        )
        return shapes.resident_shown(resident)

    return once(request, given, perform, status=201)


@router.get("/residents/{resident_id}", response=answers(200, shapes.ResidentShown), summary="One resident")
def resident(request: HttpRequest, resident_id: UUID) -> shapes.ResidentShown:
    """The row that is kept of a merged pair. The same 404 for absent and not one's own."""
    caller = caller_of(request)
    return shapes.resident_shown(
        relations.access_resident(caller.user, resident_id, at=caller.at, purpose=Purpose.CARE)
    )


@router.put(
    "/residents/{resident_id}",
    response=answers(200, shapes.ResidentShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Correct",
)
def correct(request: HttpRequest, resident_id: UUID, given: shapes.CorrectIn) -> HttpResponse:
    """Replace what is registered; an empty ID or telephone number leaves the one that is kept."""
    caller = caller_of(request)
    return once(
        request,
        given,
        lambda: shapes.resident_shown(actions.correct(resident_id, given.told(), reason=given.reason, by=caller.user)),
    )


@router.post(
    "/residents/{resident_id}/identity",
    response=answers(200, shapes.ResidentShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Complete an identity",
)
def complete(request: HttpRequest, resident_id: UUID, given: shapes.ParticularsIn) -> HttpResponse:
    """Give a newborn or an unknown patient the papers that were seen."""
    caller = caller_of(request)
    return once(
        request,
        given,
        lambda: shapes.resident_shown(actions.complete_identity(resident_id, given.told(), by=caller.user)),
    )


@router.get("/duplicates", response=answers(200, shapes.DuplicatesShown), summary="Rows that may be one person")
def candidates(
    request: HttpRequest, page: Annotated[int, Query(ge=1, le=1000)] = 1
) -> shapes.DuplicatesShown:  # fmt: skip
    """Pairs at the caller's places of work, with the reasons; of a row of another house only a masked name."""
    caller = caller_of(request)
    pairs, has_next = duplicates.duplicate_candidates(caller.user, caller.at, page)
    seen = [relations.relation_for(caller.user, pair.other.pk, caller.at) is not None for pair in pairs]
    shown = [shapes.pair_shown(pair, may_see=may) for pair, may in zip(pairs, seen, strict=True)]
    named = [pair.other.pk for pair, may in zip(pairs, seen, strict=True) if may]
    record_listing(
        "duplicates", [*(pair.resident.pk for pair in pairs), *named], by=caller.user, at=caller.at, page=page
    )
    return shapes.DuplicatesShown(items=shown, page=page, has_next=has_next)


@router.post(
    "/emergency-access",
    response=answers(201, shapes.VisitShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Break the glass",
)
def emergency(request: HttpRequest, given: shapes.EmergencyIn) -> HttpResponse:
    """Whoever treats reads a record for three hours and says why; audit officers and the resident are told."""
    caller = caller_of(request)

    def perform() -> shapes.VisitShown:
        resident = resolve(proofs.read(given.proof, caller.user, caller.at))
        return shapes.visit_shown(relations.emergency_access(caller.user, resident.pk, given.reason))

    return once(request, given, perform, status=201)


@router.post(
    "/merges", response=answers(201, shapes.MergeShown, WRITE), openapi_extra=REPEATABLE, summary="Merge two rows"
)
def merge(request: HttpRequest, given: shapes.MergeIn) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.MergeShown:
        made = actions.merge(kept_id=given.kept_id, merged_id=given.merged_id, reason=given.reason, by=caller.user)
        return shapes.merge_shown(made)

    return once(request, given, perform, status=201)


@router.post(
    "/merges/{merge_id}/undo",
    response=answers(200, shapes.MergeShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Take a merge back",
)
def unmerge(request: HttpRequest, merge_id: RowId, given: shapes.ReasonIn) -> HttpResponse:
    caller = caller_of(request)
    return once(
        request, given, lambda: shapes.merge_shown(actions.unmerge(merge_id, reason=given.reason, by=caller.user))
    )


@router.post(
    "/visits", response=answers(201, shapes.VisitShown, WRITE), openapi_extra=REPEATABLE, summary="Start a visit"
)
def visit(request: HttpRequest, given: shapes.VisitIn) -> HttpResponse:
    """The patient of a search result is here: the institution may see the record for 24 hours."""
    caller = caller_of(request)

    def perform() -> shapes.VisitShown:
        house = caller.institution_id(given.acting_institution)
        return shapes.visit_shown(relations.start_visit(given.proof, by=caller.user, institution_id=house))

    if not caller.posts:
        raise Forbidden
    return once(request, given, perform, status=201)
