"""How pages post: once per idempotency key, on the version that was read; away by redirect, or faults beside boxes."""

import json
import re
from collections.abc import Callable, Mapping

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from fenji.apps.common.errors import DomainError, Invalid, VersionMissing
from fenji.apps.common.idempotency import answer_once
from fenji.web.roles import PersonRequest


def once(request: PersonRequest, perform: Callable[[], str]) -> HttpResponse:
    """Perform and go to the address it returns; the same form sent twice is performed once."""
    asked = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    key = request.POST.get("idempotency_key", "")
    made = {"path": request.path, "form": asked}
    _, text = answer_once(key, actor_id=request.user.pk, request=made, perform=lambda: (302, perform()))
    return redirect(str(json.loads(text)))


def version_of(request: HttpRequest) -> int:
    """The version the form rests on; raises VersionMissing."""
    version = number_of(request.POST.get("version"))
    if version is None:
        raise VersionMissing
    return version


def show_faults(form: forms.Form, fault: DomainError, boxes: Mapping[str, str] | None = None) -> None:
    """Put what an action refused beside the boxes it names, else above the form; `boxes`: its names to the form's."""
    named = fault.fields if isinstance(fault, Invalid) else {}
    for name, words in named.items():
        box = (boxes or {}).get(name, name)
        form.add_error(box if box in form.fields else None, words)
    if not named:
        form.add_error(None, f"{fault.message}{fault.remedy}")


def number_of(text: object) -> int | None:
    """A whole number as a form or address gives it; None for anything else, odd digits and endless ones included."""
    return int(text) if isinstance(text, str) and re.fullmatch("[0-9]{1,18}", text) else None
