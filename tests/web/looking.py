"""A page in a browser as eye, keyboard and reader find it, at a desk and on a telephone."""

from collections.abc import Iterator, Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

DESK, PHONE = 1440, 390
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
IS_TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
# Only what is wrong leaves the browser: all that was right would be megabytes a page.
LOOK = "rules => axe.run({runOnly: rules, resultTypes: ['violations']}).then(found => found.violations)"


def look(page: Page, widths: Sequence[int] = (DESK, PHONE)) -> None:
    """Nothing wider than the window and nothing that axe finds, at each width."""
    page.wait_for_load_state()
    for width in widths:
        found = list(faults(page, width))
        assert not found, f"{page.url}: {found}"


def faults(page: Page, width: int, *, is_read: bool = True) -> Iterator[str]:
    """What is wrong at a width; axe looks only where the page is read."""
    page.set_viewport_size({"width": width, "height": 900})
    if page.evaluate(IS_TOO_WIDE):
        yield f"wider than {width}"
    for one in violations(page) if is_read else []:
        yield f"at {width} {one['id']}: {one['nodes'][0]['html'][:160]}"


def violations(page: Page) -> list[dict[str, Any]]:
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(LOOK, RULES)
    return found
