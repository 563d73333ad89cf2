"""The demonstration's examinations: what two hospitals offer on weekdays, and a few orders of the township on the way.

Which examinations stand in whose calendar is invented; the advice before them is the usual one.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions, exam_items, examinations, patterns, schedules
from fenji.apps.booking.exam_items import ItemForm
from fenji.apps.booking.examinations import Result
from fenji.apps.booking.models import ExamItem
from fenji.apps.booking.patterns import ScheduleForm
from fenji.apps.common import clock, rulebooks
from fenji.apps.common.errors import DomainError
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Department, Membership
from fenji.apps.residents.models import CareRelation, Resident
from fenji.config.demonstration_accounts import CITY, COUNTY, TOWNSHIP
from fenji.kernel.roles import Role

Report = Callable[[int, int], None]
DAYS_BACK = timedelta(days=6)  # calendars began before the demonstration does
MORNING, NOON, LATE = time(8), time(12), time(17, 30)
# Code, name, minutes, what the patient must do before.
ITEMS: tuple[tuple[str, str, int, str], ...] = (
    ("US-ABD", "腹部彩超", 15, "检查前空腹 8 小时，可少量饮水服药。"),
    ("US-HEART", "心脏彩超", 20, "穿宽松上衣，带以前的心电图和彩超报告。"),
    ("CT-CHEST", "胸部 CT 平扫", 15, "去掉身上的金属物品；怀孕或备孕请先告诉医生。"),
    ("HOLTER", "24 小时动态心电图", 20, "检查当日先洗澡，佩戴期间不洗澡，记下不舒服的时间。"),
    ("GASTROSCOPE", "胃镜", 30, "检查前一晚 8 点后禁食，当日早晨禁水；须有家属陪同；服抗凝药请先告诉医生。"),
)
QUESTIONS = ("右上腹痛三天，有无胆结石", "活动后气促一月，了解心功能", "咳嗽两周，抗感染效果差")


@transaction.atomic
def fill_calendars(report: Report) -> int:
    """Offer the examinations, make their times, order a few; returns how many items there are. Once only."""
    if ExamItem.objects.exists():
        return 0
    at = clock.now()
    units = [unit for house in (COUNTY, CITY) if (unit := _unit(house))]
    items = [_offer(unit, *row, at) for unit in units for row in ITEMS]
    schedules.make_places(at=at - DAYS_BACK, rulebook=rulebooks.current())
    schedules.make_places(at=at, rulebook=rulebooks.current())
    report(len(items), len(items) + len(QUESTIONS))
    _order_some(items, at)
    report(len(items) + len(QUESTIONS), len(items) + len(QUESTIONS))
    return len(items)


def _unit(house: str) -> Department | None:
    """Where a hospital takes pictures; else its first department that is no office."""
    found = Department.objects.filter(institution__code=house, valid_until=None, is_office=False)
    return found.filter(code="imaging").first() or found.order_by("pk").first()


def _offer(unit: Department, code: str, name: str, minutes: int, preparation: str, at: datetime) -> ExamItem:
    """On weekdays: in the morning, from Monday to Wednesday in the afternoon too."""
    item = exam_items.put_item(
        ItemForm(unit.pk, code, name, preparation=preparation, minutes=minutes), by=None, at=at
    )  # fmt: skip
    for weekday in range(5):
        for starts, ends in ((MORNING, NOON), (time(14, 30), LATE))[: 2 if weekday < 3 else 1]:
            form = ScheduleForm(
                unit.pk, weekday, starts, ends, minutes, day_of(at - DAYS_BACK), line="examination",
                exam_item_id=item.pk,
            )  # fmt: skip
            patterns.set_schedule(form, by=None, at=at)
    return item


def _order_some(items: list[ExamItem], at: datetime) -> None:
    """Three patients of the township's doctor are booked; of a fourth, examined days ago, the result has come back."""
    doctor, examiner = _holder(TOWNSHIP, Role.FAMILY_DOCTOR), _holder(COUNTY, Role.PHYSICIAN)
    people = _patients()
    if doctor is None or examiner is None:
        return
    for resident, item, question in zip(people, items, QUESTIONS, strict=False):
        with suppress(DomainError):  # somebody of the stories is there already
            examinations.order(resident.pk, item.pk, question, by=doctor, at=at)
    for resident in people[len(QUESTIONS) :]:
        with suppress(DomainError), transaction.atomic():
            _examined(resident, items[1], doctor, examiner, at - DAYS_BACK)


def _examined(resident: Resident, item: ExamItem, doctor: User, examiner: User, at: datetime) -> None:
    made = examinations.order(resident.pk, item.pk, QUESTIONS[1], by=doctor, at=at)
    if made.booking is None:
        return
    begun = made.booking.place.starts_at
    actions.mark_arrived(made.booking.pk, by=examiner, at=begun)
    result = Result("左室壁增厚，左室舒张功能减退，射血分数 62%", "左房 38 mm，室间隔 12.5 mm，瓣膜未见明显反流。")
    examinations.report(made.order.pk, result, by=examiner, at=begun + timedelta(minutes=40))


def _holder(house: str, role: Role) -> User | None:
    posts = Membership.objects.filter(institution__code=house, role=role.value, valid_until=None)
    post = posts.order_by("-user__is_demonstration", "pk").select_related("user").first()
    return post.user if post else None


def _patients() -> list[Resident]:
    """Four residents contracted with the township."""
    now = clock.now()
    standing = CareRelation.objects.filter(Q(until_at=None) | Q(until_at__gt=now), institution__code=TOWNSHIP)
    ids = standing.filter(kind="contract").order_by("pk").values_list("resident_id", flat=True)[:12]
    return list(Resident.objects.filter(pk__in=list(ids), merged_into=None).order_by("pk")[:4])
