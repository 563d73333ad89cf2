"""Posts and offices in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import Office, Role

ROLES: dict[Role, str | Promise] = {
    Role.VILLAGE_DOCTOR: _("乡村医生"),
    Role.NURSE: _("护士／健康管理师"),
    Role.FAMILY_DOCTOR: _("家庭医生"),
    Role.PRIMARY_HEAD: _("基层机构负责人"),
    Role.PHYSICIAN: _("医院医师"),
    Role.REFERRAL_OFFICE: _("转诊协调办公室"),
    Role.READER: _("诊断中心医师"),
    Role.INSURER: _("医保经办"),
    Role.COMMISSION: _("卫生健康行政部门"),
    Role.PROGRAM: _("接口程序"),
}

OFFICES: dict[Office, str | Promise] = {
    Office.SYSTEM: _("系统管理员"),
    Office.SECURITY: _("安全管理员"),
    Office.AUDIT: _("审计管理员"),
}


def role_words(role: Role | str) -> str:
    return str(ROLES[Role(role)])


def office_words(office: Office | str) -> str:
    """Empty for an account that administers nothing."""
    return str(OFFICES.get(Office(office), ""))
