"""The gallery shows every component and is clean for eye, keyboard and reader at both widths."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from tests.web.looking import look

TEMPLATES = settings.PACKAGE / "web" / "templates"
SHELL = {"language"}  # stands in the head of every page


@pytest.fixture(autouse=True)
def demonstration(settings) -> None:
    settings.DEMONSTRATION = True


def test_every_component_stands_in_the_gallery() -> None:
    pages = [*TEMPLATES.glob("partials/gallery_*.html"), TEMPLATES / "pages" / "components.html"]
    shown = {name for page in pages for name in re.findall(r"<c-([\w-]+)", page.read_text()) if name != "slot"}
    inside = {
        name
        for path in TEMPLATES.glob("cotton/*.html")
        for name in re.findall(r"<c-([\w-]+)", path.read_text())
        if name != "vars"
    }
    existing = {path.stem.replace("_", "-") for path in TEMPLATES.glob("cotton/*.html")}
    assert existing - shown - SHELL <= inside, "components that nobody can look at"
    assert shown <= existing


@pytest.mark.django_db
def test_the_gallery_exists_in_a_demonstration_only(client: Client, settings) -> None:
    assert client.get("/components/").status_code == 200
    settings.DEMONSTRATION = settings.DEBUG = False
    assert client.get("/components/").status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_gallery_is_accessible_and_fits(page: Page, live_server) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/components/")
    look(page)
    assert problems == []  # a breach of the content security policy would be one


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_keyboard_sees_where_it_is_and_skips_to_the_text(page: Page, live_server) -> None:
    page.goto(f"{live_server.url}/components/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_works_without_javascript_and_without_motion(browser, browser_context_args, live_server) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{live_server.url}/components/")
    page.get_by_role("link", name="下一页").click()
    assert "page=2" in page.url
    context.close()
