"""Pages of imports and exports: who finds them, the way of a file, and that nothing is loaded unasked."""

import io
import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import Resident
from fenji.exchange import actions
from fenji.exchange.kinds import KINDS
from fenji.exchange.models import Upload
from fenji.kernel.roles import Office
from tests.exchange.conftest import RESIDENT_HEADER, id_number, resident_row, xlsx
from tests.factories.accounts import administrator
from tests.factories.world import World, make_world

pytestmark = pytest.mark.django_db
INSTITUTIONS = ("机构代码", "机构名称", "类别", "层级", "等级", "所属区划")
GOOD = ("yx-new", "新圩镇卫生院", "乡镇卫生院", "镇级", "一级", "阳西县")


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def system(client: Client, world: World) -> User:
    user = administrator(Office.SYSTEM)
    client.force_login(user)
    return user


def send(client: Client, kind: str, *rows: Any, name: str = "表.xlsx", **given: str) -> Any:
    file = SimpleUploadedFile(name, xlsx(*rows) if rows else b"")
    return client.post(reverse("import_send", args=[kind]), {"file": file, **given}, follow=True)


def cells(response: Any) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()


def test_a_file_is_checked_shown_and_loaded_once_confirmed(client: Client, system: User):
    page = send(client, "institutions", INSTITUTIONS, GOOD)
    assert "检查通过" in page.text
    assert "确认导入 1 行" in page.text
    assert not Institution.objects.filter(code="yx-new").exists()
    upload = Upload.objects.get()
    for _twice in range(2):
        done = client.post(reverse("import_confirm", args=[upload.pk]), follow=True)
        assert "已导入" in done.text
    assert Institution.objects.filter(code="yx-new").count() == 1
    assert AuditEvent.objects.filter(verb="import.load").count() == 1
    assert "表.xlsx" in client.get(reverse("imports")).text


def test_every_bad_row_stands_on_the_page_with_its_reason(client: Client, system: User):
    page = send(client, "institutions", INSTITUTIONS, GOOD, ("yx-b", "", "诊所里", "县级", "二级", "无此县"))
    assert "整个文件都没有导入" in page.text
    for words in ("机构名称", "请填写这一项。", "类别", "综合医院"):
        assert words in page.text
    assert "确认导入" not in page.text
    assert client.post(reverse("import_confirm", args=[Upload.objects.get().pk])).status_code == 409


def test_what_is_no_table_is_refused_beside_its_field(client: Client, system: User):
    for name, content in (("a.xlsx", b"PK\x03\x04"), ("a.pdf", b"%PDF"), ("a.csv", b"a,b\n1,2\n")):
        file = SimpleUploadedFile(name, content)
        page = client.post(reverse("import_send", args=["institutions"]), {"file": file})
        assert page.status_code == 422
        assert "模板" in page.text
    assert client.post(reverse("import_send", args=["institutions"]), {}).status_code == 422
    assert Upload.objects.count() == 0


def test_a_file_name_is_shown_as_text(client: Client, system: User):
    page = send(client, "institutions", INSTITUTIONS, GOOD, name="<b>x</b>13800138000.xlsx")
    assert "<b>x" not in page.text
    assert "13800138000" not in page.text


