"""Logins and second factors in the audit trail: every success, failure and lock-out leaves one event.

Also notes in the session when it began; the pages end it by that.
"""

from typing import Any

import structlog
from allauth.mfa.signals import authenticator_used
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from fenji.apps.accounts import lockout
from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock

STARTED, SEEN = "started_at", "seen_at"  # keys of the session, seconds since 1970
log = structlog.get_logger("fenji.accounts")


@receiver(user_logged_in, dispatch_uid="fenji.login")
def _logged_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    at = clock.now()
    request.session[STARTED] = request.session[SEEN] = at.timestamp()
    audit.record("account.login", user, by=user, at=at, details=_from(request))


@receiver(user_login_failed, dispatch_uid="fenji.login_failed")
def _login_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A name that is no account's is not kept: it may be a password in the wrong field."""
    name = str(credentials.get("username") or "").strip().lower()
    user = User.objects.filter(username=name).first()
    audit.record("account.login_failed", user, by=None, details=_from(request))
    log.warning("login failed", account=user.pk if user else None, address=_from(request).get("address"))


@receiver(user_locked_out, dispatch_uid="fenji.locked_out")
def _locked_out(sender: Any, request: HttpRequest, username: str | None, ip_address: str | None, **kwargs: Any) -> None:
    user = User.objects.filter(username=username).first()
    audit.record("account.locked_out", user, by=None, details={"address": ip_address})
    log.warning("locked out", account=user.pk if user else None, address=ip_address)


@receiver(authenticator_used, dispatch_uid="fenji.factor_used")
def _factor_used(sender: Any, user: User, authenticator: Any, **kwargs: Any) -> None:
    if authenticator.type == "recovery_codes":
        audit.record("account.use_recovery_code", user, by=user)


def _from(request: HttpRequest | None) -> dict[str, Any]:
    return {"address": lockout.address_of(request)} if request is not None else {}
