"""Where allauth asks us: who may log in, what a password must be, how the second factor's secret is kept."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from fenji.apps.accounts import actions, lockout, passwords, second_factor
from fenji.apps.accounts.backends import PasswordBackend
from fenji.apps.common.sealing import seal, unseal

SECRET_CONTEXT = "account.second_factor"  # noqa: S105  (where the sealed value belongs, no secret)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("用户名或密码不正确。连续 5 次错误将锁定 15 分钟。"),
        "too_many_login_attempts": _("这个账号正在登录，请稍候几秒再试。"),
        "enter_current_password": _("请输入当前密码。"),
        "incorrect_password": _("当前密码不正确。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if not lockout.is_first_try_now(credentials.get("username", "")):
            raise self.validation_error("too_many_login_attempts")

    def clean_password(self, password: str, user: Any = None) -> str:
        if user is not None:
            passwords.check_strength(password, user)
        return password

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """The password was right, but the account is closed or its temporary password too old."""
        if PasswordBackend().user_can_authenticate(user):
            return None
        clear_login(request)
        return redirect("account_inactive")

    def set_password(self, user: Any, password: str) -> None:
        actions.change_own_password(password, by=user)
        user.refresh_from_db()

    def get_client_ip(self, request: HttpRequest) -> str:
        return lockout.address_of(request) or ""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just logged in and must enrol has proved the password; asking again would only be a hurdle."""
        user = self.request.user
        return user.is_authenticated and second_factor.is_enrolled(user)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened themselves."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No account needs an e-mail address; the audit trail records the event."""


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("动态码不正确或已用过。请等下一个动态码；连续 5 次错误将锁定 15 分钟。"),
        "cannot_delete_authenticator": _("工作人员必须使用动态码。换手机请联系安全管理员重置。"),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text, context=SECRET_CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), context=SECRET_CONTEXT)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Nobody takes it off alone: a stolen session must not be able to."""
        return False

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)
