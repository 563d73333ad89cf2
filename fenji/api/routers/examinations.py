"""Examinations: what is offered and when, ordering, results."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from fenji.api.callers import caller_of
from fenji.api.shapes import booking
from fenji.api.shapes import examinations as shapes
from fenji.api.shapes.common import WRITE, Moment, RowId, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.booking import exam_items, exam_rebooking, examinations, queries
from fenji.apps.booking.access import access_for
from fenji.apps.booking.policies import REFERRED
from fenji.apps.common.errors import NotFound
from fenji.apps.residents import relations
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.queries import resolve

router = Router(tags=["examinations"])
MOST_TIMES = 200


@router.get(
    "/institutions/{code}/examinations", response=answers(200, shapes.ExamItemsShown), summary="What is examined"
)
def items(request: HttpRequest, code: str) -> shapes.ExamItemsShown:
    found = queries.exam_items_of(code, timezone.localdate(caller_of(request).at))
    return shapes.ExamItemsShown(items=[shapes.item_shown(one) for one in found])


@router.post(
    "/examinations",
    response=answers(201, shapes.ExamItemShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Offer an examination",
)
def put_item(request: HttpRequest, given: shapes.ExamItemIn) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.ExamItemShown:
        form = exam_items.ItemForm(**given.dict())
        return shapes.item_shown(exam_items.put_item(form, by=caller.user, at=caller.at))

    return once(request, given, perform, status=201)


@router.get("/examinations/{item_id}/times", response=answers(200, booking.PlacesShown), summary="Free times")
def times(
    request: HttpRequest, item_id: RowId, from_at: Annotated[Moment, Query()], until_at: Annotated[Moment, Query()]
) -> booking.PlacesShown:
    """The soonest 200 that begin in the half-open span; who may order sees the reserved ones too."""
    caller = caller_of(request)
    item = queries.exam_item_with_id(item_id)
    access = REFERRED if caller.posts else access_for(None, at=caller.at)
    found = queries.free_places(
        [item.department_id], from_at, until_at, access=access, at=caller.at, limit=MOST_TIMES, exam_item_id=item.pk
    )
    return booking.PlacesShown(items=[booking.place_shown(one) for one in found])


@router.post(
    "/examination-orders",
    response=answers(201, shapes.OrderShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Order an examination",
)
def order(request: HttpRequest, given: shapes.OrderIn) -> HttpResponse:
    """Straight into the calendar of who examines; 409 with other free times when somebody was faster."""
    caller = caller_of(request)

    def perform() -> shapes.OrderShown:
        asked = given.dict()
        whom = resolve(asked.pop("resident_id")).pk
        made = examinations.order(
            whom, asked.pop("item_id"), asked.pop("question"), by=caller.user, at=caller.at, **asked
        )
        return shapes.order_shown(made.order)

    return once(request, given, perform, status=201)


@router.get(
    "/residents/{resident_id}/examination-orders",
    response=answers(200, list[shapes.OrderShown]),
    summary="A resident's examinations",
)
def orders(request: HttpRequest, resident_id: UUID) -> list[shapes.OrderShown]:
    caller = caller_of(request)
    resident = relations.access_resident(caller.user, resident_id, at=caller.at, purpose=Purpose.CARE)
    return [shapes.order_shown(one) for one in queries.exam_orders_of(resident.pk)[:100]]


@router.post(
    "/examination-orders/{order_id}/cancel",
    response=answers(200, shapes.OrderShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Not wanted any more",
)
def cancel(request: HttpRequest, order_id: UUID, given: shapes.WithdrawIn) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.OrderShown:
        return shapes.order_shown(examinations.cancel_order(order_id, given.reason, by=caller.user, at=caller.at))

    return once(request, given, perform)


@router.post(
    "/examination-orders/{order_id}/rebook",
    response=answers(200, shapes.OrderShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Another time for an order without one",
)
def rebook(request: HttpRequest, order_id: UUID, given: shapes.RebookIn) -> HttpResponse:
    """Its clinic was stopped and nothing else was free. 409 when it has a time; without a free one it waits."""
    caller = caller_of(request)

    def perform() -> shapes.OrderShown:
        made = exam_rebooking.book_anew(order_id, by=caller.user, at=caller.at, **given.dict())
        return shapes.order_shown(made.order)

    return once(request, given, perform)


@router.post(
    "/examination-orders/{order_id}/result",
    response=answers(200, shapes.ResultShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="What was found",
)
def report(request: HttpRequest, order_id: UUID, given: shapes.ResultIn) -> HttpResponse:
    """From the institution that examined; who ordered is told, the whole house when it is critical."""
    caller = caller_of(request)

    def perform() -> shapes.ResultShown:
        result = examinations.Result(**given.dict())
        return shapes.result_shown(examinations.report(order_id, result, by=caller.user, at=caller.at))

    return once(request, given, perform)


@router.get(
    "/examination-orders/{order_id}/result", response=answers(200, shapes.ResultShown), summary="Read the result"
)
def read(request: HttpRequest, order_id: UUID) -> shapes.ResultShown:
    """For who has the resident in care; every reading is written down."""
    caller = caller_of(request)
    found = examinations.read_result(order_id, by=caller.user, at=caller.at)
    if found.reported_at is None:
        raise NotFound
    return shapes.result_shown(found)
