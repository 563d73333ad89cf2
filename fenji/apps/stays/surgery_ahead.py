"""Day surgery asked for from below (绿色通道): theatre and recovery place are kept with the referral, to be assessed.

What the hospital handed over to the platform may be asked for, for the procedures the rulebook opens. Each act belongs
to the referral's own and is judged by its table of moves; the hospital goes on by the steps of `surgery`.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import Resident
from fenji.apps.stays import rules, surgery, theatres
from fenji.apps.stays.models import Surgery
from fenji.apps.stays.policies import Footing, Person
from fenji.kernel.day_surgery import SurgeryState

BEFORE_THEATRE = (SurgeryState.REQUESTED, SurgeryState.ASSESSED, SurgeryState.BOOKED)


@transaction.atomic
def ask(
    resident: Resident, department: Department, procedure: str, starts_at: datetime | None, *, referral_id: UUID,
    diagnosis_code: str, by: User, at: datetime,
) -> Surgery:  # fmt: skip
    """Ask with a referral just written: a theatre at `starts_at` (None: the soonest) and a recovery place after it.

    Raises Invalid for a procedure that is not open at this diagnosis or a day before the hospital can have assessed,
    NoTheatre when nothing handed over is free then, EndsTooLate, FeedStale.
    """
    if procedure not in rules.from_below(diagnosis_code, at):
        raise Invalid(fields={"procedure": _("这个诊断的这种手术不能由基层直接申请日间手术，请转诊后由医院安排。")})
    house, person = department.institution_id, Person(resident.sex)
    times = [starts_at] if starts_at else theatres.times_from_below(house, person, at=at, count=1)
    if not times:
        raise Invalid(fields={"surgery_at": _("这家医院近期没有开放给基层的手术时间，可先转诊，由医院安排。")})
    if rules.day_of(times[0]) < theatres.first_day_from_below(at):
        raise Invalid(fields={"surgery_at": _("须给医院留出术前评估的时间，请选晚一些的日期。")})
    made = Surgery(
        institution_id=house, department=department, resident=resident, procedure=procedure,
        diagnosis_code=diagnosis_code[:10], referral_id=referral_id, requested_at=at, made_by=by,
    )  # fmt: skip
    surgery.take_rooms(made, times[0], Footing.PLATFORM, by=by, at=at)
    return surgery.enter(made, SurgeryState.REQUESTED, "request", by=by, at=at)


@transaction.atomic
def give_up(referral_id: UUID, resident_id: UUID, reason: str, *, by: User | None, at: datetime) -> None:
    """The patient does not come by this referral: what was kept for the surgery is free again."""
    for one in _kept(referral_id, resident_id).select_for_update(of=("self",), no_key=True).order_by("pk"):
        one.reason = reason[:80]
        surgery.free_all(one, by=by, at=at)
        surgery.enter(one, SurgeryState.CANCELLED, "cancel", by=by, at=at)


def kept_for(referral_id: UUID, resident_id: UUID) -> Surgery | None:
    """The day surgery asked for with a referral, while it may still take place."""
    return _kept(referral_id, resident_id).order_by("-requested_at").first()


def of_referral(referral_id: UUID, resident_id: UUID) -> Surgery | None:
    """The day surgery asked for with a referral, whatever became of it."""
    return Surgery.objects.filter(resident=resident_id, referral_id=referral_id).order_by("-requested_at").first()


def words_for_resident(one: Surgery) -> str:
    """What the patient is told: when it is planned, and that the hospital assesses first."""
    when = timezone.localtime(one.starts_at)
    return (
        f"{one.institution.short_name}已为您预留日间手术时间：{when.month}月{when.day}日 {when:%H:%M}。"
        "请按就诊时间先到院做术前评估，评估合格才能手术；术前禁食禁饮听医院通知。"
    )


def _kept(referral_id: UUID, resident_id: UUID) -> QuerySet[Surgery]:
    asked = Surgery.objects.filter(resident=resident_id, referral_id=referral_id)  # by the resident's index
    return asked.filter(state__in=[state.value for state in BEFORE_THEATRE])
