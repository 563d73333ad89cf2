"""What can go wrong when care is paid for, in the cashier's words."""

from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Invalid


class NotInsured(DomainError):
    code = "not_insured"
    message = _("就诊当日没有有效的参保记录。")
    remedy = _("请核对参保险种和起止日期；补缴或恢复参保后再结算。")


class Suspended(DomainError):
    code = "suspended"
    message = _("就诊当日参保待遇已暂停。")
    remedy = _("请先到医保经办机构恢复待遇，或按自费结算。")


class NotDesignated(DomainError):
    code = "not_designated"
    message = _("该机构不是医保定点机构。")
    remedy = _("请到定点机构就诊，或按自费结算。")


class AlreadySettled(DomainError):
    code = "already_settled"
    message = _("同一单据号已按不同内容结算。")
    remedy = _("内容确需改变时，请用“更正”提交新的内容。")


class ClaimClosed(DomainError):
    code = "claim_closed"
    message = _("该单据已冲销或已被更正单替代。")
    remedy = _("请查看替代它的单据。")


class UnknownItems(Invalid):
    code = "unknown_items"
    message = _("有项目不在就诊当日的医保目录中，或金额与数量不符。")
    remedy = _("请按目录改正编码；目录外项目请归入丙类。")


class NotBalanced(DomainError):
    status = 500
    code = "not_balanced"
    message = _("账目不平。")
    remedy = _("请停止对账，并将差异清单交系统管理员核查。")


class Decided(DomainError):
    code = "decided"
    message = _("这笔补差已经有人作出决定。")
    remedy = _("请刷新后查看决定内容。")


class MonthOpen(DomainError):
    code = "month_open"
    message = _("该月尚未结束，不能出具结算单。")
    remedy = _("请在次月办理。")


class StatementIssued(DomainError):
    code = "statement_issued"
    message = _("该机构该月的结算单已经出具。")
    remedy = _("此后的变化记入下一个月。")


class WrongCaseStep(DomainError):
    code = "wrong_case_step"
    message = _("这个案件现在不能走这一步。")
    remedy = _("请刷新后查看案件当前的步骤。")
