"""Tells a resident what became of an appointment without a referral; a referral's own announcements tell the others."""

from datetime import datetime

from fenji.apps.booking.models import Booking
from fenji.apps.booking.policies import ZONE
from fenji.apps.notices.actions import Addressee, Brief, notify
from fenji.apps.residents.identity import phone_number


def tell_rebooked(old: Booking, new: Booking | None, *, at: datetime) -> None:
    """Say that a closed clinic moved or ended the appointment: on the own page, by SMS, else by telephone."""
    if old.referral_id is not None:
        return
    place = old.place
    facts = {"clinic": old.department.name, "institution": place.institution.short_name, "was": _words(place.starts_at)}
    if new is None:
        text = "{institution} {clinic} {was} 停诊，暂无可改的时间，预约已取消，请重新预约。".format(**facts)
    else:
        facts["now"] = _words(new.place.starts_at)
        text = "{institution} {clinic} {was} 停诊，已为您改到 {now}，如不合适请改约。".format(**facts)
    notify(
        "booking.moved" if new else "booking.cancelled",
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


def _words(at: datetime) -> str:
    local = at.astimezone(ZONE)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
