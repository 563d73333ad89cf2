"""A file is tried out, confirmed and loaded, whole or not at all; a second one updates."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Schedule
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Department, Institution, Membership
from fenji.apps.registry.posts import posts_of
from fenji.apps.residents import identity
from fenji.apps.residents.models import Resident
from fenji.exchange import actions, queries
from fenji.exchange.errors import FileRefused, NoSuchUpload, NotReady, NotYourImport
from fenji.exchange.models import Upload, UploadState
from tests.exchange.conftest import RESIDENT_HEADER, id_number, resident_row, sheet_csv, xlsx
from tests.factories.world import World, resident_id

INSTITUTIONS = ("机构代码", "机构名称", "类别", "层级", "等级", "所属区划")
DEPARTMENTS = ("机构", "科室代码", "科室名称", "诊疗科目代码", "转诊协调部门")
STAFF = ("工号", "姓名", "用户名", "机构", "科室代码", "岗位", "任职日期", "离任日期")
SCHEDULES = ("排班编号", "机构", "科室代码", "医生用户名", "门诊类别", "星期", "开始", "结束", "每号分钟", "启用日期")
CONTRACTS = ("居民编号", "证件号码", "团队代码", "签约起", "签约止")


def send(kind: str, by: User | None, *rows: Any, at: Any = None, **given: Any) -> Upload:
    posts = posts_of(by, at.date()) if by is not None and at is not None else ()
    return actions.receive(kind, name="表.xlsx", content=xlsx(*rows), by=by, posts=posts, **given)


def load(kind: str, by: User, *rows: Any, **given: Any) -> Upload:
    upload = send(kind, by, *rows, **given)
    assert upload.state == UploadState.CHECKED, upload.faults
    return actions.confirm(upload.pk, by=by)


def test_institutions_are_entered_updated_and_left_alone(system: User):
    row = ("yx-new", "新圩镇卫生院", "乡镇卫生院", "镇级", "一级", "阳西县")
    upload = load("institutions", system, INSTITUTIONS, row)
    assert (upload.state, upload.new, upload.changed) == (UploadState.LOADED, 1, 0)
    made = Institution.objects.get(code="yx-new")
    assert (made.region_id, made.tier, made.source_system) == ("441721", 2, "spreadsheet")
    again = load("institutions", system, INSTITUTIONS, row)
    assert (again.new, again.changed, again.same) == (0, 0, 1)
    renamed = load("institutions", system, INSTITUTIONS, (row[0], "新圩镇中心卫生院", *row[2:]))
    assert (renamed.new, renamed.changed) == (0, 1)
    assert Institution.objects.get(code="yx-new").name == "新圩镇中心卫生院"


def test_the_dry_run_leaves_nothing_and_one_bad_row_stops_the_file(system: User):
    good = ("yx-new", "新圩镇卫生院", "乡镇卫生院", "镇级", "一级", "阳西县")
    bad = ("yx-bad", "无处卫生院", "乡镇卫生院", "镇级", "一级", "无此县")
    checked = send("institutions", system, INSTITUTIONS, good)
    assert (checked.state, checked.new) == (UploadState.CHECKED, 1)
    assert not Institution.objects.filter(code="yx-new").exists()
    refused = send("institutions", system, INSTITUTIONS, good, bad)
    assert refused.state == UploadState.REFUSED
    assert refused.faults == [{"row": 3, "column": "所属区划", "reason": "没有这个区划。"}]
    assert refused.content_sealed is None
    with pytest.raises(NotReady):
        actions.confirm(refused.pk, by=system)
    assert not Institution.objects.filter(code="yx-new").exists()


def test_departments_are_entered_and_a_second_office_is_a_fault(system: User, world: World):
    load("departments", system, DEPARTMENTS, ("yx-renmin", "endo", "内分泌科", "03.07", "否"))
    assert Department.objects.get(code="endo").specialty == "03.07"
    changed = load("departments", system, DEPARTMENTS, ("阳西县人民医院", "endo", "内分泌代谢科", "03.07", "否"))
    assert changed.changed == 1
    refused = send("departments", system, DEPARTMENTS, ("yx-renmin", "second", "第二转诊办", "", "是"))
    assert refused.faults[0]["column"] == "转诊协调部门"


def test_people_get_accounts_without_a_password_and_several_posts(security: User, world: World):
    rows = [
        ("D1", "黄志远", "huangzy", "yx-renmin", "cardio", "医院医师", "2026-01-05", None),
        ("D1", "黄志远", "huangzy", "yx-zhilong", None, "家庭医生", 46027, None),
    ]
    upload = load("staff", security, STAFF, *rows, system="hr")
    assert (upload.new, upload.changed) == (1, 1)
    person = User.objects.get(username="huangzy")
    assert not person.has_usable_password()
    assert (person.source_system, person.source_code, person.name_pinyin) == ("hr", "D1", "huang zhi yuan")
    assert {post.institution.code for post in Membership.objects.filter(user=person)} == {"yx-renmin", "yx-zhilong"}
    again = load("staff", security, STAFF, *rows, system="hr")
    assert (again.new, again.changed) == (0, 0)
    left = load("staff", security, STAFF, (*rows[0][:7], "2026-06-01"), system="hr")
    assert left.changed == 1
    assert Membership.objects.get(user=person, institution=world.county).valid_until == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({2: "doctor"}, "用户名"),
        ({2: "a b"}, "用户名"),
        ({3: "无此机构"}, "机构"),
        ({4: "none"}, "科室代码"),
        ({5: "院长"}, "岗位"),
    ],
)
def test_faults_of_people_are_named(security: User, world: World, changes: dict[int, Any], column: str):
    row = ["D9", "黄志远", "huangzy", "yx-renmin", "cardio", "医院医师", None, None]
    for place, value in changes.items():
        row[place] = value
    assert [fault["column"] for fault in send("staff", security, STAFF, row).faults] == [column]
    assert not User.objects.filter(source_code="D9").exists()


def test_residents_are_entered_and_updated_by_their_code(system: User, world: World):
    rows = [resident_row(2), resident_row(4, "陈阿珍", phone=13800138000.0, town="441721", scheme="城乡居民")]
    upload = load("residents", system, RESIDENT_HEADER, *rows, system="archive")
    assert (upload.new, upload.state) == (2, UploadState.LOADED)
    chen = Resident.objects.get(source_system="archive", source_code="R000004")
    assert (chen.sex, chen.birth_date, chen.scheme) == (2, date(1958, 5, 1), "resident")
    assert identity.id_number(chen) == id_number(4)
    assert identity.phone_number(chen) == "13800138000"
    again = load("residents", system, RESIDENT_HEADER, *rows, system="archive")
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    changed = load("residents", system, RESIDENT_HEADER, resident_row(4, "陈阿贞"), system="archive")
    chen.refresh_from_db()
    assert (changed.changed, chen.name, identity.phone_number(chen)) == (1, "陈阿贞", "13800138000")
    verbs = AuditEvent.objects.filter(verb="resident.import", resident_id=chen.pk)
    assert verbs.count() == 2


def test_every_bad_resident_is_named_and_none_is_loaded(system: User):
    rows = [
        resident_row(2),
        resident_row(4, number=float(id_number(4)[:17] + "0")),
        resident_row(6, number=id_number(6)[:17] + "Y"),
        resident_row(8, phone="12"),
        resident_row(2, "林同号", code="R000099"),
        resident_row(10, code="R000002"),
        resident_row(12, town="无此镇", phone="1"),
    ]
    refused = send("residents", system, RESIDENT_HEADER, *rows)
    named = {(fault["row"], fault["column"]) for fault in refused.faults}
    assert {(3, "证件号码"), (4, "证件号码"), (5, "电话"), (6, ""), (7, "居民编号"), (8, "镇街"), (8, "电话")} == named
    lost = next(fault for fault in refused.faults if fault["row"] == 3)
    assert "文本" in lost["reason"]
    assert Resident.objects.filter(source_system="spreadsheet").count() == 0
    assert id_number(2) not in json.dumps(refused.faults)


def test_a_row_with_a_bad_cell_is_told_all_its_other_faults(system: User, security: User, world: World):
    rows = [
        resident_row(4, number=float(id_number(4)), phone="12", town="无此镇"),  # sex and birth rest on the number
        resident_row(6, name="", number=id_number(6)[:17] + "Y", scheme="不存在"),
    ]
    named = [(fault["row"], fault["column"]) for fault in send("residents", system, RESIDENT_HEADER, *rows).faults]
    assert sorted(named) == [
        (2, "电话"), (2, "证件号码"), (2, "镇街"), (3, "医保类型"), (3, "姓名"), (3, "证件号码"),
    ]  # fmt: skip
    people = [
        ("D9", "黄志远", "huangzy", "yx-renmin", "none", "院长", "不是日期", None),
        ("D8", "黄志远", "doctor", "yx-renmin", "none", "医院医师", None, None),
    ]
    named = [(fault["row"], fault["column"]) for fault in send("staff", security, STAFF, *people).faults]
    assert sorted(named) == [(2, "任职日期"), (2, "岗位"), (2, "科室代码"), (3, "科室代码")]
    contract = ("R1", None, "无此团队", "不是日期", "2027-01-01")
    named = [fault["column"] for fault in send("contracts", system, CONTRACTS, contract).faults]
    assert sorted(named) == ["团队代码", "居民编号", "签约起"]


def test_a_resident_without_a_source_is_adopted_and_anothers_is_a_fault(system: User):
    load("residents", system, RESIDENT_HEADER, resident_row(2), system="one")
    refused = send("residents", system, RESIDENT_HEADER, resident_row(2), system="other")
    assert "已经登记" in refused.faults[0]["reason"]
    Resident.objects.filter(source_system="one").update(source_system="", source_code="")
    adopted = load("residents", system, RESIDENT_HEADER, resident_row(2), system="other")
    assert (adopted.new, adopted.changed) == (0, 1)
    assert Resident.objects.get(source_code="R000002").source_system == "other"


def test_an_office_loads_its_own_clinics_only(world: World, clock: Frozen):
    row = ("S1", "yx-renmin", "cardio", "physician", "专科", "周一", "08:00", "12:00", 15, "2026-03-05")
    upload = send("schedules", world.office, SCHEDULES, row, at=clock.at)
    actions.confirm(upload.pk, by=world.office)
    made = Schedule.objects.get()
    assert (made.physician, made.source_system, made.weekday) == (world.physician, "yx-renmin", 0)
    again = send("schedules", world.office, SCHEDULES, row, at=clock.at)
    assert (again.new, again.changed) == (0, 0)
    other = send("schedules", world.office, SCHEDULES, ("S2", "yj-renmin", *row[2:]), at=clock.at)
    assert other.faults == [{"row": 2, "column": "机构", "reason": "只能导入本机构的数据。"}]
    stranger = send("schedules", world.office, SCHEDULES, (*row[:3], "doctor", *row[4:]), at=clock.at)
    assert stranger.faults[0]["column"] == "医生用户名"
    backwards = send("schedules", world.office, SCHEDULES, (*row[:6], "12:00", "08:00", *row[8:]), at=clock.at)
    assert backwards.faults[0]["column"] == "结束"


def test_contracts_follow_their_file(system: User, world: World):
    load("residents", system, RESIDENT_HEADER, resident_row(2))
    first = ("R000002", None, "t1", "2026-01-01", "2027-01-01")
    assert load("contracts", system, CONTRACTS, first).new == 1
    assert load("contracts", system, CONTRACTS, first).same == 1
    longer = (*first[:4], "2028-01-01")
    assert load("contracts", system, CONTRACTS, longer).changed == 1
    assert load("contracts", system, CONTRACTS, longer).same == 1
    assert [one.valid_until.year for one in Contract.objects.order_by("valid_from")] == [2027, 2028]
    clash = send("contracts", system, CONTRACTS, ("R000002", None, "t1", "2026-06-01", "2027-06-01"))
    assert "已有签约" in clash.faults[0]["reason"]
    for row, column in (
        ((None, None, "t1", *first[3:]), "居民编号"),
        (("R999999", None, *first[2:]), "居民编号"),
        ((None, id_number(88), *first[2:]), "证件号码"),
        ((*first[:2], "none", *first[3:]), "团队代码"),
    ):
        assert send("contracts", system, CONTRACTS, row).faults[0]["column"] == column


@pytest.mark.parametrize("kind", ["institutions", "departments", "staff", "residents"])
def test_who_has_not_the_office_imports_nothing(world: World, clock: Frozen, kind: str):
    for name in ("doctor", "office", "head", "officer", "patient"):
        with pytest.raises(NotYourImport):
            send(kind, world.people[name], ("x",), ("y",), at=clock.at)
    assert Upload.objects.count() == 0


def test_the_three_offices_do_not_import_for_each_other(system: User, security: User):
    with pytest.raises(NotYourImport):
        send("staff", system, STAFF)
    with pytest.raises(NotYourImport):
        send("residents", security, RESIDENT_HEADER)
    with pytest.raises(NotYourImport):
        send("passwords", system, ("x",))


def test_an_upload_is_its_senders_alone(system: User, world: World):
    upload = send("institutions", system, INSTITUTIONS, ("yx-new", "新院", "综合医院", "县级", "二级", "阳西县"))
    assert queries.upload_of(system, upload.pk) == upload
    with pytest.raises(NoSuchUpload):
        queries.upload_of(world.office, upload.pk)
    with pytest.raises(NoSuchUpload):
        actions.confirm(upload.pk, by=world.office)


def test_the_file_is_sealed_and_taken_away_when_done(system: User, clock: Frozen):
    upload = send("residents", system, RESIDENT_HEADER, resident_row(2))
    kept = bytes(Upload.objects.get(pk=upload.pk).content_sealed or b"")
    assert id_number(2).encode() not in kept
    actions.confirm(upload.pk, by=system)
    assert Upload.objects.get(pk=upload.pk).content_sealed is None
    forgotten = send("residents", system, RESIDENT_HEADER, resident_row(4))
    assert actions.forget_old_files(clock.at + timedelta(hours=25)) == 1
    assert Upload.objects.get(pk=forgotten.pk).state == UploadState.EXPIRED
    with pytest.raises(NotReady):
        actions.confirm(forgotten.pk, by=system)


def test_a_long_file_waits_for_the_worker(system: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    upload = send("residents", system, RESIDENT_HEADER, resident_row(2), resident_row(4))
    assert (upload.state, upload.rows) == (UploadState.RECEIVED, 2)
    with pytest.raises(NotReady):
        actions.confirm(upload.pk, by=system)
    assert actions.check(upload.pk).state == UploadState.CHECKED
    assert actions.confirm(upload.pk, by=system).state == UploadState.CONFIRMED
    told: list[int] = []
    assert actions.load(upload.pk, also=told.append).state == UploadState.LOADED
    assert told[-1] == 2
    assert actions.load(upload.pk).new == 2  # a repeated job changes nothing
    assert Resident.objects.filter(source_system="spreadsheet").count() == 2


def test_what_changed_between_check_and_load_is_found_by_the_load(system: User):
    upload = send("residents", system, RESIDENT_HEADER, resident_row(2), resident_row(4))
    load("residents", system, RESIDENT_HEADER, resident_row(4), system="other")
    refused = actions.confirm(upload.pk, by=system)
    assert (refused.state, refused.faults[0]["row"]) == (UploadState.REFUSED, 3)
    assert Resident.objects.filter(source_system="spreadsheet").count() == 0


def test_the_command_line_imports_for_the_machine(world: World):
    content = sheet_csv(RESIDENT_HEADER, resident_row(2), encoding="gb18030")
    upload = actions.receive("residents", name="居民.csv", content=content, by=None, system="archive")
    assert actions.confirm(upload.pk, by=None).new == 1
    with pytest.raises(FileRefused):
        actions.receive("residents", name="居民.csv", content=b"", by=None)
    assert resident_id(world)
