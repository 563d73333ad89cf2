"""What a department examines: setting an item and its weekly times, in the house's own hand or by its messages."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import offering, patterns, queries, schedules, standing
from fenji.apps.booking.models import ExamItem, Line, Schedule, Session
from fenji.apps.common import audit, rulebooks
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.registry.models import Department

SHORTEST, LONGEST = 1, 480  # minutes


@dataclass(frozen=True)
class ItemForm:
    """An examination as a department offers it."""

    department_id: int
    code: str
    name: str
    preparation: str = ""
    equipment: str = ""
    minutes: int = 15
    valid_until: date | None = None


@dataclass(frozen=True)
class TimesForm:
    """When an examination is done each week; half-open [starts, ends), a patient every `minutes`."""

    weekdays: tuple[int, ...]  # 0 Monday … 6 Sunday
    starts: time
    ends: time
    minutes: int
    valid_from: date


@transaction.atomic
def put_item(form: ItemForm, *, by: User | None, at: datetime, is_new: bool = False) -> ExamItem:
    """Offer an examination; the same code of the institution again changes it, unless it is said to be new.

    Raises Invalid naming every field at fault, NotFound.
    """
    department = Department.objects.filter(pk=form.department_id).first()
    if department is None:
        raise NotFound
    standing.check_can_keep(by, department.institution_id, at=at)
    known = ExamItem.objects.filter(institution_id=department.institution_id, code=form.code.strip()).first()
    if faults := _faults(form, None if is_new else known):
        raise Invalid(fields=faults)
    item, is_made = ExamItem.objects.update_or_create(
        institution_id=department.institution_id, code=form.code.strip(),
        defaults={**vars(form), "code": form.code.strip(), "name": form.name.strip()},
    )  # fmt: skip
    if is_new and not is_made:  # also where a colleague made it a moment ago
        raise Invalid(
            fields={"code": _("本机构已有这个代码：%(name)s。") % {"name": known.name if known else item.name}}
        )
    audit.record("examination.offer", item, by=by, at=at, institution_id=item.institution_id, details={"new": is_made})
    return item


@transaction.atomic
def set_times(item_id: int, form: TimesForm, *, by: User | None, at: datetime) -> int:
    """Write the weekly times of an examination down and make its places; who waits is offered them first.

    Returns how many times were made. Raises Invalid, NotFound.
    """
    item = ExamItem.objects.select_for_update(no_key=True).filter(pk=item_id).first()
    if item is None:
        raise NotFound
    standing.check_can_keep(by, item.institution_id, at=at)
    _check_times(item, form)
    made = [
        patterns.set_schedule(
            patterns.ScheduleForm(
                item.department_id, weekday, form.starts, form.ends, form.minutes, form.valid_from,
                line=Line.EXAMINATION, exam_item_id=item.pk,
            ),
            by=by, at=at,
        ).pk
        for weekday in sorted(set(form.weekdays))
    ]  # fmt: skip
    places = schedules.make_places(at=at, rulebook=rulebooks.current(), only=made).places
    offering.offer_free(item.department_id, at=at)
    return places


def _faults(form: ItemForm, known: ExamItem | None) -> dict[str, str]:
    wrong: list[tuple[bool, str, str]] = [
        (not form.code.strip(), "code", _("请填写项目代码。")),
        (not form.name.strip(), "name", _("请填写项目名称。")),
        (not SHORTEST <= form.minutes <= LONGEST, "minutes", _("每次 1 到 480 分钟。")),
        (_has_times_elsewhere(form, known), "department_id", _("该项目已有检查时间，不能换科室；请停用后另设项目。")),
    ]
    return {field: text for is_wrong, field, text in wrong if is_wrong}


def _has_times_elsewhere(form: ItemForm, known: ExamItem | None) -> bool:
    """Times carry the department they were made for: an order of the item would not find them in another one."""
    if known is None or known.department_id == form.department_id:
        return False
    return any(kind.objects.filter(exam_item=known).exists() for kind in (Schedule, Session))


def _check_times(item: ExamItem, form: TimesForm) -> None:
    if not form.weekdays:
        raise Invalid(fields={"weekdays": _("请至少选一天。")})
    standing_times = queries.weekly_times(item.pk, form.valid_from).filter(
        weekday__in=form.weekdays, starts__lt=form.ends, ends__gt=form.starts
    )
    if standing_times.exists():
        raise Invalid(fields={"starts": _("该项目这一天的这段时间已经排了。")})
