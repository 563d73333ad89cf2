"""The network's pictures in a browser: accessible, fit for a phone, and a click leads to the institution."""

from typing import Any

import pytest
from playwright.sync_api import Page

from fenji.apps.common.clock import Frozen
from fenji.apps.registry.loading import load_city
from fenji.cities.network import load_network
from tests.web.looking import DESK, PHONE, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_network_is_accessible_fits_and_a_click_opens_an_institution(
    page: Page, live_server: Any, clock: Frozen
) -> None:
    load_city(load_network("yangjiang"), clock.at)
    for address in ("/network/?view=map", "/network/yangjiang-people/", "/network/"):
        page.goto(f"{live_server.url}{address}")
        look(page, (PHONE, DESK))
    page.locator('svg a[href="/network/yangjiang-tcm/"]').first.click()
    assert page.url.endswith("/network/yangjiang-tcm/")
    assert page.get_by_role("heading", level=1).inner_text() == "阳江市中医医院"
