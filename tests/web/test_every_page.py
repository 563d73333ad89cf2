"""Every address, for every kind of person, on a desk and on a telephone: whole, silent, readable by everyone.

`make test` looks at each page once in each group of people, on a telephone, and passes over what a group before saw
built of the same parts; `make prove` opens it for every person, with every referral and at both widths, which takes
minutes a group.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Browser, Page

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from tests.web.every_page import GROUPS, OTHERS, PAGES, POSTED, SHARED, Arguments, Town, make_everything
from tests.web.looking import DESK, PHONE, faults

HEADERS = {"content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff"}
KEPT_NOWHERE = {"cache-control": "no-store"}
# What differs between two prints of the same page; and its part that is the page's own.
TOKENS = re.compile(rb'name="(csrfmiddlewaretoken|idempotency_key)" value="[^"]*"')
MAIN = re.compile(rb"<main.*</main>", re.DOTALL)
PART = re.compile(rb'<[a-z][\w-]*|\s(?:class|role|type|aria-[a-z]+)="[^"]*"')
TOGETHER = (("outside", "administration"), ("township", "hospital"))  # who has pages in common


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """The API, which has tests of its own, stands apart in its namespace or under its path."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if not str(pattern.pattern).startswith("api/"):
                yield from names(pattern.url_patterns)
        else:
            yield str(pattern.name)


def test_no_address_is_missing_here() -> None:
    assert sorted(names(get_resolver().url_patterns)) == sorted([*PAGES, *POSTED, *OTHERS])


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("groups", TOGETHER, ids="-".join)
def test_every_page_is_whole_silent_and_accessible_once(
    groups: tuple[str, ...], visitor: Callable[[str], Page], live_server: Any, clock: Frozen, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    town = make_everything(clock.at)
    parts: dict[str, set[bytes]] = defaultdict(set)
    wrong: list[str] = []
    for group in groups:
        seen: set[str] = set() if "outside" in groups else {*SHARED}  # the outside sees those
        for who in GROUPS[group]:
            with at_browser(who, visitor, town) as (page, client):
                wrong += [f"{who}: {fault}" for fault in walk_once(page, client, town, live_server.url, seen, parts)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.prove
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("group", list(GROUPS))
def test_every_page_is_whole_silent_and_accessible_for_everyone(
    group: str, visitor: Callable[[str], Page], live_server: Any, clock: Frozen, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    town = make_everything(clock.at)
    seen: set[object] = set()
    wrong: list[str] = []
    for who in GROUPS[group]:
        with at_browser(who, visitor, town) as (page, client):
            wrong += [f"{who}: {fault}" for fault in walk(page, client, town, live_server.url, seen)]
    assert not wrong, "\n".join(wrong)


@contextmanager
def at_browser(who: str, visitor: Callable[[str], Page], town: Town) -> Iterator[tuple[Page, Client]]:
    """Somebody with the same session in a browser and in a test client; "" is a stranger."""
    client, town.who = client_of(who)
    page = visitor(client.cookies["sessionid"].value if who else "")
    yield page, client
    page.context.close()


@pytest.fixture
def visitor(browser: Browser, browser_context_args: dict[str, Any], live_server: Any) -> Callable[[str], Page]:
    """Opens a browser with a session."""

    def open_page(session: str) -> Page:
        context = browser.new_context(**browser_context_args, service_workers="block")
        if session:
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return open_page


def client_of(who: str) -> tuple[Client, User | None]:
    client = Client(raise_request_exception=False)
    user = User.objects.get(username=who) if who else None
    if user:
        client.force_login(user)
    return client, user


def walk(page: Page, client: Client, town: Town, base: str, seen: set[object]) -> Iterator[str]:
    """All addresses as one person; yields what is wrong. Opened: pages not yet `seen`, the first of each status."""
    said = listened_to(page)
    statuses: set[int] = set()
    for name, address in addresses({**OTHERS, **POSTED, **PAGES}, town):
        answer = client.get(address)
        yield from (f"{address}: {fault}" for fault in answered(name, answer, bool(town.who)))
        if name in PAGES and (is_new(answer, seen) or answer.status_code not in statuses):
            statuses.add(answer.status_code)
            widths = (PHONE,) if name in seen else (DESK, PHONE)
            yield from opened(page, base, address, said, widths)
            seen.add(name)


def walk_once(
    page: Page, client: Client, town: Town, base: str, seen: set[str], parts: dict[str, set[bytes]]
) -> Iterator[str]:
    """Each page as the first person of the group who may open it, with the first thing it shows, on a telephone.

    `seen` is what the group has been at, `parts` what each page was built of where somebody looked at it.
    """
    said = listened_to(page)
    tried: set[str] = set()
    for name, address in addresses({**OTHERS, **POSTED, **PAGES}, town):
        if name in seen or name in tried:
            continue
        tried.add(name)
        answer = client.get(address)
        yield from (f"{address}: {fault}" for fault in answered(name, answer, bool(town.who)))
        if answer.status_code in {200, 405}:
            seen.add(name)
        if name in PAGES and answer.status_code == 200:
            built_of = set(PART.findall(main_of(answer)))
            if not built_of <= parts[name]:
                parts[name] |= built_of
                yield from opened(page, base, address, said, (PHONE,))


def listened_to(page: Page) -> list[str]:
    """What the page's console will say."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def opened(page: Page, base: str, address: str, said: list[str], read_at: Sequence[int]) -> Iterator[str]:
    """Nothing wider than the window at both widths; axe at those where the page is read."""
    shown = page.goto(base + address)
    if shown is None or shown.status >= 500:
        yield f"{address}: {shown and shown.status} in the browser"
    for width in (PHONE, DESK):
        yield from (f"{address}: {fault}" for fault in faults(page, width, is_read=width in read_at))
    yield from (f"{address}: {words}" for words in said if "status of 40" not in words)
    said.clear()


def addresses(listed: dict[str, Arguments], town: Town) -> Iterator[tuple[str, str]]:
    for name, arguments in listed.items():
        for given in arguments(town):
            yield name, reverse(name, args=given)


def answered(name: str, answer: Any, is_logged_in: bool) -> Iterator[str]:
    """No fault of ours, no GET where only POST is meant, and the headers of every page."""
    if answer.status_code >= 500 and name != "health":
        yield f"{answer.status_code}"
    if name in POSTED and answer.status_code not in {302, 403, 404, 405}:
        yield f"answers GET with {answer.status_code}"
    for header, value in {**HEADERS, **(KEPT_NOWHERE if is_logged_in else {})}.items():
        if value not in answer.headers.get(header, ""):
            yield f"{header} is {answer.headers.get(header)}"


def is_new(answer: Any, seen: set[object]) -> bool:
    """Whether a page with these words was not looked at yet; notes it. Other roles often see the very same."""
    if answer.status_code != 200:
        return False
    mark = hash(TOKENS.sub(b"", main_of(answer)))
    is_first = mark not in seen
    seen.add(mark)
    return is_first


def main_of(answer: Any) -> bytes:
    main = MAIN.search(answer.content)
    return bytes(main[0] if main else answer.content)
