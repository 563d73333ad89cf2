"""What can be wrong with a move of a referral."""

from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Forbidden, Invalid, NotFound


class ReferralNotFound(NotFound):
    message = _("没有找到这份转诊单。")
    remedy = _("请核对转诊单号；只有经手机构和本人可以查看。")


class MoveNotPossible(DomainError):
    """The table has no such move from this state, or not for this kind of referral."""

    code = "move_not_possible"


class NotYourMove(Forbidden):
    """The move exists, but another party has to make it."""

    code = "not_your_move"


class FieldsMissing(Invalid):
    code = "fields_missing"
    message = _("还缺少必填内容。")


class PlaceStillFree(DomainError):
    """No deferral while a slot exists."""

    code = "place_still_free"
    message = _("本科室仍有可用号源，不能以无号为由推迟或不接收。")
    remedy = _("请从可用号源中选择一个预约。")


class ApprovalNeeded(DomainError):
    code = "approval_needed"
    message = _("按本市规定，这份转诊单须先由本机构签批。")
    remedy = _("请点“提交签批”。")
