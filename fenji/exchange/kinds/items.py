"""The insurer's own catalogue of drugs, services and materials; an item that changed ends where its new row begins."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.common.errors import Invalid
from fenji.apps.payments.catalogue import Entered, enter
from fenji.apps.payments.models import Item
from fenji.exchange.cells import choice, code, day, decimal, up_to, whole
from fenji.exchange.kinds.kind import Effect, Kind, Run, row_by_row
from fenji.exchange.table import Column
from fenji.kernel.payment.codes import PayTier
from fenji.kernel.roles import Office, Role

KINDS = {"药品": "drug", "诊疗项目": "service", "医用耗材": "material"}
CLASSES = {"甲": "a", "乙": "b", "丙": "c"}
BASES = {"已核定": "stated", "未核对": "unverified", "假设": "assumed"}
MOST_YUAN = 10_000_000
CEILINGS = {PayTier.VILLAGE: "村限价", PayTier.COMMUNITY: "镇（社区）限价", PayTier.SECONDARY: "二级限价",
            PayTier.TERTIARY: "三级限价"}  # fmt: skip
COLUMNS = (
    Column("code", "项目编码", code, "", "D0001", required=True),
    Column("name", "名称", up_to(80), "", "示例药品 100 mg", required=True),
    Column("kind", "类别", choice(KINDS), "、".join(KINDS), "药品", required=True),
    Column("item_class", "目录", choice(CLASSES), "、".join(CLASSES), "乙", required=True),
    Column("unit", "单位", up_to(12), "", "盒"),
    Column("own_share_permille", "先行自付千分比", whole(0, 1000), gettext_lazy("只填乙类；不填按政策对该类别的比例")),
    *(
        Column(tier.name.lower(), title, decimal(0, MOST_YUAN), gettext_lazy("一个单位多少元；不填为不限"))
        for tier, title in CEILINGS.items()
    ),
    Column("valid_from", "起", day, gettext_lazy("从哪一天起"), "2026-01-01", required=True),
    Column("basis", "状态", choice(BASES), gettext_lazy("不填为已核定")),
    Column("source", "来源", up_to(120), gettext_lazy("文件名称和条款"), ""),
)


def _put(values: dict[str, Any], run: Run) -> Effect:
    if values["own_share_permille"] is not None and values["item_class"] != "b":
        raise Invalid(fields={"own_share_permille": _("只有乙类填先行自付比例。")})
    known = Item.objects.filter(code=values["code"], valid_until=None, valid_from__gt=values["valid_from"]).first()
    if known is not None:
        words = _("目录中已有 %(day)s 起的内容，早于它的不能再改。") % {"day": known.valid_from.isoformat()}
        raise Invalid(fields={"valid_from": words})
    given = {tier.name.lower(): values[tier.name.lower()] for tier in CEILINGS}
    plain = {name: values[name] for name in ("code", "name", "kind", "item_class", "own_share_permille", "valid_from")}
    entered = enter(
        Item(
            **plain, unit=values["unit"] or "", source=values["source"] or "", basis=values["basis"] or "stated",
            ceilings={name: round(yuan * 100) for name, yuan in given.items() if yuan is not None},
        )
    )  # fmt: skip
    return {Entered.NEW: Effect.NEW, Entered.CHANGED: Effect.CHANGED, Entered.SAME: Effect.SAME}[entered]


KIND = Kind(
    "items", gettext_lazy("医保目录"), COLUMNS, row_by_row(COLUMNS, _put), Office.SYSTEM, frozenset({Role.INSURER})
)  # fmt: skip
