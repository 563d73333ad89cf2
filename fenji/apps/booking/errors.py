"""What can stand in the way of a booking, in the words of the person who books."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext
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


class ExaminationTaken(DomainError):
    """An examination that was to be booked with a referral has no free time any more."""

    code = "examination_taken"
    remedy = _("请去掉这项检查或另选机构后再发出。")

    def __init__(self, name: str) -> None:
        super().__init__(gettext("检查“%(name)s”已没有空余时间，转诊没有发出，也没有占任何号源。") % {"name": name})


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


class ServesReferral(DomainError):
    """The booking belongs to a referral and is moved with it."""

    code = "serves_referral"
    message = _("这个预约属于一份转诊单。")
    remedy = _("请通过转诊单的“改约”或“取消预约”办理。")


class NotCertain(DomainError):
    """The hospital's messages are stale: what looks free may be gone."""

    code = "not_certain"
    message = _("这家医院的号源信息已过期，暂不能承诺。")
    remedy = _("请致电该院转诊办确认，或选择其他机构。")


class NotThatKind(Invalid):
    """An examination time taken as a clinic's place, a clinic's place as an examination, or of another item."""

    code = "not_that_kind"
    message = _("这个时间不是所选的门诊或检查项目。")
    remedy = _("检查请通过检查申请预约。")


class AlreadyWaiting(DomainError):
    """The resident waits for the same already."""

    code = "already_waiting"
    message = _("该居民已在这个科室候补。")
    remedy = _("如需改条件，请先退出原来的候补。")


class OfferOver(DomainError):
    """The offer was answered, or its time has passed."""

    code = "offer_over"
    message = _("这个候补机会已经结束。")
    remedy = _("仍在候补的会按次序再收到通知。")


class HandedBack(DomainError):
    """The hospital has the session back; we book nothing of it."""

    code = "handed_back"
    message = _("这场门诊已交还医院，平台不再预约。")


class TooLate(DomainError):
    """A message older than what was obeyed already."""

    code = "too_late"
    message = _("已有更新的消息，这一条不再生效。")
    remedy = _("请查询当前状态后再发。")


class AlreadyReported(DomainError):
    """A result stands; a correction says that it is one."""

    code = "already_reported"
    message = _("这项检查已有结果。")
    remedy = _("如需更正，请注明为更正并说明原因。")


class HasTime(DomainError):
    """The examination has a time that stands, perhaps one that a colleague chose just now."""

    code = "has_time"
    message = _("这项检查已经约了时间。")
    remedy = _("请刷新后查看现在的时间。")


class NotYetDue(DomainError):
    """Arrival before the day, or a no-show before the time."""

    code = "not_yet_due"
    message = _("还没到预约的时间。")
    remedy = _("如提前就诊，请先改约或取消原预约。")


class ScheduleRefused(Invalid):
    """A schedule that cannot be: empty, too fine, or the physician is elsewhere at that time."""

    code = "schedule_refused"
    message = _("排班有误。")
