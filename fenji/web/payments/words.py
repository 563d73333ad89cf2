"""Codes of the payment kernel in the reader's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fenji.apps.payments.models import ClaimState
from fenji.kernel.payment.codes import Group, ReferralState, Scheme, Setting

SETTINGS: dict[str, Promise] = {
    Setting.OUTPATIENT.name.lower(): _("普通门诊"),
    Setting.CHRONIC.name.lower(): _("门诊慢性病"),
    Setting.SPECIAL.name.lower(): _("门诊特定病种"),
    Setting.INPATIENT.name.lower(): _("住院"),
    Setting.DAY_SURGERY.name.lower(): _("日间手术"),
}
STATES: dict[int, Promise] = {
    ReferralState.FIRST_CONTACT: pgettext_lazy("payment", "首诊"),
    ReferralState.REFERRED: pgettext_lazy("payment", "经转诊"),
    ReferralState.EMERGENCY: pgettext_lazy("payment", "急诊"),
    ReferralState.EXEMPT: _("特殊人群自主选择"),
    ReferralState.UNREFERRED: _("未经转诊"),
    ReferralState.OUT_OF_REGION: _("异地，已备案"),
    ReferralState.OUT_OF_REGION_UNFILED: _("异地，未备案"),
}
SCHEMES: dict[int, Promise] = {Scheme.RESIDENT: _("城乡居民医保"), Scheme.EMPLOYEE: _("职工医保")}
GROUPS: dict[int, Promise] = {
    Group.GENERAL: _("一般人员"),
    Group.RETIRED: _("退休人员（60 岁及以上职工）"),
    Group.MINOR: _("未成年人、学生"),
    Group.LOW_INCOME: _("低保对象"),
    Group.DESTITUTE: _("特困人员"),
}
# State of a bill: word, tone and icon of its mark.
MARKS: dict[str, tuple[str | Promise, str, str]] = {
    ClaimState.SETTLED: (ClaimState.SETTLED.label, "done", "check-circle"),
    ClaimState.REPLACED: (ClaimState.REPLACED.label, "closed", "arrow-path"),
    ClaimState.REVERSED: (ClaimState.REVERSED.label, "closed", "arrow-uturn-left"),
}
KINDS: dict[str, Promise] = {"drug": _("药品"), "service": _("诊疗项目"), "material": _("医用耗材")}
CLASSES: dict[str, Promise] = {"a": _("甲类"), "b": _("乙类"), "c": _("丙类（自费）")}
LEVELS: dict[str, Promise] = {
    "tertiary": _("三级"),
    "secondary": _("二级"),
    "primary": _("一级和镇（社区）"),
    "none": _("未定级"),
}


def level_words(level: str) -> str:
    return str(LEVELS.get(level, level))
