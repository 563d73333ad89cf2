"""Whose page is shown: the account's own resident, or the member of the family that was chosen in this session."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fenji.apps.common import clock
from fenji.apps.residents import queries, relations
from fenji.apps.residents.models import Resident
from fenji.apps.residents.policies import Purpose
from fenji.web.addresses import uuid_or_none
from fenji.web.roles import PersonRequest, requires_login

CHOSEN = "my_resident_id"  # key of the session

P = ParamSpec("P")


class ResidentRequest(PersonRequest):
    """A request on the pages under /me/: `resident` is the person shown, `at` the time of the request."""

    resident: Resident
    at: datetime
    is_self: bool  # False when somebody of the family is shown


ResidentPage = Callable[Concatenate[ResidentRequest, P], HttpResponse]


def for_resident(view: ResidentPage[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page about the resident chosen; an account that opens no resident's page is told what to do."""

    def page(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        at = clock.now()
        accounts = queries.residents_of_account(request.user, at)
        if not accounts:
            return render(request, "resident/nobody.html", status=404)
        wanted = uuid_or_none(request.session.get(CHOSEN, ""))
        account = next((one for one in accounts if one.resident_id == wanted), accounts[0])
        mine: ResidentRequest = request  # type: ignore[assignment]
        mine.at, mine.is_self = at, account.relation == "self"
        mine.resident = relations.access_resident(request.user, account.resident_id, at=at, purpose=Purpose.OWN)
        return view(mine, *args, **kwargs)

    return wraps(view)(requires_login(page))
