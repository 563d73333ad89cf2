"""What a house examines: its items with advice and minutes, and the weekly times of each, set by who keeps clinics."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fenji.apps.booking import exam_items, exam_lists, patterns, queries
from fenji.apps.booking.exam_items import ItemForm, TimesForm
from fenji.apps.booking.models import ExamItem, Schedule
from fenji.apps.booking.policies import KEEPERS
from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department
from fenji.web.posting import once, show_faults
from fenji.web.presenters.dates import WEEKDAYS
from fenji.web.presenters.names import full_name
from fenji.web.roles import PostRequest, requires_role
from fenji.web.widgets import DateInput, TimeInput

CODE = r"^[A-Za-z0-9._-]+$"


class ItemBoxes(forms.Form):
    """One item. Its code is given once: the hospital's messages and tables name the item by it."""

    code = forms.RegexField(
        CODE, label=_("项目代码"), max_length=40, help_text=_("字母、数字、点、横线，如 US-ABD；定了不能改。"),
        error_messages={"invalid": _("只用字母、数字、点、横线和下划线。")},
    )  # fmt: skip
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("申请医生和居民看到的名称，如 腹部彩超。"))
    department_id = forms.TypedChoiceField(label=_("科室"), coerce=int)
    minutes = forms.IntegerField(
        label=_("每人分钟"), min_value=exam_items.SHORTEST, max_value=exam_items.LONGEST, initial=15
    )
    preparation = forms.CharField(
        label=_("检查前准备"), max_length=300, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("约好后告诉居民，如：空腹 8 小时，带以前的报告。"),
    )  # fmt: skip
    equipment = forms.CharField(
        label=_("所用设备"), max_length=60, required=False, help_text=_("设备检修时，按这个名称一起停诊改约。")
    )
    valid_until = forms.DateField(
        label=_("停用日期"), required=False, widget=DateInput(), help_text=_("从这天起不再接受申请；已约的照常。")
    )

    def __init__(self, departments: list[tuple[int, str]], *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["department_id"]
        choices.choices = departments
        if not is_new:
            del self.fields["code"]


class TimesBoxes(forms.Form):
    """The same hours on one or several days of the week."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("星期"), coerce=int, choices=list(enumerate(WEEKDAYS)), widget=forms.CheckboxSelectMultiple
    )
    starts = forms.TimeField(label=_("开始"), widget=TimeInput())
    ends = forms.TimeField(label=_("结束"), widget=TimeInput())
    minutes = forms.IntegerField(label=_("每人分钟"), min_value=exam_items.SHORTEST, max_value=exam_items.LONGEST)
    valid_from = forms.DateField(label=_("从哪天起"), widget=DateInput())


@require_GET
@requires_role(*KEEPERS)
def items(request: PostRequest) -> HttpResponse:
    """All the house's items: what is told beforehand, how long, and when the next is free."""
    at = clock.now()
    rows = exam_lists.items_of(request.post.institution_id, at=at)
    return render(request, "examinations/items.html", {"rows": rows, "at": at, "today": day_of(at)})


@require_http_methods(["GET", "POST"])
@requires_role(*KEEPERS)
def new(request: PostRequest) -> HttpResponse:
    at = clock.now()
    form = ItemBoxes(_departments(request, at), request.POST if request.method == "POST" else None, is_new=True)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _put(request, form, None))
        except Invalid as fault:
            show_faults(form, fault)
    return render(request, "examinations/item_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires_role(*KEEPERS)
def one(request: PostRequest, item_id: int) -> HttpResponse:
    """One item and its weekly times; either is changed by its own form."""
    at, item = clock.now(), _item(request, item_id)
    sent = request.POST.get("what", "") if request.method == "POST" else ""
    form = ItemBoxes(
        _departments(request, at, item), request.POST if sent == "item" else None, initial=vars(item), is_new=False
    )
    usual = {"minutes": item.minutes, "valid_from": day_of(at)}
    times = TimesBoxes(request.POST if sent == "times" else None, initial=usual, auto_id="times_%s")
    if sent == "item" and form.is_valid():
        try:
            return once(request, lambda: _put(request, form, item))
        except Invalid as fault:
            show_faults(form, fault)
    if sent == "times" and times.is_valid():
        try:
            return once(request, lambda: _set_times(request, times, item))
        except Invalid as fault:
            show_faults(times, fault, {"place_minutes": "minutes"})
    weekly = [(row, WEEKDAYS[row.weekday]) for row in queries.weekly_times(item.pk, day_of(at))]
    shown = {"item": item, "form": form, "times": times, "weekly": weekly, "at": at, "today": day_of(at)}
    return render(request, "examinations/item.html", shown, status=422 if form.errors or times.errors else 200)


@require_POST
@requires_role(*KEEPERS)
def end_times(request: PostRequest, schedule_id: int) -> HttpResponse:
    """No more of these weekly times from tomorrow; who was booked is moved or told."""
    house = request.post.institution_id
    found = Schedule.objects.filter(pk=schedule_id, exam_item__institution_id=house).first()
    if found is None:
        raise NotFound

    def perform() -> str:
        at = clock.now()
        moved = patterns.end_schedule(found.pk, day_of(at) + timedelta(days=1), by=request.user, at=at)
        left = sum(one.new is None for one in moved)
        words = _t("明天起不再排这段时间。已约的 %(moved)d 人已改约，%(left)d 人暂无时间、待重约。")
        messages.success(request, words % {"moved": len(moved) - left, "left": left})
        return reverse("exam_item", args=[found.exam_item_id])

    return once(request, perform)


def _item(request: PostRequest, item_id: int) -> ExamItem:
    """One of the house's own. Raises NotFound."""
    item = ExamItem.objects.filter(pk=item_id, institution_id=request.post.institution_id).first()
    if item is None:
        raise NotFound
    return item


def _departments(request: PostRequest, at: datetime, item: ExamItem | None = None) -> list[tuple[int, str]]:
    """Departments of the house that treat; the item's own even where it has been closed."""
    day = day_of(at)
    in_use = Q(valid_until=None) | Q(valid_until__gt=day)
    own = Q(pk=item.department_id if item else None)
    found = Department.objects.filter(in_use & Q(is_office=False) | own, institution_id=request.post.institution_id)
    return [(one.pk, full_name(one)) for one in found.order_by("code")]


def _put(request: PostRequest, form: ItemBoxes, item: ExamItem | None) -> str:
    given = {**({"code": item.code} if item else {}), **form.cleaned_data}
    made = exam_items.put_item(ItemForm(**given), by=request.user, at=clock.now(), is_new=item is None)
    messages.success(request, _t("%(name)s已保存。") % {"name": made.name})
    return reverse("exam_item", args=[made.pk])


def _set_times(request: PostRequest, form: TimesBoxes, item: ExamItem) -> str:
    given = {**form.cleaned_data, "weekdays": tuple(form.cleaned_data["weekdays"])}
    made = exam_items.set_times(item.pk, TimesForm(**given), by=request.user, at=clock.now())
    words = _t("已排好，可约的时间多了 %(count)d 个。")
    messages.success(request, words % {"count": made})
    return reverse("exam_item", args=[item.pk])
