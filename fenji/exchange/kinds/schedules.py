"""Weekly clinics, known by the code their hospital gave them."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Schedule
from fenji.apps.booking.patterns import ScheduleForm, set_schedule
from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Department, Institution
from fenji.apps.registry.posts import people_at
from fenji.exchange.cells import choice, clock_time, code, day, up_to, whole
from fenji.exchange.kinds.kind import Effect, Kind, Looks, Run, institution_of, looked_up, row_by_row
from fenji.exchange.table import Column
from fenji.kernel.roles import Office, Role

LINES = {"全科": "general", "专科": "specialist", "专家": "expert"}
WEEKDAYS = {"周一": 0, "周二": 1, "周三": 2, "周四": 3, "周五": 4, "周六": 5, "周日": 6}

COLUMNS = (
    Column("source_code", "排班编号", code, gettext_lazy("来源系统中的编号；再次导入按它更新"), "S0001", required=True),
    Column("institution", "机构", up_to(80), gettext_lazy("机构代码或名称"), "yx-demo", required=True),
    Column("department", "科室代码", code, "", "demo-cardio", required=True),
    Column("physician_id", "医生用户名", up_to(60), gettext_lazy("不指定医生的普通门诊可不填"), "demo-d0001"),
    Column("line", "门诊类别", choice(LINES), "、".join(LINES), "专科", required=True),
    Column("weekday", "星期", choice(WEEKDAYS), "、".join(WEEKDAYS), "周一", required=True),
    Column("starts", "开始", clock_time, gettext_lazy("如 08:00"), "08:00", required=True),
    Column("ends", "结束", clock_time, gettext_lazy("如 12:00"), "12:00", required=True),
    Column("place_minutes", "每号分钟", whole(1, 480), "", "15", required=True),
    Column("reserve_permille", "转诊预留千分比", whole(0, 1000), gettext_lazy("可不填，即按本市规定")),
    Column("valid_from", "启用日期", day, "", "2026-01-05", required=True),
    Column("valid_until", "停用日期", day, gettext_lazy("停用的第一天，可不填")),
)


def _put(values: dict[str, Any], run: Run) -> Effect:
    institution = institution_of(values["institution"], run)
    department = department_of(institution, values["department"])
    form = ScheduleForm(
        department_id=department.pk,
        physician_id=physician_of(institution, values["physician_id"], run),
        source_system=run.system,
        **{name: values[name] for name in ("source_code", "line", "weekday", "starts", "ends", "place_minutes")},
        **{name: values[name] for name in ("reserve_permille", "valid_from", "valid_until")},
    )
    known = Schedule.objects.filter(source_system=run.system, source_code=form.source_code).first()
    if known is not None and known.department.institution_id != institution.pk:
        raise Invalid(fields={"source_code": _("这个编号已是另一家机构的排班。")})
    schedule = set_schedule(form, by=run.by, at=run.at)
    if known is None:
        return Effect.NEW
    return Effect.SAME if schedule.pk == known.pk else Effect.CHANGED


def department_of(institution: Institution, code: str) -> Department:
    """The department a row names; raises Invalid."""
    found = Department.objects.filter(institution=institution, code=code).first()
    if found is None:
        raise Invalid(fields={"department": _("该机构没有这个科室代码。")})
    return found


def physician_of(institution: Institution, username: str, run: Run) -> int | None:
    """Who a row names, None for nobody; raises Invalid for somebody who does not work there."""
    if not username:
        return None
    user = User.objects.filter(username=username.lower()).first()
    if user is None or not people_at(institution.pk, timezone.localdate(run.at)).filter(pk=user.pk).exists():
        raise Invalid(fields={"physician_id": _("该机构没有这个用户名的在任人员。")})
    return user.pk


LOOKS: Looks = {
    ("institution",): lambda values, run: institution_of(values["institution"], run),
    ("institution", "department"): lambda values, run: department_of(
        institution_of(values["institution"], run), values["department"]
    ),
    ("institution", "physician_id"): lambda values, run: physician_of(
        institution_of(values["institution"], run), values["physician_id"], run
    ),
}
KIND = Kind(
    "schedules", gettext_lazy("门诊排班"), COLUMNS, row_by_row(COLUMNS, _put, LOOKS), Office.SYSTEM,
    frozenset({Role.REFERRAL_OFFICE, Role.PRIMARY_HEAD, Role.PROGRAM}), besides=looked_up(COLUMNS, LOOKS),
)  # fmt: skip
