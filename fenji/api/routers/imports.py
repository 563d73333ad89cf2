"""Spreadsheets: templates out, files in, the dry run, the load."""

import hashlib
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router
from ninja.files import UploadedFile

from fenji.api.callers import caller_of
from fenji.api.shapes import notices as shapes
from fenji.api.shapes.common import WRITE, answers
from fenji.api.writing import REPEATABLE, once
from fenji.exchange import actions, policies, queries
from fenji.exchange.sheet_writing import MEDIA_TYPE, template_of
from fenji.exchange.sheets import MOST_BYTES

router = Router(tags=["imports"])
Kind = Literal["institutions", "departments", "staff", "residents", "schedules", "contracts", "beds", "blocks"]
WORKBOOK = {"responses": {200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}}


@router.get(
    "/imports/templates/{kind}",
    response=answers(200, None),
    openapi_extra=WORKBOOK,
    summary="An empty table to fill in",
)
def template(request: HttpRequest, kind: Kind) -> HttpResponse:
    response = HttpResponse(template_of(policies.kind_called(kind)), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
    return response


@router.post(
    "/imports",
    response=answers(201, shapes.UploadShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Send a file in and try it out",
)
def receive(
    request: HttpRequest,
    kind: Annotated[Kind, Query()],
    file: Annotated[UploadedFile, File()],
    system: Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9._:-]*$")] = "",
) -> HttpResponse:
    """xlsx or csv. The dry run finds every bad row; nothing is loaded before it is confirmed, then all or nothing."""
    caller = caller_of(request)
    content = file.read(MOST_BYTES + 1)

    def perform() -> shapes.UploadShown:
        upload = actions.receive(
            kind, name=file.name or "", content=content, by=caller.user, posts=caller.posts, system=system
        )
        return shapes.upload_shown(upload)

    asked = {"kind": kind, "system": system, "sha256": hashlib.sha256(content).hexdigest()}
    return once(request, asked, perform, status=201)


@router.get("/imports/{upload_id}", response=answers(200, shapes.UploadShown), summary="How far it is")
def upload(request: HttpRequest, upload_id: UUID) -> shapes.UploadShown:
    return shapes.upload_shown(queries.upload_of(caller_of(request).user, upload_id))


@router.post(
    "/imports/{upload_id}/confirm",
    response=answers(200, shapes.UploadShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Load it",
)
def confirm(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """A long file is loaded by the worker: ask how far it is. Confirming twice loads once."""
    caller = caller_of(request)
    return once(request, None, lambda: shapes.upload_shown(actions.confirm(upload_id, by=caller.user)))
