"""Ordering an examination: which one and where, then the time and the question; straight into the other's calendar."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from fenji.apps.booking import exam_lists, examinations, queries
from fenji.apps.booking.errors import SlotTaken
from fenji.apps.booking.models import ExamItem, Place
from fenji.apps.booking.offering import FAR
from fenji.apps.booking.policies import ORDERERS, REFERRED, ZONE
from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.snapshot import network
from fenji.apps.residents.models import Resident
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.web.days import day_asked
from fenji.web.posting import number_of, once, show_faults
from fenji.web.presenters.dates import local, moment_words
from fenji.web.presenters.names import short_name
from fenji.web.roles import PostRequest, requires_role

MOST_ITEMS, MOST_TIMES, DAYS_SHOWN = 60, 400, 3


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=gettext_lazy("检查目的"), max_length=examinations.QUESTION, widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("主要症状和想知道什么，例：右上腹痛三天，有无胆结石。"),
    )  # fmt: skip


@require_GET
@requires_role(*ORDERERS)
def choose(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """Every examination offered, by name; for each house the next free time, how long people waited, how far it is."""
    at, word = clock.now(), request.GET.get("q", "").strip()[:40]
    resident = access_resident(request.user, resident_id, at=at, purpose=Purpose.CARE)
    snapshot, ours = network(), request.post.institution_id
    rows = [
        (one, _metres(snapshot.distance_km(ours, one.item.institution_id)))
        for one in exam_lists.offered(word, day_of(at), at=at)[:MOST_ITEMS]
    ]
    shown = {"rows": rows, "word": word, "resident": resident, "at": at}
    return render(request, "examinations/choose.html", shown)


@require_http_methods(["GET", "POST"])
@requires_role(*ORDERERS)
def order(request: PostRequest, resident_id: UUID, item_id: int) -> HttpResponse:
    """The time and the question; without a free time the order waits and is offered the next."""
    at = clock.now()
    resident = access_resident(request.user, resident_id, at=at, purpose=Purpose.CARE)
    item = queries.exam_item_with_id(item_id)
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _ordered(request, resident, item, form, at))
        except (Invalid, SlotTaken) as fault:
            show_faults(form, fault)
    shown = {
        "resident": resident, "item": item, "form": form, "at": at,
        "times": times_of(item, request.GET.get("from", ""), at), "value": request.POST.get("place", ""),
    }  # fmt: skip
    return render(request, "examinations/order.html", shown, status=422 if form.errors else 200)


def _ordered(request: PostRequest, resident: Resident, item: ExamItem, form: QuestionForm, at: datetime) -> str:
    place = number_of(request.POST.get("place"))
    made = examinations.order(
        resident.pk, item.pk, form.cleaned_data["question"], by=request.user, at=at, place_id=place,
        may_wait=place is None,
    )  # fmt: skip
    words = {"name": item.name, "where": short_name(item.institution)}
    if made.booking is None:
        messages.success(request, _("%(name)s：%(where)s目前没有空，已登记候补，有空时通知居民和您。") % words)
    else:
        words["when"] = moment_words(made.booking.place.starts_at, at=at)
        messages.success(request, _("%(name)s已约好：%(where)s，%(when)s。准备事项已告诉居民。") % words)
    return reverse("exam_one", args=[made.order.pk])


@dataclass(frozen=True)
class Times:
    """Free times of a few whole days; from which day there are more, and whether there are sooner ones."""

    places: list[Place]
    later: date | None = None
    is_later: bool = False


def times_of(item: ExamItem, asked: str, at: datetime) -> Times:
    """The next free times of an examination from the day asked for on, for who orders."""
    first = max(day_asked(asked, day_of(at)), day_of(at))
    from_at = max(at, datetime.combine(first, time(), ZONE))
    found = queries.free_places(
        [item.department_id], from_at, at + FAR, access=REFERRED, at=at, limit=MOST_TIMES, exam_item_id=item.pk
    )
    if not found and from_at > at:
        return times_of(item, "", at)
    days = sorted({local(one.starts_at).date() for one in found})
    later = days[DAYS_SHOWN] if len(days) > DAYS_SHOWN else None
    shown = [one for one in found if later is None or local(one.starts_at).date() < later]
    return Times(shown, later, is_later=from_at > at)


def _metres(km: float | None) -> int | str:
    return round(km * 1000) if km is not None else ""
