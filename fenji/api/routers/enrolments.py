"""In which scheme and as whom residents are insured, for the insurer's own register."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from fenji.api.callers import caller_of
from fenji.api.shapes import enrolments as shapes
from fenji.api.shapes.common import WRITE, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.payments import access
from fenji.apps.payments.actions.enrolling import Told, enrol
from fenji.apps.payments.insured import spans_of

router = Router(tags=["enrolments"])


@router.get(
    "/residents/{resident_id}/enrolments", response=answers(200, shapes.SpansShown), summary="A resident's enrolments"
)
def enrolments(request: HttpRequest, resident_id: UUID) -> shapes.SpansShown:
    """For the insurer; spans and suspensions, the latest first."""
    caller = caller_of(request)
    resident = access.access_insured(caller.user, resident_id, at=caller.at)
    return shapes.SpansShown(items=[shapes.span_shown(span) for span in spans_of(resident.pk)])


@router.post(
    "/residents/{resident_id}/enrolments", response=answers(200, shapes.EnrolledShown, WRITE),
    openapi_extra=REPEATABLE, summary="Enter a span",
)  # fmt: skip
def enter(request: HttpRequest, resident_id: UUID, given: shapes.SpanIn) -> HttpResponse:
    """Enter or correct the span that begins on a day. Bills of its time settled before are settled anew; what a patient
    would owe waits for the insurer's decision."""
    caller = caller_of(request)
    resident = access.access_insured(caller.user, resident_id, at=caller.at)
    told = Told(**given.model_dump(exclude={"source"}))
    return once(
        request, given,
        lambda: shapes.enrolled_shown(enrol(resident.pk, told, source=given.source, by=caller.user)),
    )  # fmt: skip
