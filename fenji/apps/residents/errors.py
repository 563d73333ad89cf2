"""What can go wrong with a resident's row, in the words of the counter."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Forbidden, NotFound


class AlreadyRegistered(DomainError):
    """The identity belongs to a resident who is registered; `resident_id` names the row to open instead."""

    code = "already_registered"
    message = _("该证件号码已经登记过。")
    remedy = _("请按证件号码查找已有的登记，不要重复登记。")

    def __init__(self, resident_id: UUID | None = None) -> None:
        self.resident_id = resident_id
        super().__init__()


class AlreadyMerged(DomainError):
    code = "already_merged"
    message = _("两条登记之一已经合并过。")
    remedy = _("请刷新重复登记列表；如合并有误，请先撤销。")


class MergeUndone(DomainError):
    code = "merge_undone"
    message = _("这次合并已经撤销。")


class IdentityKnown(DomainError):
    """Completing an identity that is already complete."""

    code = "identity_known"
    message = _("该居民的身份已经核实。")
    remedy = _("如登记有误，请使用“更正”。")


class Deceased(DomainError):
    code = "deceased"
    message = _("该居民已登记死亡。")


class NoAccountYet(DomainError):
    """The relative who is to act has no account of their own."""

    code = "no_account_yet"
    message = _("没有找到这张健康卡的账号。")
    remedy = _("请核对卡号；家属还没有账号的，先为家属本人开通。")


class NoReadingPost(Forbidden):
    """The account holds no post from which residents may be seen."""

    code = "no_reading_post"
    message = _("您目前没有可以查阅居民信息的岗位。")


class ProofExpired(NotFound):
    """The proof that the patient showed a document is too old, another's, or changed."""

    code = "proof_expired"
    message = _("查找结果已失效。")
    remedy = _("请重新用健康卡、证件号码或“姓名加后四位”查找。")


class TooManyMisses(Forbidden):
    """Someone keeps guessing the last four digits that go with a name."""

    code = "too_many_misses"
    message = _("“姓名加后四位”查找失败次数过多。")
    remedy = _("请用健康卡或完整证件号码查找，或一小时后再试。")
