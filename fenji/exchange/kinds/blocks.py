"""Clinics and examination times that a hospital hands over, one row a session, known by the hospital's own code."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.booking.blocks import SessionForm, hand_over
from fenji.apps.booking.models import ExamItem, Session
from fenji.apps.booking.policies import KEEPERS, ZONE
from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Institution
from fenji.exchange.cells import choice, clock_time, code, day, up_to, whole
from fenji.exchange.kinds.kind import Effect, Kind, Looks, Run, institution_of, looked_up, row_by_row
from fenji.exchange.kinds.schedules import LINES, department_of, physician_of
from fenji.exchange.kinds.schedules import LOOKS as NAMED
from fenji.exchange.table import Column
from fenji.kernel.roles import Office

KINDS_OF_SESSION = {**LINES, "检查": "examination"}
COLUMNS = (
    Column("block", "批次编号", code, gettext_lazy("同一批交出的号源，交还时用它"), "B202603", required=True),
    Column("source_code", "场次编号", code, gettext_lazy("医院系统中的编号"), "M20260305A", required=True),
    Column("institution", "机构", up_to(80), gettext_lazy("机构代码或名称"), "yx-demo", required=True),
    Column("department", "科室代码", code, "", "demo-cardio", required=True),
    Column("line", "类别", choice(KINDS_OF_SESSION), "、".join(KINDS_OF_SESSION), "专科", required=True),
    Column("exam_item", "检查项目代码", code, gettext_lazy("类别为检查时必填")),
    Column("physician_id", "医生用户名", up_to(60), gettext_lazy("可不填"), "demo-d0001"),
    Column("day", "日期", day, "", "2026-03-05", required=True),
    Column("starts", "开始", clock_time, gettext_lazy("如 08:00"), "08:00", required=True),
    Column("ends", "结束", clock_time, gettext_lazy("如 12:00"), "12:00", required=True),
    Column("place_minutes", "每号分钟", whole(1, 480), "", "15", required=True),
    Column("reserve_permille", "转诊预留千分比", whole(0, 1000), gettext_lazy("可不填，即不预留")),
)


def _put(values: dict[str, Any], run: Run) -> Effect:
    institution = institution_of(values["institution"], run)
    department = department_of(institution, values["department"])
    form = SessionForm(
        source_code=values["source_code"],
        department_id=department.pk,
        starts_at=datetime.combine(values["day"], values["starts"], ZONE),
        ends_at=datetime.combine(values["day"], values["ends"], ZONE),
        place_minutes=values["place_minutes"],
        line=values["line"],
        exam_item_id=_item(institution, values["exam_item"]),
        physician_id=physician_of(institution, values["physician_id"], run),
        reserve_permille=values["reserve_permille"] or 0,
    )
    before = Session.objects.filter(source_system=institution.code, source_code=form.source_code).exists()
    try:
        hand_over(institution.pk, values["block"], [form], by=run.by, at=run.at)
    except Invalid as error:
        named = {name.rpartition(".")[2]: text for name, text in error.fields.items()}
        raise Invalid(fields={COLUMN_OF.get(name, name): text for name, text in named.items()}) from None
    return Effect.SAME if before else Effect.NEW


# What the action calls a field, and in which column it stands here.
COLUMN_OF = {"starts_at": "starts", "ends_at": "ends", "exam_item_id": "exam_item", "1": "source_code",
             "department_id": "department"}  # fmt: skip


def _item(institution: Institution, item_code: str) -> int | None:
    if not item_code:
        return None
    found = ExamItem.objects.filter(institution=institution, code=item_code).first()
    if found is None:
        raise Invalid(fields={"exam_item": _("该机构没有这个检查项目代码。")})
    return found.pk


LOOKS: Looks = {
    **NAMED,
    ("institution", "exam_item"): lambda values, run: _item(
        institution_of(values["institution"], run), values["exam_item"]
    ),
}
KIND = Kind(
    "blocks", gettext_lazy("交出的号源"), COLUMNS, row_by_row(COLUMNS, _put, LOOKS), Office.SYSTEM, KEEPERS,
    besides=looked_up(COLUMNS, LOOKS),
)  # fmt: skip
