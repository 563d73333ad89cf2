"""A password or token just made is shown on the next page, then forgotten; meanwhile it lies in the session, sealed."""

import base64
from dataclasses import dataclass

from django.http import HttpRequest

from fenji.apps.accounts.models import User
from fenji.apps.common.sealing import seal, unseal

KEY = "shown_once"


@dataclass(frozen=True)
class Once:
    label: str
    value: str


def show_once(request: HttpRequest, user: User, label: str, value: str) -> None:
    sealed = base64.b64encode(seal(value, context=_context(user))).decode()
    request.session[KEY] = {"account": user.pk, "label": label, "value": sealed}


def shown_once(request: HttpRequest, user: User) -> Once | None:
    """What is to be shown with this account, if anything; it is gone afterwards."""
    kept = request.session.pop(KEY, None)
    if kept is None or kept["account"] != user.pk:
        return None
    return Once(kept["label"], unseal(base64.b64decode(kept["value"]), context=_context(user)))


def _context(user: User) -> str:
    return f"administration.shown_once:{user.pk}"
