"""How pages post: once per idempotency key, on the version that was read, then away by redirect."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from fenji.apps.common.errors import VersionMissing
from fenji.apps.common.idempotency import answer_once
from fenji.web.roles import PersonRequest


def once(request: PersonRequest, perform: Callable[[], str]) -> HttpResponse:
    """Perform and go to the address it returns; the same form sent twice is performed once."""
    asked = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    key = request.POST.get("idempotency_key", "")
    _, address = answer_once(
        key, actor_id=request.user.pk, request={"path": request.path, "form": asked}, perform=lambda: (302, perform())
    )
    return redirect(str(address))


def version_of(request: HttpRequest) -> int:
    """The version the form rests on; raises VersionMissing."""
    text = request.POST.get("version", "")
    if not text.isdigit():
        raise VersionMissing
    return int(text)
