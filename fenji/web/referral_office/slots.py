"""The hospital's clinics: how full each is, closing one (停诊) and what became of who was booked."""

from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fenji.apps.booking import boards, sessions
from fenji.apps.booking.freshness import freshness_of
from fenji.apps.booking.models import Booking, Session
from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department
from fenji.kernel.roles import Role
from fenji.web.capacity.words import clinic_words, heard_words
from fenji.web.days import WEEK, day_asked, week_from
from fenji.web.posting import once, show_faults
from fenji.web.presenters.dates import local
from fenji.web.presenters.names import full_name
from fenji.web.roles import PostRequest, requires_role


@require_GET
@requires_role(Role.REFERRAL_OFFICE)
def slots(request: PostRequest) -> HttpResponse:
    """One department's clinics for a week from the chosen day."""
    at, house = clock.now(), request.post.institution_id
    departments = boards.departments_at(house)
    chosen = _chosen(request.GET.get("department", ""), departments)
    first, fresh = day_asked(request.GET.get("from", ""), day_of(at)), freshness_of([house], at=at)[house]
    words = {
        "at": at, "today": day_of(at), "departments": [(one.pk, full_name(one)) for one in departments],
        "chosen": chosen, "is_stale": fresh.is_stale, "heard": heard_words(fresh),
        "clinics": _week(chosen, first, at) if chosen else [],
        "first": first, "before": first - WEEK, "after": first + WEEK,
    }  # fmt: skip
    return render(request, "referral_office/slots.html", words)


def _week(department: Department, first: date, at: datetime) -> list[tuple[date, Session, str]]:
    found = [(day, one) for day in week_from(first) for one in boards.clinics_on(department.pk, day, at=at)]
    return [(day, one, clinic_words(one)) for day, one in found]


class CloseForm(forms.Form):
    reason = forms.CharField(
        label=_lazy("停诊原因"), max_length=sessions.REASON_LENGTH, help_text=_lazy("居民会看到，例：医生外出会诊")
    )


@require_http_methods(["GET", "POST"])
@requires_role(Role.REFERRAL_OFFICE)
def close(request: PostRequest, session_id: int) -> HttpResponse:
    """Close a clinic: everyone booked is moved, and who finds no place is listed."""
    session, at = _own(request, session_id), clock.now()
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _closed(request, session, form.cleaned_data["reason"]))
        except Invalid as fault:
            show_faults(form, fault)
    counted = boards.clinics_on(session.department_id, local(session.starts_at).date(), at=at).get(pk=session.pk)
    shown = {"form": form, "session": counted, "what": clinic_words(counted), "at": at}
    return render(request, "referral_office/close.html", shown, status=422 if form.errors else 200)


def _closed(request: PostRequest, session: Session, reason: str) -> str:
    done = sessions.close_session(session.pk, reason, by=request.user, at=clock.now())
    left = [one.booking for one in done if one.new is None]
    messages.success(request, _("已停诊。改约 %(moved)d 人。") % {"moved": len(done) - len(left)})
    if left:
        messages.warning(request, _left_words(left))
    return _week_of(session)


def _left_words(left: list[Booking]) -> str:
    """Where those stand who found no other place."""
    referred = sum(one.referral_id is not None for one in left)
    examined = sum(one.exam_order_id is not None for one in left)
    own = len(left) - referred - examined
    words = [
        (referred, _("有 %(count)d 人暂无号源，已列入“待安排”。")),
        (examined, _("有 %(count)d 项检查暂无时间，已列入检查登记的“待重约”。")),
        (own, _("有 %(count)d 人自己约的号已取消，请他们另约。")),
    ]
    return " ".join(text % {"count": count} for count, text in words if count)


def _week_of(session: Session) -> str:
    """The week of the department that begins with the clinic's day."""
    return f"{reverse('office_slots')}?department={session.department_id}&from={local(session.starts_at):%Y-%m-%d}"


@require_POST
@requires_role(Role.REFERRAL_OFFICE)
def reopen(request: PostRequest, session_id: int) -> HttpResponse:
    """The clinic is held after all."""
    session = _own(request, session_id)

    def perform() -> str:
        sessions.reopen_session(session.pk, by=request.user, at=clock.now())
        messages.success(request, _("已恢复出诊；已改约的病人不变。"))
        return _week_of(session)

    return once(request, perform)


def _own(request: PostRequest, session_id: int) -> Session:
    session = Session.objects.select_related("department", "physician", "exam_item").filter(pk=session_id).first()
    if session is None or session.institution_id != request.post.institution_id:
        raise NotFound
    return session


def _chosen(text: str, departments: list[Department]) -> Department | None:
    return next((one for one in departments if str(one.pk) == text), departments[0] if departments else None)
