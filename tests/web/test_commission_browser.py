"""The commission's and the insurer's pages in a browser: accessible, within the content policy, fit for a phone."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page

from fenji.apps.common.clock import Frozen
from tests.factories.world import World
from tests.web.commission_world import make_commission_world
from tests.web.looking import look
from tests.web.test_residents import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "city_officer": (
        "/commission/", "/commission/overdue/", "/commission/institutions/?sort=sent_up", "/commission/waiting/",
        "/commission/list/on_time/?rest=1", "/commission/list/follow_ups/", "/commission/list/undelivered/",
        "/published/?month=2026-02",
    ),
    "insurer": ("/insurer/",),
}  # fmt: skip


@pytest.fixture
def world(transactional_db: None, clock: Frozen, settings: Any) -> World:
    settings.DEMONSTRATION = True
    return make_commission_world(clock)


def test_pages_are_accessible_silent_and_fit(page: Page, live_server: Any, world: World) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    for who, paths in PAGES.items():
        cookie = client_of(world, who).cookies[django_settings.SESSION_COOKIE_NAME].value
        name = django_settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
        for path in paths:
            page.goto(live_server.url + path)
            look(page)
    assert said == []


def test_an_officer_sees_within_a_minute_where_it_is_stuck(page: Page, live_server: Any, world: World) -> None:
    """From the first page to whoever must act, and it is noted that somebody telephoned."""
    cookie = client_of(world, "officer").cookies[django_settings.SESSION_COOKIE_NAME].value
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
    page.goto(f"{live_server.url}/commission/")
    assert page.locator(".late-count").is_visible()
    assert page.locator(".late-count").bounding_box()["y"] < 400  # type: ignore[index]
    page.get_by_role("link", name="去督办").click()
    waiting = page.locator(".calls li").count()
    assert waiting > 0
    page.get_by_role("button", name="已电话督办").first.click()
    page.get_by_text("已记录电话督办。").wait_for()
    assert page.locator(".calls li").count() == waiting - 1
