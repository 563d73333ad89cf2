"""Who calls: a program by its token, or a person by the session of the pages; from which posts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer, SessionAuth

from fenji.api import limits
from fenji.apps.accounts import queries as accounts
from fenji.apps.accounts.models import User
from fenji.apps.booking.policies import KEEPERS
from fenji.apps.common import clock
from fenji.apps.common.errors import Forbidden, Invalid, NotFound
from fenji.apps.registry.models import Membership
from fenji.apps.registry.posts import posts_of
from fenji.kernel.roles import Role


@dataclass(frozen=True)
class Caller:
    """The account behind a call, the posts it holds at the time, and that time."""

    user: User
    posts: tuple[Membership, ...]
    at: datetime

    def institution_id(self, code: str = "") -> int:
        """The institution the caller acts for: the one named, or the only one. Raises Forbidden, Invalid."""
        houses = {post.institution_id: post.institution.code for post in self.posts}
        if not houses:
            raise Forbidden(_("您在任何机构都没有岗位。"))
        if not code and len(houses) > 1:
            raise Invalid(fields={"acting_institution": _("您在几家机构有岗位，请指明以哪一家的身份办理。")})
        found = next((one for one, named in houses.items() if code in {"", named}), None)
        if found is None:
            raise Forbidden(_("您在这家机构没有岗位。"))
        return found

    def check_works_at(self, institution_id: int, roles: Collection[Role] = KEEPERS) -> None:
        """Raise NotFound unless a post there is in one of the roles: absent and forbidden look the same."""
        if not any(post.institution_id == institution_id and post.role in roles for post in self.posts):
            raise NotFound


class Token(HttpBearer):
    """A program's key. Programs act for one institution, that of their post."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        at = clock.of_request()
        user = accounts.user_by_token(token, at=at)
        return None if user is None else _caller(user, at)


class Session(SessionAuth):
    """A person who is logged in to the pages; writes need the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        user: Any = request.user
        return _caller(user, clock.of_request()) if user.is_authenticated else None


def caller_of(request: HttpRequest) -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller


def _caller(user: User, at: datetime) -> Caller:
    limits.check(user.pk)
    posts = [] if user.office else posts_of(user, timezone.localdate(at))
    if user.is_program and len({post.institution_id for post in posts}) != 1:
        raise Forbidden(_("这个系统账号没有所属机构，或所属机构不唯一。"), remedy=_("请安全管理员为它指定一家机构。"))
    return Caller(user, tuple(posts), at)
