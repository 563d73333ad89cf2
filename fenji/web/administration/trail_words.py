"""What the audit trail is about, in words: the kind of row that was touched, the footing on which it was read."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.residents.models import CareRelationKind
from fenji.kernel.referral import Party
from fenji.kernel.roles import Role
from fenji.web.presenters.posts import role_words
from fenji.web.presenters.states import party_words

SUBJECTS: dict[str, str | Promise] = {
    "absence": _("外出"),
    "apitoken": _("接口令牌"),
    "attachment": _("资料照片"),
    "booking": _("预约"),
    "case": _("监管案件"),
    "claim": _("结算单"),
    "complaint": _("投诉"),
    "contract": _("签约"),
    "department": _("科室"),
    "difference": _("核对差异"),
    "duty": _("值班"),
    "enrolment": _("参保"),
    "examorder": _("检查申请"),
    "filing": _("备案"),
    "followup": _("随访"),
    "institution": _("机构"),
    "membership": _("岗位"),
    "merge": _("登记合并"),
    "movement": _("床位变动"),
    "notice": _("通知"),
    "offer": _("候补通知"),
    "place": _("号"),
    "policychange": _("政策变更"),
    "proposal": _("下转建议"),
    "referral": _("转诊"),
    "resident": _("居民"),
    "residentaccount": _("居民账号"),
    "resource": _("床位与设备"),
    "schedule": _("排班"),
    "session": _("门诊"),
    "shortfall": _("补差"),
    "statement": _("对账"),
    "stay": _("占床"),
    "surgery": _("日间手术"),
    "team": _("团队"),
    "upload": _("导入文件"),
    "user": _("账号"),
    "waitingentry": _("候补"),
    "ward": _("病区"),
}
FOOTINGS: dict[str, str | Promise] = {
    "insurer": _("医保经办"),
    "slip": _("转诊单号与出生日期"),
    "self": _("本人"),
    "follow_up": _("随访"),
}


def subject_words(kind: str) -> str:
    """A kind of row; one that has no words stays as it is."""
    return str(SUBJECTS.get(kind, kind))


def relation_words(relation: str) -> str:
    """On what a reading or an act rested: a relation of care, a post, or parties of a referral."""
    _kind, _colon, named = relation.rpartition(":")
    return str(_("、")).join(_footing(one) for one in named.split(",") if one)


def _footing(code: str) -> str:
    if code in CareRelationKind.values:
        return str(CareRelationKind(code).label)
    if code in FOOTINGS:
        return str(FOOTINGS[code])
    if code in set(Party):
        return party_words(code)
    return role_words(code) if code in set(Role) else code
