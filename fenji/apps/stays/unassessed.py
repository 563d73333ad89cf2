"""A day surgery asked for from below that nobody assesses: the hospital is reminded, then its rooms are free again.

How long before the start the patient is assessed at the latest says the rulebook. The referral goes on as it was: the
patient is seen, and the hospital arranges the surgery itself or it is asked for anew.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fenji.apps.notices.actions import Addressee, Brief, notify
from fenji.apps.registry.errors import NoOffice
from fenji.apps.registry.queries import office_of
from fenji.apps.residents.identity import phone_number
from fenji.apps.stays import rules, surgery
from fenji.apps.stays.models import Surgery
from fenji.kernel.day_surgery import SurgeryState

REASON = "逾期未做术前评估，手术间和复苏位已退回"


def remind(*, at: datetime) -> int:
    """Tell department and office what will soon be given back unless they assess, once each; returns how many."""
    last = rules.assessed_before(at)
    soon = _kept_until(at + last + rules.reminded_before(at)).filter(starts_at__gt=at + last)
    return sum(_remind_of(one, last, at) for one in soon.order_by("starts_at"))


def give_back(*, at: datetime) -> int:
    """End what was not assessed in time, its rooms free again, and tell everybody; returns how many.

    One that is being assessed this moment is left to the hospital.
    """
    overdue = _kept_until(at + rules.assessed_before(at)).order_by("starts_at").values_list("pk", flat=True)
    return sum(_give_back_one(number, at) for number in list(overdue))


def _kept_until(starts_by: datetime) -> QuerySet[Surgery]:
    """Not yet assessed, with rooms kept that begin by then."""
    return Surgery.objects.filter(state=SurgeryState.REQUESTED, bundle_id__isnull=False, starts_at__lte=starts_by)


@transaction.atomic
def _give_back_one(number: UUID, at: datetime) -> bool:
    overdue = _locked(_kept_until(at + rules.assessed_before(at)).filter(pk=number))
    if overdue is None:
        return False
    overdue.reason = REASON
    surgery.free_all(overdue, by=None, at=at)
    _tell_of_end(surgery.enter(overdue, SurgeryState.CANCELLED, "expire", by=None, at=at), at)
    return True


def _locked(found: QuerySet[Surgery]) -> Surgery | None:
    rows = found.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return rows.select_related("resident", "institution").first()


def _remind_of(one: Surgery, last: timedelta, at: datetime) -> bool:
    text = (
        f"基层申请的日间手术“{one.procedure}”（{_words(one.starts_at)}）还没有术前评估，"
        f"{_words(one.starts_at and one.starts_at - last)}前仍未评估的，手术间和复苏位自动退回。"
    )
    return bool(
        notify(
            "surgery.unassessed", cause=("surgery", str(one.pk)), to=hospital(one), text=text, at=at,
            once_key=f"surgery:{one.pk}:unassessed",
        )
    )  # fmt: skip


def _tell_of_end(one: Surgery, at: datetime) -> None:
    """The hospital, the doctor who asked and the patient, each in words of their own."""
    when, here, referral = _words(one.starts_at), ("surgery", str(one.pk)), ("referral", str(one.referral_id))
    patient = Addressee(
        resident_id=one.resident_id, institution_id=one.institution_id, phone=phone_number(one.resident)
    )
    ended = f"{one.procedure}（{when}）{REASON}。"
    moved = f"{one.institution.short_name}{when}的日间手术没有按时做术前评估，原定时间已取消。"
    said = [
        (here, hospital(one), f"基层申请的日间手术：{ended}"),
        (referral, [Addressee(user_id=one.made_by_id)], f"{ended}转诊和就诊预约照旧，手术时间请与医院另约。"),
        (referral, [patient], f"{moved}转诊和就诊预约照旧，手术时间由医院另行通知。"),
    ]
    brief = Brief(institution=one.institution.short_name)
    for cause, to, text in said:
        notify(
            "surgery.released", cause=cause, to=to, text=text, at=at, once_key=f"surgery:{one.pk}:released", brief=brief
        )


def hospital(one: Surgery) -> list[Addressee]:
    """The department that assesses, and the office above it."""
    desks = [one.department_id]
    with suppress(NoOffice):
        desks.append(office_of(one.institution_id).pk)
    return [Addressee(institution_id=one.institution_id, department_id=desk) for desk in dict.fromkeys(desks)]


def _words(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%m月%d日 %H:%M}"
