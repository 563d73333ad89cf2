"""The weekly times of an examination item in a browser: the days of the week lie beside each other."""

from typing import Any

import pytest
from playwright.sync_api import Page

from fenji.apps.common.clock import Frozen
from tests.apps.booking import clinic
from tests.factories.world import make_world
from tests.web.looking import DESK, PHONE, look
from tests.web.test_residents_browser import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOPS = "[...document.querySelectorAll('input[name=weekdays]')].map(box => Math.round(box.getBoundingClientRect().top))"


def test_the_days_of_the_week_lie_in_two_rows_at_desk_and_telephone(
    page: Page, live_server: Any, transactional_db: None, clock: Frozen, settings: Any
) -> None:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    world = make_world(clock.at)
    item = clinic.exam_item(world.departments["yx-renmin.cardio"])
    problems = enter(page, live_server, world, "office")
    page.goto(f"{live_server.url}/examinations/items/{item.pk}/")
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        tops = page.evaluate(TOPS)
        assert (len(tops), len(set(tops))) == (7, 2), (width, tops)
    look(page)
    assert not problems
