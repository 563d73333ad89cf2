"""Residents, known by the code of the system they come from; a thousand rows at a time."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.common.errors import Invalid
from fenji.apps.registry.queries import smallest_regions
from fenji.apps.residents.actions.bulk_import import Told, import_rows
from fenji.apps.residents.models import IdKind
from fenji.apps.residents.particulars import Particulars, check
from fenji.exchange.cells import choice, code, day, up_to
from fenji.exchange.kinds.kind import Effect, Kind, Run, by_field, count, faults_of
from fenji.exchange.table import Column, Fault, Outcome, Row
from fenji.kernel.roles import Office

BATCH = 1000
PAPERS = {
    "居民身份证": IdKind.MAINLAND, "出生医学证明": IdKind.BIRTH, "护照": IdKind.PASSPORT, "港澳台居民证件": IdKind.HMT,
}  # fmt: skip
SEXES = {"男": 1, "女": 2, "未知": 0, "未说明": 9}
SCHEMES = {"城乡居民": "resident", "职工": "employee", "未参保": "none", "其他": "other"}

COLUMNS = (
    Column(
        "source_code", "居民编号", code, gettext_lazy("来源系统中的编号；再次导入按它更新"), "R000001", required=True
    ),
    Column("name", "姓名", up_to(60), "", "示例居民", required=True),
    Column("id_kind", "证件类型", choice(PAPERS), "、".join(PAPERS), "居民身份证"),
    Column("id_number", "证件号码", code, gettext_lazy("请先把整列设为文本格式，否则末几位会丢失"), "", required=True),
    Column("sex", "性别", choice(SEXES), gettext_lazy("证件号码中有的可不填"), "女"),
    Column("birth_date", "出生日期", day, gettext_lazy("证件号码中有的可不填"), "1958-05-01"),
    Column("phone", "电话", code, gettext_lazy("11 位手机号，或带区号的座机号")),
    Column("town_code", "镇街", up_to(40), gettext_lazy("名称或代码")),
    Column("address", "住址", up_to(120), gettext_lazy("镇街以下")),
    Column("scheme", "医保类型", choice(SCHEMES), "、".join(SCHEMES), "城乡居民"),
)


def _load(rows: list[Row], run: Run, outcome: Outcome) -> None:
    towns = _towns()
    for start in range(0, len(rows), BATCH):
        told, numbers = [], []
        for row in rows[start : start + BATCH]:
            try:
                told.append(Told(row.values["source_code"], _particulars(row.values, towns)))
            except Invalid as error:
                outcome.refuse(faults_of(row.number, error, COLUMNS))
            else:
                numbers.append(row.number)
        for number, result in zip(numbers, import_rows(told, system=run.system, by=run.by), strict=True):
            if result.error is not None:
                outcome.refuse(faults_of(number, result.error, COLUMNS))
            else:
                count(outcome, Effect.NEW if result.is_new else Effect.CHANGED if result.is_changed else Effect.SAME)
        run.report(min(start + BATCH, len(rows)))


def _particulars(values: dict[str, Any], towns: dict[str, list[str]]) -> Particulars:
    codes = towns.get(values["town_code"], []) if values["town_code"] else [""]
    if len(codes) > 1:
        raise Invalid(fields={"town_code": _("有几个同名的镇街，请填代码。")})
    return Particulars(
        id_kind=values["id_kind"] or IdKind.MAINLAND,
        name=values["name"],
        id_number=values["id_number"],
        sex=values["sex"],
        birth_date=values["birth_date"],
        phone=values["phone"],
        town_code=codes[0] if codes else values["town_code"],  # unknown: refused with the other faults of the row
        address=values["address"],
        scheme=values["scheme"] or "",
    )


def _towns() -> dict[str, list[str]]:
    """Codes by name and by code."""
    found: dict[str, list[str]] = defaultdict(list)
    for code_, name in smallest_regions().values_list("code", "name"):
        found[name].append(code_)
        found[code_].append(code_)
    return found


# What a column cannot be judged by without another: whose number it is, and what the number would have told.
RESTS_ON = {"id_number": {"id_kind"}, "sex": {"id_kind", "id_number"}, "birth_date": {"id_kind", "id_number"}}


def _besides(rows: list[Row], run: Run) -> Iterator[Fault]:
    """What else is wrong with rows of which a cell cannot be read."""
    towns, on = _towns(), timezone.localdate(run.at)
    empty = {column.name: column.read(None) for column in COLUMNS}
    for row in rows:
        try:
            check(_particulars(empty | row.values, towns), on=on, towns=towns)
        except Invalid as error:
            apart = {
                name: words for name, words in error.fields.items()
                if row.unread.isdisjoint({name, *RESTS_ON.get(name, ())})
            }  # fmt: skip
            yield from by_field(row.number, apart, COLUMNS)


KIND = Kind("residents", gettext_lazy("居民"), COLUMNS, _load, Office.SYSTEM, besides=_besides)
