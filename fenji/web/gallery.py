"""The gallery: every component with example data, for whoever builds a page or checks one. Not in production."""

from datetime import timedelta

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from fenji.apps.common import clock
from fenji.kernel.referral import Direction, State, Urgency
from fenji.kernel.tiers import Basis, Tier
from fenji.web import gallery_examples as examples


def components(request: HttpRequest) -> HttpResponse:
    if not (settings.DEBUG or settings.DEMONSTRATION):
        raise Http404
    at = clock.now()
    form = examples.ExampleForm(request.GET if "complaint" in request.GET else None)
    return render(
        request,
        "pages/components.html",
        {
            "at": at,
            "form": form,
            "broken_form": examples.broken_form(),
            "tiers": list(Tier),
            "states": list(State),
            "urgencies": list(Urgency),
            "directions": list(Direction),
            "bases": list(Basis),
            "institutions": examples.INSTITUTIONS,
            "resident": examples.RESIDENT,
            "notice": examples.NOTICE,
            "referrals": examples.referrals(at),
            "places": examples.places(at),
            "waits": examples.WAITS,
            "deadlines": [at - timedelta(hours=2), at + timedelta(minutes=45), at + timedelta(hours=20), None],
            "page": Paginator(range(137), 25).get_page(request.GET.get("page")),
            "trend": [41, 44, 40, 52, 57, 55, 63, 61, 70, 68, 77, 82],
            "rows": [
                ("双捷镇卫生院", 46),
                ("埠场镇卫生院", 31),
                ("岗列社区卫生服务中心", 12),
                ("南恩社区卫生服务中心", 0),
            ],
        },
    )
