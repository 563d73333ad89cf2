"""The moves a resident may make: one plain page each, saying what it means before anything changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from fenji.apps.booking.errors import SlotTaken
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.referrals import actions, policies
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import Move, Party
from fenji.web.posting import once, show_faults, version_of
from fenji.web.presenters.names import full_name
from fenji.web.referrals.forms import MoveForm, form_for
from fenji.web.resident.person import ResidentRequest, for_resident
from fenji.web.resident.standing import uses_choice, visit_words
from fenji.web.resident.told import own_referral

Words = str | Promise
ONLY_RESIDENT = frozenset({Party.RESIDENT})


@dataclass(frozen=True)
class Page:
    """What stands on the page of a move; `done` is said afterwards."""

    title: Words
    lead: Words
    button: Words
    done: Words
    tone: str = "primary"
    consent: Words = ""
    note: Words = ""  # the label of the box for words


# In the order of the buttons. {receiver}, {when}: the place booked now.
PAGES: dict[str, Page] = {
    "schedule": Page(
        gettext_lazy("选择就诊时间"),
        gettext_lazy("点一个方便的时间，再按最下面的按钮。"),
        gettext_lazy("就约这个时间"),
        gettext_lazy("约好了，请按时就诊。"),
        consent=gettext_lazy("同意按所选时间到{receiver}就诊，医院和家庭医生会马上知道。"),
    ),
    "reschedule": Page(
        gettext_lazy("换一个时间"),
        gettext_lazy("现在约的是 {when}。换好以前，这个号一直留着。"),
        gettext_lazy("换成这个时间"),
        gettext_lazy("时间换好了，请按新的时间就诊。"),
        consent=gettext_lazy("同意改到所选时间就诊，原来的号让给别人。"),
    ),
    "decline_offer": Page(
        gettext_lazy("时间都不合适"),
        gettext_lazy("告诉医院什么时候方便，医院会重新安排。转诊仍然有效。"),
        gettext_lazy("告诉医院"),
        gettext_lazy("已经告诉医院，请等医院重新安排。"),
        note=gettext_lazy("什么时候方便？例：周三下午，或下周任何一天上午"),
    ),
    "cancel_appointment": Page(
        gettext_lazy("取消这次预约"),
        gettext_lazy("只取消 {when} 的号，转诊仍然有效，可以再选时间。"),
        gettext_lazy("取消预约"),
        gettext_lazy("预约已取消。转诊仍然有效，请另选时间。"),
        tone="danger",
        note=gettext_lazy("想告诉医院的话"),
    ),
    "withdraw": Page(
        gettext_lazy("不转诊了"),
        gettext_lazy("撤回后这次转诊就结束，留着的号也会让出。拿不准时，请先打电话问您的医生。"),
        gettext_lazy("撤回转诊"),
        gettext_lazy("转诊已撤回。还需要时，请您的医生重新转诊。"),
        tone="danger",
        note=gettext_lazy("想告诉医生的话"),
    ),
    "request_cancellation": Page(
        gettext_lazy("申请取消转诊"),
        gettext_lazy("{receiver}已经接收，取消要等医院同意。拿不准时，请先打电话问您的医生。"),
        gettext_lazy("申请取消"),
        gettext_lazy("申请已送到医院，请等答复。"),
        tone="danger",
        note=gettext_lazy("想告诉医生的话"),
    ),
    "complain": Page(
        gettext_lazy("投诉"),
        gettext_lazy("{receiver}和您的医生所在机构都会看到，答复会显示在这里。投诉不影响就诊。"),
        gettext_lazy("提交投诉"),
        gettext_lazy("投诉已提交，答复会显示在这里。"),
        note=gettext_lazy("哪里不满意？"),
    ),
}
REASONS_OFFERED: dict[str, dict[str, Words]] = {
    "withdraw": {
        "improved": gettext_lazy("好多了，不用去了"),
        "resident_declined": gettext_lazy("不想转诊"),
        "went_elsewhere": gettext_lazy("已经自己去看过了"),
    },
    "cancel_appointment": {"resident_wish": gettext_lazy("那天去不了")},
}
REASONS_OFFERED["request_cancellation"] = REASONS_OFFERED["withdraw"]


def moves_of(referral: Referral) -> list[tuple[str, Page]]:
    """The moves the resident may make now, in the order of their buttons."""
    rows = policies.possible_moves(referral, ONLY_RESIDENT, approval_required=False)  # a signature is no resident's
    possible = {row.action for row in rows}
    if not uses_choice(referral):
        possible -= {"schedule", "decline_offer"}
    return [(action, page) for action, page in PAGES.items() if action in possible]


@require_http_methods(["GET", "POST"])
@for_resident
def move(request: ResidentRequest, referral_id: UUID, action: str) -> HttpResponse:
    if action not in PAGES:
        raise NotFound
    referral = own_referral(request, referral_id)
    row, _party = policies.check_move(referral, action, ONLY_RESIDENT, approval_required=False)
    posted = request.POST if request.method == "POST" else None
    form = _form(referral, row, request.at, posted)
    if posted is not None and form.is_valid():
        try:
            return once(request, lambda: _perform(request, referral, form))
        except (Invalid, SlotTaken) as fault:
            form = _form(referral, row, request.at, posted)  # with the places that are free now
            show_faults(form, fault)
    shown = {
        "referral": referral,
        "resident": request.resident,
        "is_self": request.is_self,
        "at": request.at,
        "action": action,
        "form": form,
        "page": PAGES[action],
        "lead": _filled(PAGES[action].lead, referral, request.at),
        "consent": _filled(PAGES[action].consent, referral, request.at),
        "asks_place": "place" in row.needs,
    }
    return render(request, "resident/move.html", shown, status=422 if form.errors else 200)


def _form(referral: Referral, row: Move, at: datetime, data: Any) -> MoveForm:
    """The form all desks use, asking in the resident's words and only for reasons a resident can have."""
    form = form_for(referral, row, Party.RESIDENT, at, data)
    if "reason" in form.fields:
        offered = list(REASONS_OFFERED[row.action].items())
        widget = forms.HiddenInput if len(offered) == 1 else forms.RadioSelect
        form.fields["reason"] = forms.ChoiceField(
            label=_("为什么？"), choices=offered, widget=widget, initial=offered[0][0] if len(offered) == 1 else None
        )
    if "note" in form.fields:
        form.fields["note"].label = str(PAGES[row.action].note)
    return form


def _perform(request: ResidentRequest, referral: Referral, form: MoveForm) -> str:
    action = form.move.action
    actions.perform(referral.pk, action, form.given(), by=request.user, version=version_of(request))
    messages.success(request, str(PAGES[action].done))
    return reverse("my_referral", args=[referral.pk])


def _filled(words: Words, referral: Referral, at: datetime) -> str:
    place = referral.booking.place if referral.booking else None
    receiver = full_name(referral.receiver)
    return str(words).format(receiver=receiver, when=visit_words(place.starts_at, at) if place else "")
