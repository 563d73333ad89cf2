"""The family doctor's lists: due today first, then what was sent, what came down, what to follow up."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fenji.apps.booking import exam_lists, exam_rebooking
from fenji.apps.common import clock
from fenji.apps.notices import queries as notices
from fenji.apps.referrals import actions, queries
from fenji.apps.referrals.listing import record_listing
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.posts import desks_of
from fenji.kernel.referral import Direction, Party
from fenji.kernel.roles import PRIMARY
from fenji.web.family_doctor.news import latest_news
from fenji.web.posting import once
from fenji.web.referrals.presenter import with_onward
from fenji.web.roles import PostRequest, requires_role

PAGE_SIZE = 30
NEWS = 8
SHOWN_AS_RESULTS = ("examination.reported", "examination.critical")


@require_GET
@requires_role(*PRIMARY)
def today(request: PostRequest) -> HttpResponse:
    """What this institution must do now, earliest deadline first; then follow-ups due and what is new."""
    at, post = clock.now(), request.post
    act, sign = (queries.referrals_waiting_for([post], party)[:PAGE_SIZE] for party in (Party.SENDER, Party.APPROVER))
    office, department = (queries.referrals_waiting_for([post], party) for party in (Party.OFFICE, Party.DEPARTMENT))
    receive = (office | department).order_by("due_at")[:PAGE_SIZE]
    inbox = notices.inbox(request.user.pk, desks_of(post)).exclude(kind__in=SHOWN_AS_RESULTS)
    listed = {row.pk for rows in (act, sign, receive) for row in rows}
    due = queries.follow_ups_due([post])[:PAGE_SIZE]
    results = list(exam_lists.unread(post.institution_id)[:NEWS])
    anew = list(exam_rebooking.to_book_anew(at=at).filter(ordered_from_id=post.institution_id)[:NEWS])
    record_listing("today", act, sign, receive, due, results, anew, by=request.user, posts=[post], at=at)
    words = {
        "at": at, "today": day_of(at), "to_act": act, "to_sign": sign, "to_receive": receive, "follow_ups": due,
        "results": results, "anew": anew,
        "news": latest_news(inbox, post.institution_id, listed=listed, most=NEWS),
    }  # fmt: skip
    return render(request, "family_doctor/today.html", words)


@require_GET
@requires_role(*PRIMARY)
def sent(request: PostRequest) -> HttpResponse:
    """What this institution sent up: where each patient is now, and what came back."""
    found = queries.referrals_sent_from(request.post.institution_id).exclude(direction=Direction.DOWN)
    return _list(request, found, "sent", _("我的转诊"), _("转出的病人现在在哪一步，结果如何。"))


@require_GET
@requires_role(*PRIMARY)
def received(request: PostRequest) -> HttpResponse:
    """Who came down to this institution with a plan."""
    found = queries.referrals_received_by(request.post.institution_id)
    return _list(request, found, "received", _("下转接续"), _("上级医院转回的病人与接续治疗方案。"))


@require_http_methods(["GET", "POST"])
@requires_role(*PRIMARY)
def follow_up(request: PostRequest, follow_up_id: int) -> HttpResponse:
    """Note what a follow-up found."""
    task = queries.access_follow_up(request.user, follow_up_id, at=clock.now())
    if request.method == "POST":
        measures = {name: request.POST[name] for name in ("systolic", "diastolic", "glucose") if request.POST.get(name)}

        def perform() -> str:
            actions.complete_follow_up(
                task.pk, result=request.POST.get("result", ""), measures=measures, by=request.user
            )
            messages.success(request, _("随访已记录。"))
            return reverse("family_doctor")

        return once(request, perform)
    return render(request, "family_doctor/follow_up.html", {"task": task, "at": clock.now()})


def _list(request: PostRequest, found: QuerySet[Referral], side: str, title: str, lead: str) -> HttpResponse:
    """What is open, the most overdue first; or all, the newest first."""
    show = "all" if request.GET.get("show") == "all" else "open"
    if show == "open":
        found = found.filter(queries.still_under_way()).order_by("due_at")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list, at = with_onward(page.object_list), clock.now()
    record_listing(
        f"{side}:{show}", page.object_list, by=request.user, posts=[request.post], at=at, page=page.number
    )  # fmt: skip
    words = {"page": page, "side": side, "title": title, "lead": lead, "show": show, "at": at}
    return render(request, "family_doctor/list.html", words)
