"""Another time for an order that has none: in the same house, else where the rules would send this patient."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fenji.apps.booking import exam_lists, exam_rebooking, examinations, queries
from fenji.apps.booking.errors import SlotTaken
from fenji.apps.booking.exam_lists import Offered
from fenji.apps.booking.models import ExamItem, ExamOrder
from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.apps.referrals.choosing import Question, choose
from fenji.kernel.referral import Direction, Urgency
from fenji.web.examinations.ordering import times_of
from fenji.web.examinations.orders import last_time
from fenji.web.examinations.words import row_of
from fenji.web.posting import number_of, once
from fenji.web.presenters.dates import moment_words
from fenji.web.presenters.names import short_name
from fenji.web.roles import PostRequest, requires_role


@require_http_methods(["GET", "POST"])
@requires_role()
def rebook(request: PostRequest, order_id: UUID) -> HttpResponse:
    """The free times, the soonest chosen already; without one the order waits. Reading it is written down."""
    at = clock.now()
    examinations.read_result(order_id, by=request.user, at=at)
    order = exam_lists.with_times(ExamOrder.objects.filter(pk=order_id)).get()
    item = _item(request, order)
    if not exam_rebooking.may_book_anew(order, item, request.user, at=at):
        raise NotFound
    fault = ""
    if request.method == "POST":
        try:
            return once(request, lambda: _rebooked(request, order, item, at))
        except SlotTaken as error:
            fault = f"{error.message}{error.remedy}"
    times, row = times_of(item, request.GET.get("from", ""), at), row_of(order, at)
    shown = {
        "order": order, "row": row, "item": item, "times": times, "at": at, "fault": fault,
        "value": times.places[0].pk if times.places else "", "others": _others(request, order, item, at),
        "stopped": last_time(order) if row.stands.code == "without_time" else None,
    }  # fmt: skip
    return render(request, "examinations/rebook.html", shown, status=422 if fault else 200)


def _item(request: PostRequest, order: ExamOrder) -> ExamItem:
    """The order's own, unless another house's is asked for; whether it is the same is for the action to say."""
    wanted = number_of(request.GET.get("item"))
    return queries.exam_item_with_id(wanted) if wanted else order.item


def _rebooked(request: PostRequest, order: ExamOrder, item: ExamItem, at: datetime) -> str:
    place = number_of(request.POST.get("place"))
    made = exam_rebooking.book_anew(order.pk, by=request.user, at=at, place_id=place, item_id=item.pk)
    words = {"name": item.name, "where": short_name(item.institution)}
    if made.booking is None:
        messages.success(request, _("%(name)s：%(where)s目前没有空，已登记候补，有空时通知居民和您。") % words)
    else:
        words["when"] = moment_words(made.booking.place.starts_at, at=at)
        messages.success(request, _("%(name)s已另约：%(where)s，%(when)s。已告诉居民。") % words)
    return reverse("exam_one", args=[order.pk])


def _others(request: PostRequest, order: ExamOrder, item: ExamItem, at: datetime) -> list[Offered]:
    """The same examination of other houses, for who ordered: as the rules would send the patient, then the soonest."""
    found = [one for one in exam_rebooking.same_elsewhere(order.item, at=at) if one.item.pk != item.pk]
    if not found or not exam_rebooking.may_book_anew(order, found[0].item, request.user, at=at):
        return []
    question = Question(order.resident, order.ordered_from, Direction.UP, Urgency.ROUTINE, "", "", {}, at)
    preferred = [one.candidate.code for one in choose(question, with_places=False).choice.proposals]
    rank = {code: number for number, code in enumerate(preferred)}
    return sorted(found, key=lambda one: rank.get(one.item.institution.code, len(rank)))
