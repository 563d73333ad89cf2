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


class FilingMissing(DomainError):
    """The city's insurer asks for a filing before a planned patient counts as arrived."""

    code = "filing_missing"
    message = _("按本市规定，到诊前须登记医保备案号。")
    remedy = _("请先在转诊单上登记医保备案号；急诊不受此限。")


class FirstContactRequired(DomainError):
    """The city's rule of first contact binds: a hospital is not booked without a referral."""

    code = "first_contact_required"
    remedy = _("请先到签约的家庭医生或基层机构就诊，由其转诊预约；急诊请直接到急诊科。")

    def __init__(self, ground: str) -> None:
        super().__init__(_("按本市首诊规定，不能未经转诊直接预约：%(ground)s。") % {"ground": ground})


class ApprovalNeeded(DomainError):
    code = "approval_needed"
    message = _("按本市规定，这份转诊单须先由本机构签批。")
    remedy = _("请点“提交签批”。")
