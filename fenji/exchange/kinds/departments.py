"""Departments, known by their institution and code."""

from typing import Any

from django.utils.translation import gettext_lazy

from fenji.apps.registry.departments import put_department
from fenji.exchange.cells import YES_NO, code, day, up_to
from fenji.exchange.kinds.kind import Effect, Kind, Looks, Run, institution_of, looked_up, row_by_row
from fenji.exchange.table import Column
from fenji.kernel.roles import Office

COLUMNS = (
    Column("institution", "机构", up_to(80), gettext_lazy("机构代码或名称"), "yx-demo", required=True),
    Column("code", "科室代码", code, gettext_lazy("本机构内唯一；再次导入按它更新"), "demo-cardio", required=True),
    Column("name", "科室名称", up_to(60), "", "心血管内科", required=True),
    Column("specialty", "诊疗科目代码", code, gettext_lazy("如 03.04；请设为文本格式"), "03.04"),
    Column("is_office", "转诊协调部门", YES_NO, gettext_lazy("是或否；每家机构一个"), "否"),
    Column("is_emergency", "急诊科", YES_NO, gettext_lazy("是或否"), "否"),
    Column("phone", "电话", up_to(30), ""),
    Column("duty_phone", "值班电话", up_to(30), gettext_lazy("夜间有人接听")),
    Column("location", "位置", up_to(80), gettext_lazy("居民怎么找到"), "门诊楼三层"),
    Column("valid_until", "停用日期", day, gettext_lazy("停用的第一天，可不填")),
)


def _put(values: dict[str, Any], run: Run) -> Effect:
    institution = institution_of(values["institution"], run)
    fields = {
        name: value for name, value in values.items() if name not in {"institution", "code"} and value not in (None, "")
    }
    _department, is_new, is_changed = put_department(
        institution, values["code"], by=run.by, source_system=run.system, **fields
    )
    return Effect.NEW if is_new else Effect.CHANGED if is_changed else Effect.SAME


LOOKS: Looks = {("institution",): lambda values, run: institution_of(values["institution"], run)}
KIND = Kind(
    "departments", gettext_lazy("科室"), COLUMNS, row_by_row(COLUMNS, _put, LOOKS), Office.SYSTEM,
    besides=looked_up(COLUMNS, LOOKS),
)  # fmt: skip
