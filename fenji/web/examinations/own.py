"""The resident's examinations: when and where, what to do before, and what came of it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.booking import exam_lists, examinations
from fenji.apps.common.errors import NotFound
from fenji.apps.residents.queries import family_of_ids
from fenji.web.examinations.words import row_of
from fenji.web.resident.person import ResidentRequest, for_resident

MOST = 60


@require_GET
@for_resident
def own(request: ResidentRequest) -> HttpResponse:
    found = exam_lists.of_residents(family_of_ids(request.resident.pk))[:MOST]
    rows = [row_of(one, request.at, to_resident=True) for one in found]
    return render(request, "examinations/own.html", {"rows": rows, **_who(request)})


@require_GET
@for_resident
def result(request: ResidentRequest, order_id: UUID) -> HttpResponse:
    """One with its result; reading it is written down."""
    order = exam_lists.of_residents(family_of_ids(request.resident.pk)).filter(pk=order_id).first()
    if order is None:
        raise NotFound
    examinations.read_result(order_id, by=request.user, at=request.at)
    row = row_of(order, request.at, to_resident=True)
    return render(request, "examinations/own_result.html", {"row": row, "order": order, **_who(request)})


def _who(request: ResidentRequest) -> dict[str, object]:
    return {"resident": request.resident, "is_self": request.is_self, "at": request.at}
