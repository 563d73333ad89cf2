"""What stands around every page: the entries of the desks one may open, the post one acts from, the languages.

A desk declares its entries beside its addresses, as `NAVIGATION` in `fenji/web/<desk>/urls.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import fenji.web
from fenji.kernel.roles import Office, Role
from fenji.web.presenters.posts import role_words

# The order in which the desks' entries appear; a desk not named here comes after them.
ORDER = (
    "resident",
    "family_doctor",
    "referral_office",
    "clinic",
    "wards",
    "capacity",
    "waiting",
    "examinations",
    "residents",
    "reading_centre",
    "insurer",
    "payments",
    "commission",
    "administration",
    "referrals",
    "accounts",
    "slip",
    "networkmap",
    "policy",
    "imports",
)


@dataclass(frozen=True)
class Entry:
    """A link of the navigation. `roles` and `offices` say who sees it; with neither, everyone does.

    `url_name` is where it leads, `icon` a heroicon (outline). `also` names further first parts of a path that
    mark the entry as the current one.
    """

    label: str | Promise
    url_name: str
    icon: str
    roles: frozenset[Role] = frozenset()
    offices: frozenset[Office] = frozenset()
    residents: bool = False  # an account that has no post at all
    also: tuple[str, ...] = ()

    def shown_to(self, role: Role | None, office: Office, *, is_logged_in: bool) -> bool:
        if not (self.roles or self.offices or self.residents):
            return True
        if not is_logged_in:
            return False
        return role in self.roles or office in self.offices or (self.residents and role is None and not office)


@dataclass(frozen=True)
class Place:
    """An entry with its address, and whether the page shown belongs to it."""

    label: str
    href: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class Shell:
    """What base.html prints around a page; everything empty for somebody who is not logged in."""

    user: Any = None
    post: Any = None  # registry.Membership the person acts from, put on the request as `request.post`
    post_words: str = ""
    places: tuple[Place, ...] = ()
    account_links: tuple[Place, ...] = ()
    login_href: str = ""
    logout_href: str = ""
    is_demonstration: bool = False
    is_large_print: bool = False
    languages: tuple[tuple[str, str], ...] = ()


def desk_urls() -> Iterator[ModuleType]:
    """The address modules of the desks: every package of the pages that has one."""
    packages = [found.name for found in iter_modules(fenji.web.__path__) if found.ispkg]
    for desk in sorted(packages, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)):
        if find_spec(f"fenji.web.{desk}.urls"):
            yield import_module(f"fenji.web.{desk}.urls")


def entries() -> list[Entry]:
    return [entry for module in desk_urls() for entry in getattr(module, "NAVIGATION", ())]


def places_for(request: HttpRequest) -> tuple[Place, ...]:
    """The entries this person may open, in order."""
    user = _user(request)
    post = getattr(request, "post", None)
    role = Role(post.role) if post else None
    office = Office(user.office) if user else Office.NONE
    shown = [entry for entry in entries() if entry.shown_to(role, office, is_logged_in=user is not None)]
    addresses = [reverse(entry.url_name) for entry in shown]
    current = _current(request.path, shown, addresses)
    return tuple(
        Place(str(entry.label), address, entry.icon, is_current=address == current)
        for entry, address in zip(shown, addresses, strict=True)
    )


def shell(context: Context) -> Shell:
    """The template tag `{% shell as shell %}`."""
    return shell_of(context.get("request"))


def shell_of(request: HttpRequest | None) -> Shell:
    """What stands around a page; without a request (an error before one existed) the bare frame."""
    frame = Shell(is_demonstration=settings.DEMONSTRATION, languages=tuple(settings.LANGUAGES))
    if request is None:
        return frame
    user, post = _user(request), getattr(request, "post", None)
    return replace(
        frame,
        user=user,
        post=post,
        post_words=role_words(post.role) if post else "",
        places=places_for(request),
        account_links=_account_links(has_post=bool(post)) if user else (),
        login_href=_address_if_any("account_login"),
        logout_href=_address_if_any("account_logout"),
        is_large_print=bool(user and user.large_print),
    )


def _account_links(*, has_post: bool) -> tuple[Place, ...]:
    """The person's own pages, as far as the accounts desk offers them; tables in and out, which administrators whose
    work they are find among their places."""
    links = (
        (_("切换岗位"), "switch_post", "building-office"),
        (_("账户与字号"), "account", "cog-6-tooth"),
        (_("双重验证"), "mfa_index", "key"),
        *([(_("导入与导出"), "imports", "arrow-up-tray")] if has_post else []),
    )
    found = ((str(label), _address_if_any(name), icon) for label, name, icon in links)
    return tuple(Place(label, href, icon, is_current=False) for label, href, icon in found if href)


def _address_if_any(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _user(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def _current(path: str, shown: list[Entry], addresses: list[str]) -> str:
    """The longest address that the path starts with: /referrals/inbox/ wins over /referrals/."""
    matches = [
        (len(start), address)
        for entry, address in zip(shown, addresses, strict=True)
        for start in (address, *entry.also)
        if path.startswith(start)
    ]
    return max(matches, default=(0, ""))[1]
