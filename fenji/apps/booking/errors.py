"""What can stand in the way of a booking, in the words of the person who books."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Invalid

if TYPE_CHECKING:
    from fenji.apps.booking.models import Place


class SlotTaken(DomainError):
    """Someone was faster, or nothing is free; `alternatives` are the next free places, soonest first."""

    code = "slot_taken"
    message = _("这个号源刚刚被约走了。")
    remedy = _("请从列出的其他时间中选择。")

    def __init__(self, alternatives: "Sequence[Place]" = ()) -> None:
        super().__init__(remedy=None if alternatives else _("所选范围内已无号源，请扩大日期或选择其他科室。"))
        self.alternatives = list(alternatives)


class PlacePast(Invalid):
    """The place has already begun."""

    code = "place_past"
    message = _("这个号源的时间已经过去。")
    remedy = _("请选择以后的时间。")


class ClinicClosed(DomainError):
    """The session was closed (停诊)."""

    code = "clinic_closed"
    message = _("该门诊已停诊。")
    remedy = _("请选择其他时间。")


class PlaceReserved(DomainError):
    """The place is kept for referrals from below until its release time."""

    code = "place_reserved"
    message = _("这个号源为基层转诊预留，尚未对外开放。")
    remedy = _("请选择公开号源，或由家庭医生转诊预约。")


class AlreadyBooked(DomainError):
    """The resident has a place in the same session."""

    code = "already_booked"
    message = _("该居民在同一场门诊已有预约。")
    remedy = _("如需换时间，请改约原来的预约。")


class HoldExpired(DomainError):
    """The hold ran out before it was confirmed."""

    code = "hold_expired"
    message = _("占号已过期，号源已放回。")
    remedy = _("请重新选择时间。")


class HoldExtended(DomainError):
    """A hold is extended once."""

    code = "hold_extended"
    message = _("占号只能延长一次。")


class BookingEnded(DomainError):
    """The booking stands where this act is not possible."""

    code = "booking_ended"
    message = _("该预约的当前状态不能这样处理。")
    remedy = _("请刷新后查看预约的最新状态。")


class NotYetDue(DomainError):
    """Arrival before the day, or a no-show before the time."""

    code = "not_yet_due"
    message = _("还没到预约的时间。")
    remedy = _("如提前就诊，请先改约或取消原预约。")


class ScheduleRefused(Invalid):
    """A schedule that cannot be: empty, too fine, or the physician is elsewhere at that time."""

    code = "schedule_refused"
    message = _("排班有误。")
