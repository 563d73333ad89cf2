"""Lock-out after failed logins: by account and by address, each with its own count (django-axes keeps the rows).

An account is locked after five failures. An address is a whole hospital behind one gateway, so it has more; and a
success clears only the account's count, or whoever has one account could guess at others for ever.
"""

import hmac
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from fenji.apps.accounts.models import User


class Lockout(AxesDatabaseHandler):
    """AXES_LOCKOUT_PARAMETERS names the account first, the address second."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        of_account, of_address = (_sum(attempts) for attempts in self.get_user_attempts(request, credentials))
        if of_address >= settings.FENJI_ADDRESS_FAILURES:
            return max(of_account, settings.AXES_FAILURE_LIMIT)
        return of_account

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        of_account, _of_address = self.get_user_attempts(request, credentials)
        deleted: int = of_account.delete()[0]
        return deleted


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """The name a failure is counted under: in lower case, as accounts are.

    A name that is no account's may be an ID number or a password typed into the wrong field: only its hash is kept.
    """
    typed = (credentials or {}).get("username") or request.POST.get("login")
    if not typed:
        return None
    name = str(typed).strip().lower()
    if User.objects.filter(username=name).exists():
        return name
    return "?" + hmac.digest(settings.SECRET_KEY.encode(), name.encode(), "sha256").hex()[:24]


def address_of(request: HttpRequest) -> str | None:
    """The client's address, past as many proxies as the settings trust."""
    address: str | None = get_client_ip(request)
    return address


def is_locked(user: User) -> bool:
    """Whether the account's own failures lock it now."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME  # the clock that axes writes by
    recent = AccessAttempt.objects.filter(username=user.username, attempt_time__gte=since)
    return _sum(recent) >= settings.AXES_FAILURE_LIMIT


def is_first_try_now(username: str) -> bool:
    """Take the account's turn until the transaction ends; False while another login with that name is being checked.

    Without it a burst of guesses would all be checked before the first failure is counted.
    """
    name = "login:" + username.strip().lower()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def _sum(attempts: "QuerySet[AccessAttempt]") -> int:
    return attempts.aggregate(n=Sum("failures_since_start"))["n"] or 0
