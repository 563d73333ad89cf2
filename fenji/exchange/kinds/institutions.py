"""Institutions, known by their code."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.common.errors import Invalid
from fenji.apps.registry import actions
from fenji.apps.registry.models import Institution, Region
from fenji.exchange.cells import choice, code, day, decimal, text, up_to
from fenji.exchange.kinds.kind import Effect, Kind, Looks, Run, looked_up, row_by_row
from fenji.exchange.table import Column
from fenji.kernel.roles import Office
from fenji.kernel.tiers import Grade, Level, Tier
from fenji.kernel.tiers import Kind as InstitutionKind

KINDS = {
    "综合医院": InstitutionKind.GENERAL, "中医医院": InstitutionKind.TCM, "妇幼保健院": InstitutionKind.MCH,
    "公共卫生医院": InstitutionKind.PUBLIC_HEALTH, "专科医院": InstitutionKind.SPECIALTY,
    "社区卫生服务中心": InstitutionKind.COMMUNITY_CENTRE, "社区卫生服务站": InstitutionKind.COMMUNITY_STATION,
    "乡镇卫生院": InstitutionKind.TOWNSHIP, "村卫生站": InstitutionKind.VILLAGE_STATION,
    "康复医院": InstitutionKind.REHABILITATION, "护理院": InstitutionKind.NURSING_HOME,
    "护理站": InstitutionKind.NURSING_STATION, "诊所": InstitutionKind.CLINIC,
    "医生工作室": InstitutionKind.DOCTOR_STUDIO, "共享中心": InstitutionKind.CENTRE,
    "急救中心": InstitutionKind.EMERGENCY,
    "卫生行政部门": InstitutionKind.COMMISSION, "医保经办": InstitutionKind.INSURER,
}  # fmt: skip
TIERS = {"村级": Tier.VILLAGE, "镇级": Tier.TOWNSHIP, "县级": Tier.COUNTY, "市级": Tier.CITY}
LEVELS = {"三级": Level.TERTIARY, "二级": Level.SECONDARY, "一级": Level.PRIMARY, "未定级": Level.NONE}
GRADES = {"甲": Grade.A, "乙": Grade.B, "丙": Grade.C, "未定等": Grade.NONE}

COLUMNS = (
    Column("code", "机构代码", code, gettext_lazy("本市唯一、不再更改；再次导入按它更新"), "yx-demo", required=True),
    Column("name", "机构名称", up_to(80), gettext_lazy("与执业许可证一致"), "示例镇卫生院", required=True),
    Column("short_name", "简称", up_to(40), gettext_lazy("页面上显示的名称，可不填"), "示例卫生院"),
    Column("kind", "类别", choice(KINDS), "、".join(KINDS), "乡镇卫生院", required=True),
    Column("tier", "层级", choice(TIERS), "、".join(TIERS), "镇级", required=True),
    Column("level", "等级", choice(LEVELS), "、".join(LEVELS), "一级"),
    Column("grade", "等次", choice(GRADES), "、".join(GRADES), "未定等"),
    Column("region", "所属区划", up_to(40), gettext_lazy("县（市、区）或市的名称或代码"), "441721", required=True),
    Column("town", "镇街", up_to(40), gettext_lazy("名称或代码，可不填")),
    Column("uscc", "统一社会信用代码", code, gettext_lazy("18 位，请设为文本格式")),
    Column("address", "地址", up_to(120), ""),
    Column("phone", "电话", text, gettext_lazy("总机或值班室"), "0662-0000000"),
    Column("longitude", "经度", decimal(73, 136), gettext_lazy("十进制度")),
    Column("latitude", "纬度", decimal(3, 54), gettext_lazy("十进制度")),
    Column("valid_until", "停用日期", day, gettext_lazy("停用的第一天，可不填")),
)


def _put(values: dict[str, Any], run: Run) -> Effect:
    fields = {name: value for name, value in values.items() if value not in (None, "")}
    fields["region"] = _region("region", values["region"])
    if values["town"]:
        fields["town"] = _region("town", values["town"])
    known = Institution.objects.filter(code=values["code"]).first()
    if known is None:
        actions.register_institution(by=run.by, source_system=run.system, source_code=values["code"], **fields)
        return Effect.NEW
    changed = {name: value for name, value in fields.items() if getattr(known, name) != value}
    if not changed:
        return Effect.SAME
    actions.update_institution(known.pk, by=run.by, **changed)
    return Effect.CHANGED


def _region(name: str, words: str) -> Region:
    found = list(Region.objects.filter(pk=words) or Region.objects.filter(name=words)[:2])
    if len(found) != 1:
        raise Invalid(fields={name: _("没有这个区划。") if not found else _("有几个同名的区划，请填代码。")})
    return found[0]


LOOKS: Looks = {
    ("region",): lambda values, run: _region("region", values["region"]),
    ("town",): lambda values, run: values["town"] and _region("town", values["town"]),
}
KIND = Kind(
    "institutions", gettext_lazy("机构"), COLUMNS, row_by_row(COLUMNS, _put, LOOKS), Office.SYSTEM,
    besides=looked_up(COLUMNS, LOOKS),
)  # fmt: skip
