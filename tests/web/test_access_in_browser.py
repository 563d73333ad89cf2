"""Login, own account and administration in a real browser: accessible, within the content policy, fit for a phone."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page

from fenji.apps.accounts import audit_reading
from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.clock import Frozen
from fenji.kernel.roles import Office
from tests.factories.accounts import administrator
from tests.factories.world import make_world
from tests.web.looking import look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {
    "": ("/login/",),
    "security": ("/administration/people/", "/administration/people/new/", "/administration/people/{doctor}/",
                 "/administration/people/{doctor}/do/disable/", "/account/", "/account/password/", "/logout/",
                 "/account/second-factor/", "/account/second-factor/enrol/"),
    "audit": ("/administration/audit/", "/administration/emergencies/", "/administration/emergencies/{event}/"),
    "system": ("/administration/system/", "/administration/institutions/"),
    "doctor": ("/account/post/",),
}  # fmt: skip


def entered(page: Page, live_server: Any, user: User) -> None:
    """The browser carries a session of `user`."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def test_pages_are_accessible_silent_and_fit(page: Page, live_server: Any, clock: Frozen, settings: Any) -> None:
    settings.DEMONSTRATION = True
    world = make_world(clock.at)
    User.objects.update(is_demonstration=True)
    for office in (Office.SECURITY, Office.AUDIT, Office.SYSTEM):
        administrator(office)
    event = audit.record(audit_reading.EMERGENCY, world.doctor, by=world.doctor, reason="昏迷送诊，查过敏史")
    said: list[ConsoleMessage] = []
    page.on("console", lambda message: said.append(message))
    for who, paths in PAGES.items():
        if who:
            entered(page, live_server, User.objects.get(username=who))
        for path in paths:
            page.goto(live_server.url + path.format(doctor=world.doctor.pk, event=event.pk))
            look(page)
    assert [message.text for message in said if message.type in {"error", "warning"}] == []