def test_progress_is_asked_for_while_the_worker_is_at_it(client: Client, system: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    page = send(client, "institutions", INSTITUTIONS, GOOD)
    assert 'hx-trigger="every 2s"' in page.text
    address = reverse("import_upload", args=[Upload.objects.get().pk])
    part = client.get(address, headers={"HX-Request": "true", "HX-Target": "progress"})
    assert "<html" not in part.text
    assert "HX-Redirect" not in part
    actions.check(Upload.objects.get().pk)
    assert client.get(address, headers={"HX-Request": "true", "HX-Target": "progress"})["HX-Redirect"] == address
    assert "检查通过" in client.get(address).text


def test_templates_are_downloaded_and_can_be_filled_in(client: Client, system: User):
    response = client.get(reverse("import_template", args=["residents"]))
    header, example = cells(response)
    assert [str(title).rstrip("*") for title in header] == [column.title for column in KINDS["residents"].columns]
    assert "示例居民" in example


OWN = {
    "system": set(KINDS) - {"staff"},
    "security": {"staff"},
    "audit": set(),
}


@pytest.mark.parametrize("office", [Office.SYSTEM, Office.SECURITY, Office.AUDIT])
def test_each_administrator_finds_the_own_tables_only(client: Client, world: World, office: Office):
    client.force_login(administrator(office))
    for kind in KINDS:
        expected = 200 if kind in OWN[office.value] else 404
        assert client.get(reverse("import_send", args=[kind])).status_code == expected
        assert client.get(reverse("import_template", args=[kind])).status_code == expected
    assert client.get(reverse("imports")).status_code == (404 if office is Office.AUDIT else 200)
    home = client.get(reverse("account")).text
    assert (f'href="{reverse("imports")}"' in home) is (office is not Office.AUDIT), "led to, or not there"


@pytest.mark.parametrize(
    ("name", "kinds"),
    [("office", {"schedules", "beds", "blocks"}), ("head", {"schedules", "contracts", "beds", "blocks"}),
     ("doctor", {"contracts"}), ("physician", set()),
     ("officer", set()), ("patient", set())],
)  # fmt: skip
def test_people_import_for_their_own_institution(client: Client, world: World, name: str, kinds: set[str]):
    client.force_login(world.people[name])
    found = {kind for kind in KINDS if client.get(reverse("import_send", args=[kind])).status_code == 200}
    assert found == kinds


def test_nobody_sees_anothers_upload_or_comes_in_without_login(client: Client, system: User, world: World):
    send(client, "institutions", INSTITUTIONS, GOOD)
    upload = Upload.objects.get().pk
    other = Client()
    assert other.get(reverse("imports")).status_code == 302
    other.force_login(administrator(Office.SYSTEM, "second"))
    assert other.get(reverse("import_upload", args=[upload])).status_code == 404
    assert other.post(reverse("import_confirm", args=[upload])).status_code == 404
    assert other.get(reverse("import_confirm", args=[upload])).status_code == 405


def test_exports_are_masked_audited_and_ones_own(client: Client, world: World, clock: Frozen, system: User):
    send(client, "residents", RESIDENT_HEADER, resident_row(2, phone="13800138000"))
    client.post(reverse("import_confirm", args=[Upload.objects.get().pk]))
    resident = Resident.objects.get(source_code="R000002")
    Contract.objects.create(
        resident=resident,
        team=world.team,
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 1, 1),
        signed_at=clock.at,
    )
    client.force_login(world.head)
    table = json.dumps(cells(client.post(reverse("export", args=["residents"]))), default=str, ensure_ascii=False)
    assert "林月娥" in table
    assert id_number(2) not in table
    assert "13800138000" not in table
    refused = client.post(reverse("export", args=["residents"]), {"unmasked": "on", "reason": "要"})
    assert refused.status_code == 422
    plain = client.post(reverse("export", args=["residents"]), {"unmasked": "on", "reason": "区卫健局核对签约名单"})
    assert id_number(2) in json.dumps(cells(plain), default=str)
    events = list(AuditEvent.objects.filter(verb="export.residents").order_by("pk"))
    assert [event.details["unmasked"] for event in events] == [False, True]
    assert events[1].reason == "区卫健局核对签约名单"
    client.force_login(world.office)
    assert len(cells(client.post(reverse("export", args=["residents"])))) == 1  # the county hospital has none signed
    assert (
        client.post(reverse("export", args=["residents"]), {"unmasked": "on", "reason": "核对名单用"}).status_code
        == 403
    )
    client.force_login(world.physician)
    assert client.post(reverse("export", args=["residents"])).status_code == 404


def test_exports_can_be_sent_back_in(client: Client, system: User):
    table = client.post(reverse("export", args=["institutions"]))
    upload = actions.receive("institutions", name="a.xlsx", content=table.content, by=system)
    assert (upload.state, upload.new, upload.changed, upload.rows) == ("checked", 0, 0, 5)


def test_staff_and_figures_of_ones_own_house(client: Client, world: World):
    client.force_login(world.office)
    staff = cells(client.post(reverse("export", args=["staff"])))
    assert {row[6] for row in staff[1:]} == {"yx-renmin"}
    assert [row[0] for row in cells(client.post(reverse("export", args=["figures"])))[1:]] == ["yx-renmin"]
    client.force_login(world.officer)
    seen = {row[0] for row in cells(client.post(reverse("export", args=["figures"])))[1:]}
    assert seen == {"yx-zhilong", "yx-renmin", "yx-zhongyi", "yx-weiji"}
    assert client.get(reverse("export", args=["figures"])).status_code == 405


def test_faults_stand_in_the_order_of_the_rows(client: Client, system: User):
    bad = resident_row(2, number=id_number(2)[:17] + "Y"), resident_row(4, name="")
    page = send(client, "residents", RESIDENT_HEADER, *bad)
    rows = [fault["row"] for fault in Upload.objects.get().faults]
    assert rows == [2, 3] and "改正后重新上传" in page.text


def test_a_file_without_rows_says_so_and_has_nothing_to_confirm(client: Client, system: User):
    page = send(client, "institutions", INSTITUTIONS)
    assert "文件里没有数据" in page.text and "改正后重新上传" in page.text
    assert "确认导入" not in page.text
