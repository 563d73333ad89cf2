"""What a session may do: it ends when idle or old, acts from one post, and does nothing before password and second
factor are in order. Puts `request.posts` and `request.post` on every request.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from fenji.apps.accounts import second_factor
from fenji.apps.accounts.models import User
from fenji.apps.accounts.trail import SEEN, STARTED
from fenji.apps.common import clock
from fenji.apps.registry.models import Membership
from fenji.apps.registry.posts import posts_of
from fenji.web.presenters.dates import local

Handler = Callable[[HttpRequest], HttpResponse]
POST = "post_id"  # key of the session
NOTED_EVERY = timedelta(minutes=1)  # a write for each click would be one too many
BACKGROUND = "X-Background"  # header of requests a page makes by itself (polling): they keep no session alive

# What is open to someone who must first change the password or enrol a second factor.
ALWAYS_OPEN = frozenset({"account_logout", "account_login", "set_language", "health", "account_reauthenticate"})
FOR_PASSWORD = ALWAYS_OPEN | {"account_change_password"}
FOR_SECOND_FACTOR = ALWAYS_OPEN | {"mfa_activate_totp", "mfa_reauthenticate"}


class SessionRules:
    """After authentication and messages. Whoever has an office acts from no post: administrators see no patients."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.posts, request.post = [], None  # type: ignore[attr-defined]
        response = self._before(request) if request.user.is_authenticated else None
        if response is None:
            response = self.get_response(request)
        return _told_to_htmx(request, response)

    def _before(self, request: HttpRequest) -> HttpResponse | None:
        user: Any = request.user
        at = clock.of_request()
        posts = [] if user.office else posts_of(user, local(at).date())
        is_staff = bool(posts or user.office)
        if why := _why_over(request, at, is_staff=is_staff):
            logout(request)
            messages.info(request, why)
            return None
        request.posts, request.post = posts, _chosen(request, user, posts)  # type: ignore[attr-defined]
        return _still_to_do(request, user, is_staff=is_staff)


def _why_over(request: HttpRequest, at: datetime, *, is_staff: bool) -> str:
    """Why the session is over, in the reader's words; empty while it goes on."""
    now, session = at.timestamp(), request.session
    idle, whole = (
        (settings.FENJI_IDLE, settings.FENJI_SESSION)
        if is_staff
        else (settings.FENJI_RESIDENT_IDLE, settings.FENJI_RESIDENT_SESSION)
    )
    started, seen = session.setdefault(STARTED, now), session.setdefault(SEEN, now)
    if now - started >= whole.total_seconds():
        return _("登录已满规定时长，请重新登录。")
    if now - seen >= idle.total_seconds():
        return _("长时间没有操作，已自动退出，请重新登录。")
    if now - seen >= NOTED_EVERY.total_seconds() and BACKGROUND not in request.headers:
        session[SEEN] = now
    return ""


def _chosen(request: HttpRequest, user: User, posts: list[Membership]) -> Membership | None:
    """The post chosen in this session, else that with which it began; none not held."""
    chosen = request.session.get(POST)
    return next((post for post in posts if post.pk == chosen), None) or first_post(user, posts)


def first_post(user: User, posts: list[Membership]) -> Membership | None:
    """With which of the posts held a session begins: the one chosen last, else the main one (held longest)."""
    last = next((post for post in posts if post.pk == user.last_post_id), None)
    return last or min(posts, key=lambda post: (post.valid_from, post.pk), default=None)


def _still_to_do(request: HttpRequest, user: User, *, is_staff: bool) -> HttpResponse | None:
    if user.password_temporary_until is not None:
        return _leads_to("account_change_password", request, FOR_PASSWORD)
    if second_factor.must_enrol(user, is_staff=is_staff):
        return _leads_to("mfa_activate_totp", request, FOR_SECOND_FACTOR)
    return None


def _leads_to(page: str, request: HttpRequest, is_open: frozenset[str]) -> HttpResponse | None:
    try:
        name = resolve(request.path_info).view_name
    except Resolver404:
        name = ""
    return None if name in is_open else redirect(page)


def _told_to_htmx(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A part of a page cannot be replaced by the login page: the browser is sent there instead."""
    location = response.get("Location", "")
    if not location or not getattr(request, "htmx", False):
        return response
    entrances = (reverse("account_login"), reverse("account_change_password"), reverse("mfa_activate_totp"))
    return HttpResponseClientRedirect(location) if location.startswith(entrances) else response
