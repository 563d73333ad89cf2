"""The examining house: who is expected today, who has arrived, whose result is still to be written; writing it."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fenji.apps.booking import actions, exam_lists, exam_rebooking, examinations
from fenji.apps.booking.errors import AlreadyReported
from fenji.apps.booking.examinations import Result
from fenji.apps.booking.models import Booking, ExamOrder
from fenji.apps.booking.policies import KEEPERS, RECEIVERS, ZONE
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.posts import roles_at
from fenji.kernel.roles import Role
from fenji.web.days import day_asked
from fenji.web.examinations.words import row_of
from fenji.web.posting import once, show_faults
from fenji.web.roles import PostRequest, requires_role

ROOM = (Role.PHYSICIAN, Role.REFERRAL_OFFICE)


class ResultForm(forms.Form):
    conclusion = forms.CharField(
        label=_("结论"), max_length=examinations.CONCLUSION, widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    findings = forms.CharField(
        label=_("所见"), max_length=examinations.FINDINGS, required=False, widget=forms.Textarea({"rows": 5})
    )
    attachment = forms.CharField(
        label=_("影像或报告的存放位置"), max_length=examinations.ATTACHMENT, required=False,
        help_text=_("本院影像系统中的编号，方便对方调阅。"),
    )  # fmt: skip
    is_critical = forms.BooleanField(label=_("危急值：立即通知申请医生和全机构"), required=False)
    correction = forms.CharField(label=_("更正原因"), max_length=80, required=False)

    def __init__(self, order: ExamOrder, data: Any = None) -> None:
        before = {name: getattr(order, name) for name in ("conclusion", "findings", "attachment", "is_critical")}
        super().__init__(data, initial=before)
        if order.reported_at is None:
            del self.fields["correction"]


@require_GET
@requires_role(*ROOM)
def room(request: PostRequest) -> HttpResponse:
    """One day's list by time; above it whoever was examined before and still has no result."""
    at, house = clock.now(), request.post.institution_id
    day = day_asked(request.GET.get("day", ""), day_of(at))
    expected = exam_lists.expected_on(house, day, at=at)
    late = [row_of(one, at) for one in exam_lists.awaiting_result(house, datetime.combine(day, time(), ZONE))[:50]]
    anew = [row_of(one, at) for one in exam_rebooking.to_book_anew(at=at).filter(item__institution_id=house)[:50]]
    people = {str(one.resident_id) for one in expected} | {str(row.order.resident_id) for row in [*late, *anew]}
    if people:
        audit.record(
            "resident.list", request.post.institution, by=request.user, at=at, institution_id=house,
            details={"residents": sorted(people), "examinations": True},
        )  # fmt: skip
    is_today = day == day_of(at)
    shown = {
        "expected": expected, "late": late, "anew": anew, "day": day, "today": day_of(at), "is_today": is_today,
        "at": at, "may_keep": request.post.role in KEEPERS,
    }  # fmt: skip
    return render(request, "examinations/room.html", shown)


@require_POST
@requires_role(*ROOM)
def arrive(request: PostRequest, booking_id: UUID) -> HttpResponse:
    def perform() -> str:
        found = Booking.objects.filter(pk=booking_id, exam_order__isnull=False).first()
        if found is None:
            raise NotFound
        actions.mark_arrived(booking_id, by=request.user, at=clock.now())
        messages.success(request, _t("已登记到检，完成后请写结果。"))
        return reverse("exam_room")

    return once(request, perform)


@require_http_methods(["GET", "POST"])
@requires_role(*ROOM)
def report(request: PostRequest, order_id: UUID) -> HttpResponse:
    """The result; a second one says why it corrects the first."""
    at = clock.now()
    order = exam_lists.with_times(ExamOrder.objects.filter(pk=order_id)).first()
    if order is None or not roles_at(request.user, order.item.institution_id, day_of(at)) & RECEIVERS:
        raise NotFound
    form = ResultForm(order, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _reported(request, order, form))
        except (Invalid, AlreadyReported) as fault:
            show_faults(form, fault)
    elif request.method == "GET":
        examinations.read_result(order_id, by=request.user, at=at)
    shown = {"form": form, "order": order, "row": row_of(order, at), "at": at}
    return render(request, "examinations/report.html", shown, status=422 if form.errors else 200)


def _reported(request: PostRequest, order: ExamOrder, form: ResultForm) -> str:
    given = form.cleaned_data
    examinations.report(order.pk, Result(**given), by=request.user, at=clock.now())
    critical = _t("危急值已通知申请医生和其机构，请同时电话告知。")
    messages.success(request, critical if given["is_critical"] else _t("结果已发给申请医生和居民。"))
    return reverse("exam_room")
