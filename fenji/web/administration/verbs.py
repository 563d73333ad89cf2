"""What an audit event's verb says, in words; a verb without words is shown as it is."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from fenji.kernel.referral import BY_ACTION

WORDS: dict[str, str | Promise] = {
    "account.login": _("登录"),
    "account.login_failed": _("登录失败"),
    "account.locked_out": _("登录被锁定"),
    "account.logout": _("退出登录"),
    "account.create": _("开设账号"),
    "account.create_program": _("开设程序账号"),
    "account.disable": _("停用账号"),
    "account.enable": _("恢复账号"),
    "account.reset_password": _("重置密码"),
    "account.change_password": _("更换密码"),
    "account.change_profile": _("修改个人资料"),
    "account.unlock": _("解除锁定"),
    "account.give_office": _("任命管理员"),
    "account.take_office": _("免去管理员"),
    "account.issue_token": _("签发令牌"),
    "account.revoke_token": _("撤销令牌"),
    "account.enrol_second_factor": _("绑定动态码"),
    "account.reset_second_factor": _("重置动态码"),
    "account.renew_recovery_codes": _("更换恢复码"),
    "account.use_recovery_code": _("使用恢复码"),
    "audit.read": _("查看审计记录"),
    "audit.export": _("导出审计记录"),
    "audit.read_emergencies": _("查看紧急查阅"),
    "audit.review": _("复核紧急查阅"),
    "resident.read": _("查阅居民"),
    "resident.emergency_access": _("紧急查阅"),
    "resident.visit": _("开始就诊"),
    "resident.register": _("登记居民"),
    "resident.correct": _("更正登记"),
    "resident.complete_identity": _("补全身份"),
    "resident.merge": _("合并登记"),
    "resident.unmerge": _("撤销合并"),
    "resident.import": _("导入居民"),
    "resident.list": _("查看居民名单"),
    "resident.found": _("查找居民"),
    "resident.phone": _("查看电话"),
    "resident.mark_deceased": _("登记死亡"),
    "contract.sign": _("签约"),
    "contract.end": _("解约"),
    "policy.draft": _("起草规则修改"),
    "policy.approve": _("批准规则修改"),
    "policy.refuse": _("不批准规则修改"),
    "policy.withdraw": _("撤回规则修改"),
    "referral.read": _("查阅转诊单"),
    "referral.attach": _("上传资料"),
    "referral.list": _("查看转诊名单"),
    "referral.filing": _("登记医保备案"),
    "complaint.answer": _("答复投诉"),
    "follow_up.complete": _("完成随访"),
}


KINDS: dict[str, str | Promise] = {
    "account": _("登录与账号（全部）"),
    "audit": _("审计（全部）"),
    "resident": _("居民资料（全部）"),
    "referral": _("转诊（全部）"),
    "booking": _("预约（全部）"),
    "schedule": _("排班（全部）"),
    "contract": _("签约（全部）"),
    "policy": _("政策（全部）"),
    "post": _("岗位（全部）"),
    "institution": _("机构（全部）"),
    "notice": _("通知（全部）"),
}


def verb_choices() -> list[tuple[str, str | Promise]]:
    """What the trail can be filtered by: whole kinds, then single verbs."""
    return [("", _("全部")), *((kind + ".", words) for kind, words in KINDS.items()), *WORDS.items()]


def verb_words(verb: str) -> str:
    kind, _dot, action = verb.partition(".")
    if verb in WORDS:
        return str(WORDS[verb])
    if kind == "referral" and action in BY_ACTION:
        return str(_("转诊：%(action)s") % {"action": pgettext("move", BY_ACTION[action].name)})
    return verb
