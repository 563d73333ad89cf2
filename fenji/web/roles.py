"""Guards of pages: who is not meant gets the same 404 as for a page that does not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from fenji.apps.accounts.models import User
from fenji.apps.common.errors import NotFound
from fenji.apps.registry.models import Membership
from fenji.kernel.roles import Office, Role
from fenji.web import navigation

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request of someone who is logged in, as `SessionRules` leaves it. `post` is None for who holds none."""

    user: User
    posts: list[Membership]
    post: Membership | None


class PostRequest(PersonRequest):
    """A request behind `requires_role`: there is a post."""

    post: Membership


PersonPage = Callable[Concatenate[PersonRequest, P], HttpResponse]
PostPage = Callable[Concatenate[PostRequest, P], HttpResponse]
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def requires_role(*roles: Role) -> Callable[[PostPage[P]], Page[P]]:
    """Only for who acts from a post in one of these roles; with none named, from any post."""
    guard: Callable[[PostPage[P]], Page[P]] = _guard(lambda request: has_role(request, *roles))
    return guard


def requires_office(*offices: Office) -> Callable[[PersonPage[P]], Page[P]]:
    """Only for these administrators."""
    guard: Callable[[PersonPage[P]], Page[P]] = _guard(lambda request: _office_of(request) in offices)
    return guard


def requires_login(view: PersonPage[P]) -> Page[P]:
    """Only for who is logged in, whoever that is."""
    guarded: Page[P] = _guard(lambda request: True)(view)
    return guarded


def has_role(request: HttpRequest, *roles: Role) -> bool:
    post = getattr(request, "post", None)
    return post is not None and (not roles or post.role in roles)


def desk_of(post: Membership) -> str:
    """The name of the address where a post's work begins: the first entry of the navigation for its role."""
    role = Role(post.role)
    entries = [entry for entry in navigation.entries() if role in entry.roles]
    return entries[0].url_name if entries else "account"


def _office_of(request: HttpRequest) -> Office:
    return Office(request.user.office) if request.user.is_authenticated else Office.NONE


def _guard(is_meant: Callable[[HttpRequest], bool]) -> Callable[[Any], Any]:
    def decorate(view: Any) -> Any:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            allowed = request.user.is_authenticated and is_meant(request)
            return _answer(request, allowed) or view(request, *args, **kwargs)

        return guarded

    return decorate


def _answer(request: HttpRequest, is_meant: bool) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not is_meant:
        raise NotFound
    return None
