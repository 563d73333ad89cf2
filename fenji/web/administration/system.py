"""The system administrator's pages: what runs, under which rules, on which network."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render

from fenji.apps.common import clock, rulebooks
from fenji.apps.notices import queries as notices
from fenji.apps.registry.models import Institution
from fenji.kernel.roles import Office
from fenji.web.administration.health import look, product_version
from fenji.web.roles import PersonRequest, requires_office

A_PAGE = 50


@requires_office(Office.SYSTEM)
def overview(request: PersonRequest) -> HttpResponse:
    at = clock.now()
    try:
        rulebook = rulebooks.current()
    except LookupError:
        rulebook = None
    shown = {
        "at": at,
        "health": look(),
        "version": product_version(),
        "city": settings.CITY,
        "rulebook": rulebook,
        "undelivered": notices.undelivered(at=at).count(),
        "is_second_factor_required": settings.FENJI_REQUIRE_SECOND_FACTOR,
    }
    return render(request, "administration/system.html", shown)


@requires_office(Office.SYSTEM)
def institutions(request: PersonRequest) -> HttpResponse:
    """The network as it stands; it is changed by import, so that every row keeps its source and clause."""
    words = request.GET.get("q", "").strip()
    found = Institution.objects.select_related("region").order_by("-tier", "name_pinyin", "id")
    if words:
        named = Q(name__contains=words) | Q(code__startswith=words) | Q(aliases__name__contains=words)
        found = found.filter(named | Q(name_pinyin__startswith=words.lower())).distinct()
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "administration/institutions.html", {"page": page, "words": words})
