"""Setting and ending a clinic's weekly pattern. A changed pattern is a new one; the old ends the day before."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import queries, standing
from fenji.apps.booking.errors import ScheduleRefused
from fenji.apps.booking.models import Line, Schedule, Session
from fenji.apps.booking.policies import ZONE
from fenji.apps.booking.sessions import Rebooking, close_session
from fenji.apps.common import audit
from fenji.apps.common.errors import NotFound
from fenji.apps.registry.models import Department


@dataclass(frozen=True)
class ScheduleForm:
    """A clinic as it is entered or imported; `reserve_permille=None` takes the rulebook's share."""

    department_id: int
    weekday: int
    starts: time
    ends: time
    place_minutes: int
    valid_from: date
    valid_until: date | None = None
    line: str = "specialist"
    exam_item_id: int | None = None
    physician_id: int | None = None
    reserve_permille: int | None = None
    source_system: str = ""
    source_code: str = ""


@transaction.atomic
def set_schedule(form: ScheduleForm, *, by: User | None, at: datetime) -> Schedule:
    """Write a pattern down; places come with the next `make_places`.

    The same source code again replaces the old pattern from today on, or leaves it when nothing changed.
    Raises ScheduleRefused with the fields that are wrong, among them a physician who would be at two places at once.
    """
    _check(form)
    _check_may_keep(form.department_id, by, at)
    _one_at_a_time(form.physician_id)
    if form.source_code:
        old = Schedule.objects.filter(source_system=form.source_system, source_code=form.source_code).first()
        if old is not None and _same(old, form):
            return old
        if old is not None:
            form = replace(form, valid_from=max(form.valid_from, at.astimezone(ZONE).date()))
            end_schedule(old.id, form.valid_from, by=by, at=at)
            Schedule.objects.filter(pk=old.pk).update(source_code="", source_system="")
    _check_physician_is_free(form)
    schedule = Schedule.objects.create(**vars(form))
    audit.record("schedule.set", schedule, by=by, at=at, institution_id=schedule.department.institution_id)
    return schedule


@transaction.atomic
def end_schedule(schedule_id: int, on: date, *, by: User | None, at: datetime) -> list[Rebooking]:
    """The clinic is no longer held from `on`; sessions already made are closed and their bookings moved."""
    schedule = Schedule.objects.select_for_update(no_key=True).filter(pk=schedule_id).first()
    if schedule is None:
        raise NotFound
    standing.check_can_keep(by, schedule.department.institution_id, at=at)
    schedule.valid_until = max(on, schedule.valid_from)
    schedule.save(update_fields=["valid_until"])
    first = max(at, datetime.combine(on, time(), ZONE))
    made = Session.objects.filter(schedule=schedule, starts_at__gte=first, closed_at=None).order_by("starts_at")
    moved = [
        one for session in made.values_list("pk", flat=True) for one in close_session(session, "停止出诊", by=by, at=at)
    ]
    audit.record("schedule.end", schedule, by=by, at=at, institution_id=schedule.department.institution_id)
    return moved


def _check(form: ScheduleForm) -> None:
    span = datetime.combine(date.min, form.ends) - datetime.combine(date.min, form.starts)
    each, share, until = timedelta(minutes=form.place_minutes), form.reserve_permille, form.valid_until
    wrong: list[tuple[bool, str, str | Promise]] = [
        (not 0 <= form.weekday <= 6, "weekday", _("星期须为 0（周一）到 6（周日）。")),
        (form.ends <= form.starts, "ends", _("结束时间须晚于开始时间。")),
        (form.place_minutes < 1, "place_minutes", _("每号至少一分钟。")),
        (form.ends > form.starts and each > span, "place_minutes", _("这段时间放不下一个号。")),
        (until is not None and until <= form.valid_from, "valid_until", _("停用日期须晚于启用日期。")),
        (form.line not in Line.values, "line", _("门诊类别须为全科、专科、专家或检查。")),
        ((form.line == Line.EXAMINATION) != (form.exam_item_id is not None), "exam_item_id", _("检查须写明项目。")),
        (not queries.is_item_of(form.exam_item_id, form.department_id), "exam_item_id", _("该科室没有这个检查项目。")),
        (share is not None and not 0 <= share <= 1000, "reserve_permille", _("预留比例须在千分之 0 到 1000 之间。")),
    ]
    fields = {field: text for is_wrong, field, text in wrong if is_wrong}
    if fields:
        raise ScheduleRefused(fields=fields)


def _check_may_keep(department_id: int, by: User | None, at: datetime) -> None:
    department = Department.objects.filter(pk=department_id).first()
    if department is None:
        raise NotFound
    standing.check_can_keep(by, department.institution_id, at=at)


def _one_at_a_time(physician_id: int | None) -> None:
    """Two entries for one physician wait for each other, so that they cannot overlap unseen."""
    if physician_id is not None:
        User.objects.select_for_update(no_key=True).filter(pk=physician_id).first()


def _check_physician_is_free(form: ScheduleForm) -> None:
    if form.physician_id is None:
        return
    clashes = Schedule.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=form.valid_from),
        physician_id=form.physician_id, weekday=form.weekday, starts__lt=form.ends, ends__gt=form.starts,
    )  # fmt: skip
    if form.valid_until is not None:
        clashes = clashes.filter(valid_from__lt=form.valid_until)
    if clashes.exists():
        raise ScheduleRefused(fields={"physician_id": _("该医生同一时间已在别处出诊。")})


def _same(schedule: Schedule, form: ScheduleForm) -> bool:
    return all(getattr(schedule, name) == value for name, value in vars(form).items())
