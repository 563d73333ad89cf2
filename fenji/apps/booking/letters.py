"""Tells a resident what became of an appointment without a referral; a referral's own announcements tell the others."""

from datetime import datetime

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Booking, ExamOrder, Offer, Place, WaitingEntry
from fenji.apps.booking.policies import ZONE
from fenji.apps.notices.actions import Addressee, Brief, notify
from fenji.apps.residents.identity import phone_number


def tell_rebooked(old: Booking, new: Booking | None, *, at: datetime) -> None:
    """Say that a closed clinic moved or ended the appointment: on the own page, by SMS, else by telephone."""
    if old.exam_order is not None:
        _tell_orderer_of_change(old.exam_order, old, new, at=at)
    if old.referral_id is not None:
        return
    place = old.place
    facts = {"clinic": old.department.name, "institution": place.institution.short_name, "was": _words(place.starts_at)}
    if new is None and old.exam_order is not None:
        text = "{institution} {clinic} {was} 停诊，暂无可改的时间，申请的医生会为您另约，约好再通知您。".format(**facts)
    elif new is None:
        text = "{institution} {clinic} {was} 停诊，暂无可改的时间，预约已取消，请重新预约。".format(**facts)
    else:
        facts["now"] = _words(new.place.starts_at)
        text = "{institution} {clinic} {was} 停诊，已为您改到 {now}，如不合适请改约。".format(**facts)
    without = "examination.to_rebook" if old.exam_order is not None else "booking.cancelled"
    notify(
        "booking.moved" if new else without,
        cause=("booking", str(old.pk)),
        to=[
            Addressee(
                resident_id=old.resident_id, institution_id=place.institution_id, phone=phone_number(old.resident)
            )
        ],
        text=text,
        at=at,
        once_key=f"booking:{old.pk}:rebooked",
        brief=Brief(institution=place.institution.short_name, when=facts.get("now", facts["was"])),
    )


def tell_offered(offer: Offer, *, at: datetime) -> None:
    """Say that a place is kept for who waited, and until when it must be answered; the desk that entered it too."""
    place, entry = offer.place, offer.entry
    text = f"{_where(place)}有号，已为您保留到 {_words(offer.answer_by)}，请在此之前答复，逾期将通知下一位。"
    _tell_waiting("waiting.offered", entry, text, at=at, key=f"offer:{offer.pk}", when=_words(place.starts_at))


def tell_off_the_list(entry: WaitingEntry, text: str, *, at: datetime) -> None:
    """Say that one no longer waits, and why."""
    _tell_waiting("waiting.ended", entry, text, at=at, key=f"waiting:{entry.pk}:ended", when="")


def _tell_waiting(kind: str, entry: WaitingEntry, text: str, *, at: datetime, key: str, when: str) -> None:
    house = entry.department.institution
    resident = Addressee(resident_id=entry.resident_id, institution_id=house.pk, phone=phone_number(entry.resident))
    desk = [Addressee(user_id=entry.entered_by_id)] if entry.entered_by_id else []
    brief = Brief(institution=house.short_name, when=when)
    cause = ("waiting", str(entry.pk))
    notify(kind, cause=cause, to=[resident, *desk], text=text, at=at, once_key=key, brief=brief)


def tell_exam_ordered(order: ExamOrder, booking: Booking, *, at: datetime) -> None:
    """Say when and where the examination is and what to do before it: on the own page, by SMS, else by telephone."""
    place, item = booking.place, order.item
    text = f"{item.name}：{_where(place)}。{item.preparation}"
    to = Addressee(
        resident_id=order.resident_id, institution_id=order.ordered_from_id, phone=phone_number(order.resident)
    )
    notify(
        "examination.booked", cause=("examination", str(order.pk)), to=[to], text=text[:400], at=at,
        once_key=f"booking:{booking.pk}:examination",
        brief=Brief(institution=place.institution.short_name, when=_words(place.starts_at)),
    )  # fmt: skip


def tell_exam_cancelled(order: ExamOrder, booking: Booking, *, at: datetime) -> None:
    """Say to the resident that the examination ordered with a referral that ended does not take place."""
    place = booking.place
    to = Addressee(
        resident_id=order.resident_id, institution_id=order.ordered_from_id, phone=phone_number(order.resident)
    )
    notify(
        "examination.cancelled", cause=("examination", str(order.pk)), to=[to], at=at,
        text=f"{order.item.name}：{_where(place)}的检查随转诊取消，请不要前往，有疑问请问转诊的医生。",
        once_key=f"examination:{order.pk}:cancelled",
        brief=Brief(institution=place.institution.short_name, when=_words(place.starts_at)),
    )  # fmt: skip


def tell_exam_booked_anew(order: ExamOrder, booking: Booking, *, by: User, at: datetime) -> None:
    """Say to who ordered that somebody else found a time."""
    if order.ordered_by_id == by.pk:
        return
    text = f"{order.item.name}已另约：{_where(booking.place)}。"
    _tell_orderer("examination.moved", order, text, key=f"booking:{booking.pk}:orderer", at=at)


def tell_exam_reported(order: ExamOrder, *, at: datetime) -> None:
    """Say to who ordered that the result is there, at once and to the whole institution where it is critical; then to
    the resident.

    The notices name the examination and nothing of the result: that is read where its reading is written down.
    """
    text = "{name}结果已出{critical}，请查看并告知居民。".format(
        name=order.item.name, critical="（危急值，请立即处理）" if order.is_critical else ""
    )
    to = [Addressee(user_id=order.ordered_by_id)] if order.ordered_by_id else []
    if order.is_critical or not to:
        to.append(Addressee(institution_id=order.ordered_from_id))
    notify(
        "examination.critical" if order.is_critical else "examination.reported",
        cause=("examination", str(order.pk)), to=to, text=text, at=at,
        once_key=f"examination:{order.pk}:{at:%Y%m%d%H%M%S}",
    )  # fmt: skip
    resident = Addressee(
        resident_id=order.resident_id, institution_id=order.ordered_from_id, phone=phone_number(order.resident)
    )
    notify(
        "examination.result", cause=("examination", str(order.pk)), to=[resident], at=at,
        text=f"{order.item.name}结果已出，可在“我的检查”中查看，具体请听医生解释。",
        once_key=f"examination:{order.pk}:{at:%Y%m%d%H%M%S}:resident",
        brief=Brief(institution=order.ordered_from.short_name),
    )  # fmt: skip


def _tell_orderer_of_change(order: ExamOrder, old: Booking, new: Booking | None, *, at: datetime) -> None:
    """Without another time the order waits for somebody to choose one."""
    kind = "examination.moved" if new else "examination.to_rebook"
    now = f"改到 {_words(new.place.starts_at)}" if new else "暂无可改的时间，请打开申请另选时间"
    text = f"{order.item.name}（原 {_words(old.place.starts_at)}）停诊，{now}。"
    _tell_orderer(kind, order, text, key=f"booking:{old.pk}:orderer", at=at)


def _tell_orderer(kind: str, order: ExamOrder, text: str, *, key: str, at: datetime) -> None:
    """Who ordered; the house where that is nobody any more."""
    house = Addressee(institution_id=order.ordered_from_id)
    to = [Addressee(user_id=order.ordered_by_id) if order.ordered_by_id else house]
    notify(kind, cause=("examination", str(order.pk)), to=to, text=text, at=at, once_key=key)


def _where(place: Place) -> str:
    return f"{place.institution.short_name} {place.department.name} {_words(place.starts_at)} "


def _words(at: datetime) -> str:
    local = at.astimezone(ZONE)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
