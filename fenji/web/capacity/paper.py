"""What was written on the printed list while the network was down, entered with its true time."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fenji.apps.booking import actions, boards
from fenji.apps.booking.access import access_for
from fenji.apps.booking.models import Session
from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError, NotFound
from fenji.apps.referrals.rules import day_of
from fenji.apps.residents import search
from fenji.kernel.roles import Role
from fenji.web.capacity.words import clinic_words
from fenji.web.days import day_asked
from fenji.web.posting import number_of, once, show_faults
from fenji.web.presenters.dates import time_words
from fenji.web.presenters.names import full_name
from fenji.web.roles import PostRequest, requires_role
from fenji.web.widgets import DateTimeInput


class PaperForm(forms.Form):
    place = forms.TypedChoiceField(label=_("第几号"), coerce=int)
    who = forms.CharField(label=_("健康卡号或身份证号"), max_length=40, help_text=_("照纸上写的抄，一次一人。"))
    written_at = forms.DateTimeField(label=_("纸上登记的时间"), widget=DateTimeInput(), help_text=_("三天以内。"))

    def __init__(self, places: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["place"]
        choices.choices = places


@requires_role(Role.REFERRAL_OFFICE)
def enter(request: PostRequest) -> HttpResponse:
    at = clock.now()
    ours = boards.departments_at(request.post.institution_id)
    wanted = number_of(request.GET.get("department"))
    chosen = next((one for one in ours if one.pk == wanted), ours[0] if ours and wanted is None else None)
    if chosen is None:
        raise NotFound(_t("本机构没有这个科室的门诊。"))
    day = day_asked(request.GET.get("day", ""), day_of(at))
    sessions = boards.printable_list(chosen.pk, day, access=access_for(None, at=at, by=request.user), at=at)
    places = [
        (row.place.pk, _place_words(session, row))
        for session, rows in sessions
        for row in rows
        if row.booking is None and session.closed_at is None and session.exam_item_id is None
    ]
    form = PaperForm(places, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _entered(request, form, at))
        except DomainError as fault:
            show_faults(form, fault)
    shown = {
        "form": form, "day": day, "chosen": chosen, "at": at, "has_places": bool(places),
        "departments": [(one.pk, full_name(one)) for one in ours],
    }  # fmt: skip
    return render(request, "capacity/paper.html", shown, status=422 if form.errors else 200)


def _place_words(session: Session, row: boards.ListRow) -> str:
    """As the printed list has it: time, number, which clinic, and whether it waits for a referral."""
    words = f"{time_words(row.place.starts_at)} · {_t('%(n)d 号') % {'n': row.place.number}} · {clinic_words(session)}"
    return f"{words} · {_t('留给转诊')}" if row.is_kept else words


def _entered(request: PostRequest, form: PaperForm, at: datetime) -> str:
    given = form.cleaned_data
    found = search.identify(request.user, given["who"], at)
    if len(found) != 1:
        raise NotFound(_t("没有找到这个人。"), remedy=_t("请核对证件号；没有登记过的，先在“居民”中登记。"))
    booking = actions.enter_from_paper(
        found[0].resident_id, given["place"], written_at=given["written_at"], by=request.user, at=at
    )
    messages.success(
        request, _t("已补录：%(name)s，%(number)s 号。") % {"name": found[0].name, "number": booking.place.number}
    )
    return request.get_full_path() if request.GET else reverse("capacity_paper")
