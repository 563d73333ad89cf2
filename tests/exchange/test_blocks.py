"""Blocks of a hospital as a file: one row a session, every fault in its column, the same file twice is one block."""

from datetime import datetime

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.booking.exam_items import ItemForm, put_item
from fenji.apps.booking.models import Block, Feed, Place, Session
from fenji.apps.common.clock import Frozen
from fenji.apps.registry.posts import posts_of
from fenji.exchange import actions
from fenji.exchange.models import Upload
from tests.exchange.conftest import xlsx
from tests.factories.world import World

HEADER = (
    "批次编号", "场次编号", "机构", "科室代码", "类别", "检查项目代码", "医生用户名", "日期", "开始", "结束",
    "每号分钟", "转诊预留千分比",
)  # fmt: skip
ROW = ("B1", "M1", "yx-renmin", "cardio", "专科", "", "physician", "2026-03-06", "08:00", "10:00", 15, 500)


def send(by: User, *rows: tuple[object, ...], at: datetime) -> Upload:
    return actions.receive(
        "blocks", name="号源.xlsx", content=xlsx(HEADER, *rows), by=by, posts=posts_of(by, at.date())
    )


def test_an_office_hands_over_its_clinics_and_examination_times(world: World, clock: Frozen):
    put_item(
        ItemForm(world.departments["yx-renmin.cardio"].pk, "US1", "心脏彩超", minutes=20), by=world.office, at=clock.at
    )
    exam = ("B1", "M2", "yx-renmin", "cardio", "检查", "US1", "", "2026-03-06", "14:30", "15:30", 20, "")
    upload = send(world.office, ROW, exam, at=clock.at)
    assert (upload.new, upload.faults) == (2, [])
    actions.confirm(upload.pk, by=world.office)
    assert {one.line for one in Session.objects.filter(block=Block.objects.get())} == {"specialist", "examination"}
    assert Place.objects.filter(pool="referral").count() == 4
    assert Place.objects.filter(exam_item__code="US1").count() == 3
    assert Feed.objects.get().institution == world.county
    assert send(world.office, ROW, exam, at=clock.at).new == 0


@pytest.mark.parametrize(
    ("place", "value", "column"),
    [
        (2, "yj-renmin", "机构"), (3, "nowhere", "科室代码"), (5, "US9", "检查项目代码"), (4, "检查", "检查项目代码"),
        (6, "doctor", "医生用户名"), (7, "2020-03-06", "开始"), (9, "07:00", "结束"), (10, 0, "每号分钟"),
        (10, 300, "每号分钟"), (11, 1001, "转诊预留千分比"), (11, -1, "转诊预留千分比"),
    ],
)  # fmt: skip
def test_every_fault_stands_in_its_column(world: World, clock: Frozen, place: int, value: object, column: str):
    row = (*ROW[:place], value, *ROW[place + 1 :])
    upload = send(world.office, row, at=clock.at)
    assert column in {fault["column"] for fault in upload.faults}
    assert not Session.objects.exists()
