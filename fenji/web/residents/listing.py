"""My residents, and the search for one. Numbers are posted, never put into an address, and never typed back."""

import re
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fenji.apps.common import clock
from fenji.apps.contracts import queries as contracts
from fenji.apps.residents import search
from fenji.web.residents.guard import for_staff
from fenji.web.roles import PostRequest

HOLDS_A_NUMBER = re.compile(r"\d{4}")


@for_staff
def residents(request: PostRequest) -> HttpResponse:
    """GET lists one's own, by name where `q` is given; POST searches, and shows at once what holds a number."""
    typed = request.POST.get("q", "") if request.method == "POST" else request.GET.get("q", "")
    typed = typed.strip()[:80]
    if request.method == "POST" and not HOLDS_A_NUMBER.search(typed):
        return redirect(f"{reverse('residents')}?{urlencode({'q': typed})}" if typed else "residents")
    at = clock.now()
    found = search.search(request.user, typed, at, _page(request))
    teams = contracts.teams_of_residents([resident.pk for resident in found.own], timezone.localdate(at))
    shown = {
        "found": found,
        "rows": [(resident, teams.get(resident.pk)) for resident in found.own],
        "searched": bool(typed),
        "typed": "" if HOLDS_A_NUMBER.search(typed) else typed,
        "at": at,
    }
    return render(request, "residents/list.html", shown)


def _page(request: PostRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if re.fullmatch(r"\d{1,4}", text) else 1
