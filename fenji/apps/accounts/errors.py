"""What can go wrong with an account, in the administrator's words."""

from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Forbidden, Invalid, NotFound


class NoSuchAccount(NotFound):
    code = "no_such_account"
    message = _("没有找到这个账号。")
    remedy = _("请核对用户名或姓名。")


class NotYourOffice(Forbidden):
    """The act belongs to another of the three administrators, or to none."""

    code = "not_your_office"
    message = _("这项操作由另一位管理员负责。")
    remedy = _("系统、安全、审计三员分立，请联系负责的管理员。")


class NotOnSelf(Forbidden):
    code = "not_on_self"
    message = _("不能对自己的账号做这项操作。")
    remedy = _("请由另一位安全管理员办理。")


class LastAdministrator(DomainError):
    """Without this security administrator nobody could open an account again."""

    code = "last_administrator"
    message = _("这是最后一位在用的安全管理员。")
    remedy = _("请先任命另一位安全管理员。")


class OfficeTaken(DomainError):
    code = "office_taken"
    message = _("这个账号已担任另一管理员。")
    remedy = _("一个账号只能担任一种管理员；请先免去原职，或另建账号。")


class HasPosts(DomainError):
    """Administrators see no patients, so whoever works at an institution cannot be one with the same account."""

    code = "has_posts"
    message = _("这个账号在医疗机构有岗位，不能担任管理员。")
    remedy = _("请先结束其岗位，或为管理工作另建账号。")


class UsernameTaken(Invalid):
    code = "username_taken"

    def __init__(self) -> None:
        super().__init__(_("用户名已被使用。"), fields={"username": _("用户名已被使用，请换一个。")})


class IsProgram(DomainError):
    """People have passwords and posts; programs have tokens."""

    code = "is_program"
    message = _("这是程序账号，不能用密码登录。")
    remedy = _("请为它签发令牌。")


class IsNotProgram(DomainError):
    code = "is_not_program"
    message = _("令牌只签发给程序账号。")


class WeakPassword(Invalid):
    code = "weak_password"


class AlreadyReviewed(DomainError):
    code = "already_reviewed"
    message = _("这次紧急查阅已经复核过。")


class NoSuchEvent(NotFound):
    code = "no_such_event"
    message = _("没有这条紧急查阅记录。")
