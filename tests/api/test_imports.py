"""Spreadsheets over the API: a hospital's system sends its clinics in, sees every bad row, and confirms."""

from django.core.files.uploadedfile import SimpleUploadedFile

from fenji.apps.booking.models import Schedule
from fenji.exchange.models import Upload
from tests.api.conftest import Answered, Api
from tests.exchange.conftest import xlsx
from tests.factories.world import World

HEADER = ("排班编号", "机构", "科室代码", "门诊类别", "星期", "开始", "结束", "每号分钟", "启用日期")
ROW = ("S1", "yx-renmin", "cardio", "专科", "周一", "08:00", "12:00", 15, "2026-03-05")


def send(api: Api, *rows: object, kind: str = "schedules") -> Answered:
    file = SimpleUploadedFile("排班.xlsx", xlsx(HEADER, *rows))  # type: ignore[arg-type]
    return api.upload(f"imports?kind={kind}", file=file)


def test_a_file_is_tried_out_confirmed_and_loaded_once(county: Api, township: Api, world: World):
    sent = send(county, ROW)
    assert (sent.status, sent.body["state"], sent.body["new"], sent.body["system"]) == (201, "checked", 1, "yx-renmin")
    assert Schedule.objects.count() == 0
    path = f"imports/{sent.body['id']}"
    assert township.get(path).status == township.post(f"{path}/confirm").status == 404
    assert county.get(path).body == sent.body
    for _twice in range(2):
        assert county.post(f"{path}/confirm").body["state"] == "loaded"
    assert Schedule.objects.count() == 1


def test_every_bad_row_comes_back(county: Api):
    sent = send(county, ROW, ("S2", "yj-renmin", *ROW[2:]), ("S3", *ROW[1:4], "周八", *ROW[5:]))
    assert (sent.status, sent.body["state"], sent.body["fault_count"]) == (201, "refused", 2)
    assert {(fault["row"], fault["column"]) for fault in sent.body["faults"]} == {(3, "机构"), (4, "星期")}
    refused = county.post(f"imports/{sent.body['id']}/confirm")
    assert (refused.status, refused.body["code"]) == (409, "upload_not_ready")


def test_what_is_no_table_or_not_ones_own_is_refused(county: Api):
    broken = county.upload("imports?kind=schedules", file=SimpleUploadedFile("a.xlsx", b"PK\x03\x04"))
    assert (broken.status, broken.body["code"]) == (422, "file_refused")
    assert send(county, ROW, kind="residents").body["code"] == "not_your_import"
    assert send(county, ROW, kind="passwords").status == 422
    assert county.upload("imports?kind=schedules").status == 422
    assert Upload.objects.count() == 0


def test_a_repeated_upload_makes_one(county: Api):
    content = xlsx(HEADER, ROW)
    answers = [
        county.client.post(
            "/api/v1/imports?kind=schedules", {"file": SimpleUploadedFile("a.xlsx", content)},
            headers={**county.headers, "Idempotency-Key": "upload-1"},
        )
        for _twice in range(2)
    ]  # fmt: skip
    assert answers[0].json() == answers[1].json()
    assert Upload.objects.count() == 1


def test_templates_come_as_workbooks(county: Api):
    answer = county.get("imports/templates/contracts")
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")
    assert answer.body[:2] == b"PK"
