"""Enrolment, the insurer's catalogue and official settlements as files: every fault in its row and column."""

from datetime import date
from typing import Any

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.payments.actions.shadow import differences
from fenji.apps.payments.models import Claim, Enrolment, Item, Posting
from fenji.apps.registry.posts import posts_of
from fenji.exchange import actions
from fenji.exchange.models import Upload
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, Level, Tier
from tests.exchange.conftest import xlsx
from tests.factories.world import World, institution, person

ENROLMENT = ("居民编号", "险种", "人员类别", "起", "止", "暂停待遇")
ITEM = ("项目编码", "名称", "类别", "目录", "单位", "先行自付千分比", "二级限价", "起", "来源")
BILL = (
    "机构", "单据号", "居民编号", "待遇类别", "入院或就诊日期", "出院或就诊日期", "总费用", "起付线", "统筹支付",
    "个人支付", "项目编码", "项目名称", "项目类别", "数量", "金额",
)  # fmt: skip


@pytest.fixture
def insurer(world: World) -> User:
    fund = institution("yj-yibao", "阳江市医保经办机构", Kind.INSURER, Tier.CITY, Level.NONE, world.region)
    assert world.resident is not None
    world.resident.source_system, world.resident.source_code = "yj-yibao", "R1"
    world.resident.save()
    return person("fund-clerk", fund, Role.INSURER)


def send(by: User, kind: str, clock: Frozen, *rows: Any) -> Upload:
    return actions.receive(kind, name="表.xlsx", content=xlsx(*rows), by=by, posts=posts_of(by, clock.at.date()))


def faults(upload: Upload) -> list[tuple[int, str]]:
    return [(fault["row"], fault["column"]) for fault in upload.faults]


def test_an_enrolment_ends_the_one_before_and_the_same_file_again_changes_nothing(world, clock, insurer) -> None:
    rows = (
        ENROLMENT,
        ("R1", "城乡居民", "一般", "2025-01-01", "", ""),
        ("R1", "职工", "退休", "2026-01-01", "", ""),
        ("R1", "职工", "退休", "2025-06-01", "2025-09-01", "是"),  # falls into the first, which ends in 2026 by now
    )
    refused = send(insurer, "enrolments", clock, *rows)
    assert (faults(refused), Enrolment.objects.count()) == ([(4, "起")], 0)
    upload = send(insurer, "enrolments", clock, *rows[:3])
    actions.confirm(upload.pk, by=insurer)
    spans = [(one.scheme, one.valid_from, one.valid_until) for one in Enrolment.objects.order_by("valid_from")]
    assert spans == [("resident", date(2025, 1, 1), date(2026, 1, 1)), ("employee", date(2026, 1, 1), None)]
    again = send(insurer, "enrolments", clock, rows[0], rows[2])
    assert (again.new, again.changed, again.faults) == (0, 0, [])


@pytest.mark.parametrize(
    ("place", "value", "column"),
    [(0, "R9", "居民编号"), (0, "", "居民编号"), (1, "商业", "险种"), (2, "", "人员类别"), (3, "明天", "起"),
     (4, "2024-01-01", "止"), (5, "也许", "暂停待遇")],
)  # fmt: skip
def test_every_fault_of_an_enrolment_stands_in_its_column(world, clock, insurer, place, value, column) -> None:
    row = ("R1", "城乡居民", "一般", "2025-01-01", "", "")
    upload = send(insurer, "enrolments", clock, ENROLMENT, (*row[:place], value, *row[place + 1 :]))
    assert faults(upload) == [(2, column)] and not Enrolment.objects.exists()


DRUG = ("D1", "氨氯地平", "药品", "乙", "盒", 100, 25.5, "2026-01-01", "本市目录 2026")


