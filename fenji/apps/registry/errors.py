"""What can be wrong with the network's rows, in the words of those who keep them."""

from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Forbidden, NotFound


class NoSuchInstitution(NotFound):
    code = "no_such_institution"
    message = _("没有这个名称或代码的机构。")
    remedy = _("请核对名称；如文件中用的是别名，请系统管理员把它登记为别名。")


class NoOffice(NotFound):
    """The institution has no coordination office: a village station, an authority."""

    code = "no_office"
    message = _("该机构没有转诊协调部门。")
    remedy = _("请转给其所属的镇卫生院或社区卫生服务中心。")


class NotRotaKeeper(Forbidden):
    code = "not_rota_keeper"
    message = _("只有本人、本机构负责人或转诊办可以安排替班和值班。")


class PostHeld(DomainError):
    code = "post_held"
    message = _("该人员已经在任这个岗位。")


class DutyTaken(DomainError):
    code = "duty_taken"
    message = _("这段时间已经安排了他人值班。")
    remedy = _("请先调整原来的值班，再安排新的。")


class AdministratorHasNoPost(DomainError):
    code = "administrator_has_no_post"
    message = _("三员管理账号不能兼任业务岗位。")
    remedy = _("请为其业务工作另开账号。")


class StillInUse(DomainError):
    """An institution that has patients on their way, places booked or follow-ups to do does not close."""

    code = "institution_in_use"
    remedy = _("请先由其转诊办续转、改约或办结；也可先填一个以后的停用日期，届时不再收新的转诊。")

    def __init__(self, hanging: str) -> None:
        super().__init__(_("该机构还有未了的事，不能停用：%(hanging)s。") % {"hanging": hanging})


class CodeTaken(DomainError):
    code = "code_taken"
    message = _("机构代码或别名已被使用。")
    remedy = _("请按原代码查找已有的机构，或换一个代码。")
