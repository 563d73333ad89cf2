"""What the house ordered and where it stands; one order with its result; cancelling it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.booking import exam_lists, exam_rebooking, examinations
from fenji.apps.booking.models import Booking, ExamOrder
from fenji.apps.booking.policies import KEEPERS, RECEIVERS
from fenji.apps.common import audit, clock
from fenji.apps.registry.posts import roles_at
from fenji.kernel.roles import CLINICAL
from fenji.web.examinations.room import ROOM
from fenji.web.examinations.words import row_of
from fenji.web.posting import once
from fenji.web.presenters.dates import local
from fenji.web.roles import PostRequest, requires_role

A_PAGE = 30


@require_GET
@requires_role(*CLINICAL)
def orders(request: PostRequest) -> HttpResponse:
    """Results nobody has read first; then what was ordered, latest first."""
    at, house = clock.now(), request.post.institution_id
    new = [row_of(one, at) for one in exam_lists.unread(house)[:A_PAGE]]
    anew = [row_of(one, at) for one in exam_rebooking.to_book_anew(at=at).filter(ordered_from_id=house)[:A_PAGE]]
    page = Paginator(exam_lists.ordered_from(house), A_PAGE).get_page(request.GET.get("page"))
    rows = [row_of(one, at) for one in page]
    if people := sorted({str(row.order.resident_id) for row in [*anew, *new, *rows]}):
        audit.record(
            "resident.list", request.post.institution, by=request.user, at=at, institution_id=house,
            details={"residents": people, "examinations": True},
        )  # fmt: skip
    shown = {
        "anew": anew, "new": new, "rows": rows, "page": page, "at": at, "may_keep": request.post.role in KEEPERS,
    }  # fmt: skip
    return render(request, "examinations/orders.html", shown)


@require_GET
@requires_role()
def one(request: PostRequest, order_id: UUID) -> HttpResponse:
    """One order, for who has the resident in care and for the house that examines; reading it is written down."""
    at = clock.now()
    examinations.read_result(order_id, by=request.user, at=at)
    order = exam_lists.with_times(ExamOrder.objects.filter(pk=order_id)).select_related("reported_by", "read_by").get()
    day = local(at).date()
    row = row_of(order, at)
    ours = roles_at(request.user, order.ordered_from_id, day) & RECEIVERS
    examines = roles_at(request.user, order.item.institution_id, day) & RECEIVERS
    shown = {
        "row": row, "order": order, "at": at, "back": _back(request, is_ours=bool(ours)),
        "may_cancel": bool(ours) and row.may_cancel,
        "may_report": bool(examines) and not order.cancelled_at,
        "may_arrive": bool(examines) and row.stands.code == "booked",
        "may_book_anew": bool(ours | examines) and row.may_book_anew,
        "stopped": last_time(order) if row.stands.code == "without_time" else None,
    }  # fmt: skip
    return render(request, "examinations/one.html", shown)


@require_POST
@requires_role()
def cancel(request: PostRequest, order_id: UUID) -> HttpResponse:
    def perform() -> str:
        examinations.cancel_order(order_id, request.POST.get("reason", ""), by=request.user, at=clock.now())
        messages.success(request, _("检查申请已取消，时间已让出。"))
        return reverse("exam_one", args=[order_id])

    return once(request, perform)


def _back(request: PostRequest, *, is_ours: bool) -> tuple[str, str] | None:
    """The list it stands on that this post may open: address and name."""
    if is_ours and request.post.role in CLINICAL:
        return reverse("exam_orders"), _("检查申请")
    return (reverse("exam_room"), _("检查登记")) if request.post.role in ROOM else None


def last_time(order: ExamOrder) -> Booking | None:
    """The time it had and lost."""
    return max(order.bookings.all(), key=lambda one: (one.made_at, one.pk), default=None)
