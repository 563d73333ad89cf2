"""Emergency readings ("break the glass") that wait for the audit officer's word; after 72 hours they are late."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fenji.apps.accounts import audit_reading
from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.kernel.roles import Office
from fenji.web.administration.forms import ReviewForm
from fenji.web.roles import PersonRequest, requires_office

A_PAGE = 50
LOOKS_BACK = timedelta(days=366)


@requires_office(Office.AUDIT)
def waiting(request: PersonRequest) -> HttpResponse:
    at, show_all = clock.now(), request.GET.get("all") == "1"
    found = audit_reading.emergencies(by=request.user, since=at - LOOKS_BACK, open_only=not show_all)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    rows = [(event, event.at + audit_reading.REVIEW_WITHIN) for event in page]
    waits = audit_reading.emergencies_waiting(at - LOOKS_BACK)
    shown = {"page": page, "rows": rows, "at": at, "show_all": show_all, "is_open_only": not show_all, "waits": waits}
    return render(request, "administration/emergencies.html", shown)


@requires_office(Office.AUDIT)
def review(request: PersonRequest, event_id: int) -> HttpResponse:
    at = clock.now()
    found = audit_reading.emergencies(by=request.user, since=at - LOOKS_BACK, open_only=False).filter(pk=event_id)
    event = found.first()
    if event is None:
        raise NotFound
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        audit_reading.review(event_id, **form.cleaned_data, by=request.user)
        messages.success(request, _("复核意见已记录。"))
        return redirect("administration_emergencies")
    shown = {"event": event, "form": form, "at": at}
    return render(request, "administration/review.html", shown, status=422 if form.errors else 200)
