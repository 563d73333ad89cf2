"""What the family doctor's own residents have spent this year: the list, and one of them."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.payments import spending
from fenji.apps.registry.posts import teams_of
from fenji.apps.residents.listing import record_listing
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.kernel.roles import PRIMARY
from fenji.web.payments.words import KINDS, MARKS, SETTINGS, STATES, level_words
from fenji.web.presenters.dates import local
from fenji.web.roles import PostRequest, requires_role

A_PAGE = 30


@require_GET
@requires_role(*PRIMARY)
def residents(request: PostRequest) -> HttpResponse:
    """The team's residents with bills this year, who cost most first; that their names were read is recorded."""
    at = clock.now()
    teams = teams_of(request.user, local(at).date())
    page = Paginator(spending.residents_by_spending(teams, at=at), A_PAGE).get_page(request.GET.get("page"))
    house, named = request.post.institution_id, [one.resident_id for one in page]
    record_listing("spending", named, by=request.user, at=at, institution_id=house, page=page.number)
    shown = {
        "at": at, "since": spending.year_begins(at), "page": page, "rows": spending.named(page), "teams": teams,
    }  # fmt: skip
    return render(request, "payments/spending.html", shown)


@require_GET
@requires_role(*PRIMARY)
def show(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """One resident of the own team; reading it is recorded like any look at a resident."""
    at = clock.now()
    spending.check_own(resident_id, teams_of(request.user, local(at).date()), at=at)
    resident = access_resident(request.user, resident_id, at=at, purpose=Purpose.CARE)
    found = spending.spending_of(resident.pk, at=at)
    shown = {
        "at": at, "since": spending.year_begins(at), "resident": resident, "sums": found.sums,
        "by_state": [(level_words(row["level"]), STATES[row["referral_state"]], row) for row in found.by_state],
        "items": [(KINDS[row["kind"]], row) for row in found.items],
        "claims": [(one, SETTINGS[one.setting], STATES[one.referral_state], MARKS[one.state]) for one in found.claims],
    }  # fmt: skip
    return render(request, "payments/spending_of.html", shown)
