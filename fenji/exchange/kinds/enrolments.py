"""In which scheme and as whom residents are insured, from when until when; suspensions are rows of their own."""

from typing import Any

from django.utils.translation import gettext_lazy

from fenji.apps.payments.actions.enrolling import Told, enrol
from fenji.exchange.cells import YES_NO, choice, code, day
from fenji.exchange.kinds.contracts import resident_of
from fenji.exchange.kinds.kind import Effect, Kind, Run, row_by_row
from fenji.exchange.table import Column
from fenji.kernel.roles import Office, Role

SCHEMES = {"城乡居民": "resident", "职工": "employee"}
GROUPS = {"一般": "general", "退休": "retired", "未成年人": "minor", "低保": "low_income", "特困": "destitute"}
COLUMNS = (
    Column("resident", "居民编号", code, gettext_lazy("来源系统中的居民编号；与证件号码填一项即可"), "R000001"),
    Column("id_number", "证件号码", code, gettext_lazy("请设为文本格式")),
    Column("scheme", "险种", choice(SCHEMES), "、".join(SCHEMES), "城乡居民", required=True),
    Column("group", "人员类别", choice(GROUPS), "、".join(GROUPS), "一般", required=True),
    Column("valid_from", "起", day, gettext_lazy("此前没有止日的一段在这一天结束"), "2026-01-01", required=True),
    Column("valid_until", "止", day, gettext_lazy("不再参保的第一天；不填为一直有效")),
    Column("is_suspended", "暂停待遇", YES_NO, gettext_lazy("是：这一段不能享受待遇；不填为否")),
)


def _put(values: dict[str, Any], run: Run) -> Effect:
    told = Told(
        values["scheme"], values["group"], values["valid_from"], values["valid_until"], bool(values["is_suspended"])
    )  # fmt: skip
    done = enrol(resident_of(values, run).pk, told, source=run.system, by=run.by)
    return Effect.NEW if done.is_new else Effect.CHANGED if done.is_changed else Effect.SAME


KIND = Kind(
    "enrolments", gettext_lazy("参保"), COLUMNS, row_by_row(COLUMNS, _put), Office.SYSTEM, frozenset({Role.INSURER})
)  # fmt: skip
