"""What the resident was told, newest first, each leading to the referral it is about."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.notices import queries as notices
from fenji.apps.notices.models import Notice
from fenji.apps.residents.queries import family_of_ids
from fenji.web.addresses import uuid_or_none
from fenji.web.resident.person import ResidentRequest, for_resident
from fenji.web.resident.told import referrals_told

A_PAGE = 20


@require_GET
@for_resident
def messages(request: ResidentRequest) -> HttpResponse:
    ids = family_of_ids(request.resident.pk)
    page = Paginator(notices.notices_of(ids), A_PAGE).get_page(request.GET.get("page"))
    rows = [(notice, _about(notice)) for notice in page]
    told = referrals_told(ids).filter(pk__in=[about for _notice, about in rows if about]).in_bulk()
    shown = {
        "rows": [(notice, told.get(about) if about else None) for notice, about in rows],
        "page": page,
        "resident": request.resident,
        "is_self": request.is_self,
        "at": request.at,
    }
    return render(request, "resident/messages.html", shown)


def _about(notice: Notice) -> UUID | None:
    return uuid_or_none(notice.cause_id) if notice.cause_kind == "referral" else None
