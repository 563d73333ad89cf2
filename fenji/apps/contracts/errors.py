"""What can go wrong with a contract, in the words of the desk."""

from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Forbidden, NotFound


class AlreadySigned(DomainError):
    """The resident has a contract on one of the days."""

    code = "already_signed"
    message = _("该居民在这段时间已有签约。")
    remedy = _("请先与原团队解约，或办理转签。")


class NotSigned(NotFound):
    code = "not_signed"
    message = _("该居民目前没有签约。")


class ContractEnded(DomainError):
    code = "contract_ended"
    message = _("这份签约已经结束。")


class NotYourTeam(Forbidden):
    code = "not_your_team"
    message = _("只有团队所在机构的医护人员可以办理签约。")
