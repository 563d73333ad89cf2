"""The way of a file in a browser: accessible, within the content policy, fit for a phone; progress asks by itself."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, expect

from fenji.apps.common.clock import Frozen
from fenji.apps.residents.models import Resident
from fenji.exchange import actions
from fenji.exchange.models import Upload
from fenji.kernel.roles import Office
from tests.exchange.conftest import RESIDENT_HEADER, resident_row, xlsx
from tests.factories.accounts import administrator
from tests.factories.world import make_world
from tests.web.looking import look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def said(page: Page, live_server: Any, clock: Frozen) -> list[ConsoleMessage]:
    """A system administrator's browser; what it wrote on its console."""
    make_world(clock.at)
    client, found = Client(), list[ConsoleMessage]()
    client.force_login(administrator(Office.SYSTEM))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.on("console", lambda message: found.append(message))
    return found


def send(page: Page, live_server: Any, *rows: Any) -> None:
    page.goto(f"{live_server.url}/imports/new/residents/")
    page.get_by_label("文件").set_input_files(
        {"name": "居民.xlsx", "mimeType": XLSX, "buffer": xlsx(RESIDENT_HEADER, *rows)}
    )
    page.get_by_role("button", name="上传并检查").click()


def test_a_file_is_corrected_checked_and_loaded(page: Page, live_server: Any, said: list[Any]):
    page.goto(f"{live_server.url}/imports/")
    look(page)
    send(page, live_server, resident_row(2), resident_row(4, number=4.4e17))
    expect(page.get_by_text("整个文件都没有导入")).to_be_visible()
    expect(page.get_by_text("末几位已经丢失")).to_be_visible()
    look(page)
    page.get_by_role("link", name="改正后重新上传").click()
    look(page)
    send(page, live_server, resident_row(2), resident_row(4))
    expect(page.get_by_text("尚未写入任何数据。请核对")).to_be_visible()
    look(page)
    page.get_by_role("button", name="确认导入 2 行").click()
    expect(page.get_by_text("已导入。", exact=True)).to_be_visible()
    assert Resident.objects.filter(source_system="spreadsheet").count() == 2
    assert [message.text for message in said] == []


def test_the_page_notices_by_itself_that_the_worker_is_done(
    page: Page, live_server: Any, said: list[Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    send(page, live_server, resident_row(2))
    expect(page.get_by_role("progressbar")).to_be_visible()
    look(page)
    actions.check(Upload.objects.get().pk)
    expect(page.get_by_role("button", name="确认导入 1 行")).to_be_visible(timeout=8000)
    assert [message.text for message in said] == []


def test_the_page_of_the_api_is_readable_everywhere(page: Page, live_server: Any, said: list[Any]):
    page.goto(f"{live_server.url}/api/v1/docs")
    look(page)
    assert [message.text for message in said] == []
