"""What can stand in the way of a bed, a theatre or a machine, in the words of who asks for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Invalid


class ResourceTaken(DomainError):
    """Someone was faster, or nothing fitting is free; `alternatives` are other resources free for the same span."""

    code = "resource_taken"
    message = _("这段时间已被占用。")
    remedy = _("请从列出的其他床位或时间中选择。")

    def __init__(self, alternatives: Sequence[Any] = (), *, none_fits: bool = False) -> None:
        words = _("请换病区、日期，或联系转诊办协调。") if not alternatives else None
        super().__init__(_("没有符合条件的空床。") if none_fits else None, remedy=words)
        self.free = list(alternatives)


class WardClosed(DomainError):
    code = "ward_closed"
    message = _("该病区这段时间停用。")
    remedy = _("请选择其他病区或时间。")


class NotInUse(DomainError):
    code = "not_in_use"
    message = _("这张床（或设备）这段时间不在用。")


class SpanPast(Invalid):
    """The span has passed, is empty or far too long."""

    code = "span_past"
    message = _("时间有误：不能早于现在，结束须晚于开始，最长 60 天。")


class DoesNotFit(Invalid):
    """The wrong sex or isolation for this bed."""

    code = "does_not_fit"
    message = _("这张床不适合该病人。")

    WORDS = {
        "sex": _("该病区（或房间）收治另一性别的病人。"),
        "isolation": _("病人需要隔离，这不是隔离床位。"),
        "isolation_bed": _("隔离床位只留给需要隔离的病人。"),
    }

    def __init__(self, why: str) -> None:
        super().__init__(self.WORDS[why], remedy=_("请选择其他床位。"))


class NotHandedOver(DomainError):
    """The platform has no say over it in that span."""

    code = "not_handed_over"
    message = _("医院没有把这张床（或设备）交给平台统一安排。")
    remedy = _("请选择已交出的床位，或请医院先交出。")


class HandedOver(DomainError):
    """It was handed over: only referrals take it until it is handed back."""

    code = "handed_over"
    message = _("这张床已交由平台安排，收回之前本院不能自行预留。")
    remedy = _("请改用未交出的床位，或先收回。")


class StillReserved(DomainError):
    """What is to be handed back is still promised to somebody."""

    code = "still_reserved"
    message = _("仍有已预留的病人，不能收回。")
    remedy = _("请先为他们改床，或从最后一位之后收回。")


class FeedStale(DomainError):
    """The hospital has not said anything of its beds for too long to promise one."""

    code = "feed_stale"
    message = _("该院床位信息已过时，平台不再承诺床位。")
    remedy = _("请电话联系病区，或请医院核对床位后再试。")


class HoldLapsed(DomainError):
    code = "hold_lapsed"
    message = _("占床已过期，床位已放回。")
    remedy = _("请重新选择。")


class StayEnded(DomainError):
    """The stay stands where this act is not possible."""

    code = "stay_ended"
    message = _("该床位安排的当前状态不能这样处理。")
    remedy = _("请刷新后查看最新状态。")


class AlreadyAdmitted(DomainError):
    code = "already_admitted"
    message = _("该病人已在本院住院。")
    remedy = _("请先办理出院或转床。")


class BedOccupied(DomainError):
    code = "bed_occupied"
    message = _("这张床上还有病人。")
    remedy = _("请先办理前一位病人的出院或转床。")


class MovementChanged(DomainError):
    """The same message id came with another content before."""

    status = 422
    code = "movement_changed"
    message = _("同一消息编号曾用于不同的内容。")
    remedy = _("更正请另发撤销消息，再发新消息。")


class Unanswerable(DomainError):
    """The proposal was answered, or the patient has left."""

    code = "proposal_answered"
    message = _("这条下转建议已经处理。")


class NothingSpeaksForIt(DomainError):
    """No criterion met and no days past; or the ward has said "not yet" and is not asked again so soon."""

    code = "nothing_speaks_for_it"
    message = _("目前没有下转的依据，或病区近日已答复暂不下转。")
    remedy = _("病情变化后请更新评估。")


class NotYet(DomainError):
    """A day surgery stands where this step is not possible."""

    code = "surgery_not_there"
    message = _("日间手术的当前状态不能这样处理。")
    remedy = _("请刷新后查看最新状态。")


class TooEarly(NotYet):
    """The time planned for the surgery has not come."""

    code = "surgery_too_early"
    remedy = _("到时间后再登记；要提前手术的，请先改期。")

    def __init__(self, starts_at: datetime) -> None:
        when = timezone.localtime(starts_at)
        super().__init__(_("时间未到：手术定于 %(when)s。") % {"when": f"{when:%Y-%m-%d %H:%M}"})


class EndsTooLate(Invalid):
    """Theatre and recovery would not end on the same day before the closing hour: nobody could go home that day."""

    code = "surgery_ends_too_late"
    remedy = _("请选早一些的时间。")

    def __init__(self, ends_at: datetime, closes_at: datetime) -> None:
        ends, closes = timezone.localtime(ends_at), timezone.localtime(closes_at)
        super().__init__(
            _("这个时间手术和术后观察要到 %(ends)s 才结束，须在手术当日 %(closes)s 前结束，病人才能当日回家。")
            % {"ends": f"{ends:%m-%d %H:%M}", "closes": f"{closes:%H:%M}"}
        )


class NoTheatre(ResourceTaken):
    """No theatre, or no recovery place after it, is free at that time."""

    def __init__(self) -> None:
        super().__init__()
        self.message, self.remedy = _("这个时间没有空的手术间，或术后没有空的复苏位。"), _("请换一个时间。")


class NotReadyToGo(DomainError):
    """The discharge check is not passed: the patient stays, or is admitted."""

    code = "not_ready_to_go"
    message = _("出院评估未达标准，当日不能出院。")
    remedy = _("请继续观察后重新评估；到打烊仍不达标的，请转为住院。")