def test_the_own_catalogue_is_dated_and_priced_to_the_cent(world, clock, insurer) -> None:
    actions.confirm(send(insurer, "items", clock, ITEM, DRUG).pk, by=insurer)
    item = Item.objects.get()
    assert (item.item_class, item.own_share_permille, item.ceilings) == ("b", 100, {"secondary": 2550})
    dearer = (*DRUG[:6], 30, "2026-07-01", DRUG[8])
    upload = send(insurer, "items", clock, ITEM, dearer)
    assert (upload.new, upload.changed) == (0, 1)
    actions.confirm(upload.pk, by=insurer)
    assert [one.valid_until for one in Item.objects.order_by("valid_from")] == [date(2026, 7, 1), None]
    assert faults(send(insurer, "items", clock, ITEM, DRUG)) == [(2, "起")]  # what was before is settled by


@pytest.mark.parametrize(
    ("place", "value", "column"),
    [(0, "", "项目编码"), (2, "保健品", "类别"), (3, "丁", "目录"), (3, "甲", "先行自付千分比"),
     (5, 1001, "先行自付千分比"), (6, -1, "二级限价"), (7, "", "起")],
)  # fmt: skip
def test_every_fault_of_an_item_stands_in_its_column(world, clock, insurer, place, value, column) -> None:
    upload = send(insurer, "items", clock, ITEM, (*DRUG[:place], value, *DRUG[place + 1 :]))
    assert faults(upload) == [(2, column)] and not Item.objects.exists()


STAY = ("yx-renmin", "Z1", "R1", "住院", "2026-01-05", "2026-01-10")


def bill(number: str = "Z1", self_yuan: float = 3000, **changes: Any) -> tuple[tuple[Any, ...], ...]:
    head = (*STAY[:1], number, *STAY[2:], 10000, 500, 7000, self_yuan)
    return (
        (*head, "D1", "氨氯地平", "药品", 4, 2000),
        (*STAY[:1], number, *("",) * 8, "", "床位费", "诊疗项目", 5, 8000),
    )


@pytest.fixture
def insured(world: World, insurer: User, clock: Frozen) -> User:
    actions.confirm(send(insurer, "items", clock, ITEM, (*DRUG[:7], "2020-01-01", DRUG[8])).pk, by=insurer)
    row = ("R1", "城乡居民", "一般", "2020-01-01", "", "")
    actions.confirm(send(insurer, "enrolments", clock, ENROLMENT, row).pk, by=insurer)
    return insurer


def test_official_settlements_are_compared_and_every_difference_explained(world, clock, insured) -> None:
    upload = send(insured, "settlements", clock, BILL, *bill(), *bill("Z2"))
    assert (upload.rows, upload.new, upload.faults) == (4, 2, [])
    assert not Claim.objects.exists()  # a dry run leaves nothing
    actions.confirm(upload.pk, by=insured)
    claim = Claim.objects.get(source_code="Z1")
    assert (claim.mode, claim.total_cents, claim.lines.count()) == ("shadow", 1_000_000, 2)
    found = {one.name: one for one in differences(claim)}
    assert found["fund_cents"].official_cents == 700_000 and found["fund_cents"].reason
    assert not Posting.objects.exists()
    assert send(insured, "settlements", clock, BILL, *bill()).new == 0


def test_a_bad_bill_is_named_by_its_first_row_and_nothing_is_kept(world, clock, insured) -> None:
    torn = (*bill("Z3"), *bill("Z4"), bill("Z3")[1])
    assert faults(send(insured, "settlements", clock, BILL, *torn)) == [(6, "单据号")]
    nobody = tuple((row[0], row[1], "R9", *row[3:]) if row[2] else row for row in bill("Z5"))
    no_house = tuple(("nowhere", *row[1:]) for row in bill("Z6"))
    backward = tuple((*row[:4], "2026-01-11", *row[5:]) if row[4] else row for row in bill("Z7"))
    headless = (bill("Z8")[1],)
    upload = send(insured, "settlements", clock, BILL, *bill("Z9"), *nobody, *no_house, *backward, *headless)
    columns = dict(faults(upload))
    assert (columns[4], columns[6], columns[8]) == ("居民编号", "机构", "出院或就诊日期")
    assert 10 in columns and upload.state == "refused"
    assert not Claim.objects.exists()
