"""Official settlements (结算清单): a row an item, a bill's rows together, its official amounts on the first of them.

Each bill is settled by our rules beside the official system; the differences are shown, the books do not move.
"""

from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.common.errors import DomainError, Invalid
from fenji.apps.payments.actions import shadow
from fenji.apps.payments.given import Bill
from fenji.apps.payments.models import Claim, Mode
from fenji.apps.registry.models import Institution
from fenji.exchange.cells import choice, code, day, decimal, up_to
from fenji.exchange.kinds.contracts import resident_of
from fenji.exchange.kinds.items import KINDS as ITEM_KINDS
from fenji.exchange.kinds.items import MOST_YUAN
from fenji.exchange.kinds.kind import Effect, Kind, Run, count, faults_of
from fenji.exchange.table import Column, Outcome, Row
from fenji.kernel.payment.codes import ItemKind, Setting
from fenji.kernel.payment.lines import Line
from fenji.kernel.roles import Office, Role

SETTINGS = {"普通门诊": "OUTPATIENT", "门诊慢性病": "CHRONIC", "门诊特定病种": "SPECIAL", "住院": "INPATIENT",
            "日间手术": "DAY_SURGERY"}  # fmt: skip
OFFICIAL = {
    "total_cents": "总费用", "deductible_cents": "起付线", "fund_cents": "统筹支付", "catastrophic_cents": "大病保险",
    "assistance_cents": "医疗救助", "care_cents": "长期护理", "self_cents": "个人支付",
}  # fmt: skip
FIRST = gettext_lazy("写在该单据的第一行")
YUAN = gettext_lazy("元，写在第一行；没有的不填")
COLUMNS = (
    Column("institution", "机构", up_to(80), gettext_lazy("机构代码或名称"), "yx-demo", required=True),
    Column("number", "单据号", code, gettext_lazy("同一单据的各行相连"), "Z20260101", required=True),
    Column("resident", "居民编号", code, gettext_lazy("来源系统中的居民编号；与证件号码填一项即可"), "R000001"),
    Column("id_number", "证件号码", code, gettext_lazy("请设为文本格式")),
    Column("setting", "待遇类别", choice(SETTINGS), "、".join(SETTINGS), "住院"),
    Column("admitted", "入院或就诊日期", day, FIRST, "2026-01-01"),
    Column("ended", "出院或就诊日期", day, FIRST, "2026-01-05"),
    Column("diagnosis", "诊断编码", code, gettext_lazy("可不填"), "I63.900"),
    *(Column(name, title, decimal(0, MOST_YUAN), YUAN) for name, title in OFFICIAL.items()),
    Column("item", "项目编码", code, gettext_lazy("目录外的不填")),
    Column("item_name", "项目名称", up_to(80), "", "示例药品 100 mg", required=True),
    Column("kind", "项目类别", choice(ITEM_KINDS), "、".join(ITEM_KINDS), "药品", required=True),
    Column("quantity", "数量", decimal(0.001, 1_000_000), "", "1", required=True),
    Column("amount", "金额", decimal(0, MOST_YUAN), gettext_lazy("元"), "25.00", required=True),
)  # fmt: skip


def _load(rows: list[Row], run: Run, outcome: Outcome) -> None:
    done, seen = 0, set[tuple[str, str]]()
    for key, group in groupby(rows, key=lambda row: (row.values["institution"], row.values["number"])):
        of_bill = list(group)
        try:
            with transaction.atomic():
                if key in seen:
                    raise Invalid(fields={"number": _("同一单据的各行须相连。")})
                effect = _compare(of_bill, run)
        except DomainError as error:
            outcome.refuse(faults_of(of_bill[0].number, _by_column(error), COLUMNS))
        else:
            count(outcome, effect)
        seen.add(key)
        done += len(of_bill)
        run.report(done)


def _compare(rows: list[Row], run: Run) -> Effect:
    if run.by is None:
        raise Invalid(_("结算清单由经办人登录后导入。"))
    first = rows[0].values
    missing = [name for name in ("setting", "admitted", "ended", "total_cents", "self_cents") if first[name] is None]
    if missing:
        raise Invalid(fields=dict.fromkeys(missing, _("单据的第一行须填写这一项。")))
    bill = Bill(
        resident_id=resident_of(first, run).pk, institution_code=_house(first["institution"]).code,
        setting=Setting[first["setting"]], admitted_at=_moment(first["admitted"], run.at),
        ended_at=_moment(first["ended"], run.at), lines=tuple(_line(row.values) for row in rows),
        source_system=f"{run.system}/{first['institution']}"[:40], source_code=first["number"],
        diagnosis_code=(first["diagnosis"] or "")[:10],
        official={name: round((first[name] or 0) * 100) for name in OFFICIAL},
    )  # fmt: skip
    known = Claim.objects.filter(mode=Mode.SHADOW, source_system=bill.source_system, source_code=bill.source_code)
    is_known = known.exists()
    shadow.compare(bill, by=run.by)
    return Effect.SAME if is_known else Effect.NEW


def _line(values: dict[str, Any]) -> Line:
    kind = ItemKind[values["kind"].upper()]
    return Line(
        values["item_name"], kind, round(values["quantity"] * 1000), round(values["amount"] * 100), values["item"]
    )


def _house(name: str) -> Institution:
    found = Institution.objects.filter(code=name).first() or Institution.objects.filter(name=name).first()
    if found is None:
        raise Invalid(fields={"institution": _("没有这个机构代码或名称。")})
    return found


def _moment(on: date, at: datetime) -> datetime:
    """The end of the day: a referral of the day itself came before. Of today, now."""
    ends = timezone.make_aware(datetime.combine(on, time(23, 59)))
    return at if on == timezone.localdate(at) else ends


def _by_column(error: DomainError) -> DomainError:
    """The refusal in the table's own columns."""
    if not isinstance(error, Invalid) or not error.fields:
        return error
    names = {"admitted_at": "admitted", "ended_at": "ended", "official": "total_cents"}
    return Invalid(
        fields={names.get(name, name.removeprefix("official.")): words for name, words in error.fields.items()}
    )


KIND = Kind("settlements", gettext_lazy("结算清单（比对）"), COLUMNS, _load, Office.SYSTEM, frozenset({Role.INSURER}))
