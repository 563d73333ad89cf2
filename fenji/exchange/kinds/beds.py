"""Beds and other resources, known by the code their hospital gave them; a column says whether the platform has them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Department, Institution
from fenji.apps.stays.handing_over import hand_over, handed_over_at, take_back
from fenji.apps.stays.models import Resource
from fenji.apps.stays.wards import ResourceForm, put_resource
from fenji.exchange.cells import YES_NO, choice, code, day, up_to
from fenji.exchange.kinds.kind import Effect, Kind, Looks, Run, institution_of, looked_up, row_by_row
from fenji.exchange.table import Column
from fenji.kernel.roles import Office, Role
from fenji.kernel.stays import ResourceKind

KINDS = {
    "床位": ResourceKind.BED, "手术间": ResourceKind.THEATRE, "复苏位": ResourceKind.RECOVERY,
    "设备": ResourceKind.EQUIPMENT,
}  # fmt: skip
SEXES = {"不限": 0, "男": 1, "女": 2}

COLUMNS = (
    Column("institution", "机构", up_to(80), gettext_lazy("机构代码或名称"), "yx-demo", required=True),
    Column("department", "科室代码", code, "", "demo-cardio", required=True),
    Column("ward_code", "病区代码", code, gettext_lazy("本机构内唯一；没有的会新建"), "W01", required=True),
    Column("ward_name", "病区名称", up_to(60), "", "心内一病区"),
    Column("ward_sex", "病区收治", choice(SEXES), "、".join(SEXES), "不限"),
    Column("kind", "类别", choice(KINDS), "、".join(KINDS), "床位"),
    Column("code", "编号", code, gettext_lazy("医院自己的床号；再次导入按它更新"), "0101", required=True),
    Column("name", "名称", up_to(60), gettext_lazy("可不填，即编号"), "1 床"),
    Column("sex", "房间收治", choice(SEXES), gettext_lazy("不限的病区中按性别分的房间")),
    Column("is_isolation", "隔离", YES_NO, gettext_lazy("是或否"), "否"),
    Column("is_handed", "交平台安排", YES_NO, gettext_lazy("是：只供转诊预留；否：收回自用；不填：不变"), "是"),
    Column("used_from", "启用日期", day, gettext_lazy("可不填，即今天")),
    Column("used_until", "停用日期", day, gettext_lazy("停用的第一天，可不填")),
)


def _put(values: dict[str, Any], run: Run) -> Effect:
    institution = institution_of(values["institution"], run)
    form = ResourceForm(
        department_id=_department(institution, values["department"]).pk,
        kind=values["kind"] or ResourceKind.BED,
        ward_sex=values["ward_sex"] or 0,
        sex=values["sex"] or 0,
        is_isolation=bool(values["is_isolation"]),
        **{name: values[name] for name in ("ward_code", "ward_name", "code", "name", "used_from", "used_until")},
    )
    resource, is_new, is_changed = put_resource(form, by=run.by, at=run.at)
    if values["is_handed"] is not None and values["is_handed"] != "":
        is_changed = _hand(resource, bool(values["is_handed"]), run) or is_changed
    return Effect.NEW if is_new else Effect.CHANGED if is_changed else Effect.SAME


def _hand(resource: Resource, is_handed: bool, run: Run) -> bool:
    is_platforms = resource.pk in handed_over_at([resource.pk], run.at)
    if is_handed and not is_platforms:
        hand_over([resource.pk], from_at=run.at, until_at=None, by=run.by, at=run.at)
    elif is_platforms and not is_handed:
        take_back([resource.pk], from_at=run.at, by=run.by, at=run.at)
    return is_handed != is_platforms


def _department(institution: Institution, code: str) -> Department:
    found = Department.objects.filter(institution=institution, code=code).first()
    if found is None:
        raise Invalid(fields={"department": _("该机构没有这个科室代码。")})
    return found


LOOKS: Looks = {
    ("institution",): lambda values, run: institution_of(values["institution"], run),
    ("institution", "department"): lambda values, run: _department(
        institution_of(values["institution"], run), values["department"]
    ),
}
KIND = Kind(
    "beds", gettext_lazy("床位与手术间"), COLUMNS, row_by_row(COLUMNS, _put, LOOKS), Office.SYSTEM,
    frozenset({Role.REFERRAL_OFFICE, Role.PRIMARY_HEAD, Role.PROGRAM}), besides=looked_up(COLUMNS, LOOKS),
)  # fmt: skip
