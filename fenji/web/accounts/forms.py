"""Forms of login and of the own account."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth.signals import user_login_failed
from django.utils.translation import gettext_lazy as _

from fenji.apps.accounts import lockout, second_factor
from fenji.apps.accounts.models import User


class LoginForm(AllauthLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("用户名")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        self.fields["password"].label = _("密码")
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}
        self.fields["password"].help_text = ""


class _Code(forms.Form):
    """A code of the app or a recovery code, each accepted once; wrong ones count as failed logins."""

    user: User
    authenticator: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("动态码或恢复码"),
            max_length=20,
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
        )

    def clean_code(self) -> str:
        request, credentials = context.request, {"username": self.user.username}
        if not lockout.is_first_try_now(self.user.username) or not AxesProxyHandler.is_allowed(request, credentials):
            request.axes_locked_out = not AxesProxyHandler.is_allowed(request, credentials)
            raise get_adapter().validation_error("incorrect_code")
        code = str(self.cleaned_data["code"]).strip()
        accepted = second_factor.accept(self.user, code)
        if accepted is None:
            user_login_failed.send(sender=type(self), credentials=credentials, request=request)
            raise get_adapter().validation_error("incorrect_code")
        accepted.user = self.user
        self.authenticator = accepted
        return code


class CodeForm(_Code, AuthenticateForm):
    """At login."""


class CodeAgainForm(_Code, ReauthenticateForm):
    """Before a change to the second factor."""


class PasswordForm(forms.Form):
    """The own new password; the current one is asked for unless it is a temporary one just typed at the login."""

    current = forms.CharField(
        label=_("当前密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label=_("新密码"),
        max_length=128,
        help_text=_("至少 12 个字符；可以用几个词连成一句，不要用姓名、生日、电话。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(label=_("再输一次"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_current(self) -> str:
        current = str(self.cleaned_data["current"])
        if not self.user.check_password(current):
            raise forms.ValidationError(_("当前密码不正确。"))
        return current

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("new") and given["new"] != given.get("again"):
            self.add_error("again", _("两次输入的新密码不同。"))
        if given.get("new") and given["new"] == given.get("current"):
            self.add_error("new", _("新密码不能与当前密码相同。"))
        return given


class ProfileForm(forms.Form):
    phone = forms.CharField(label=_("工作电话"), max_length=30, required=False)
    email = forms.EmailField(label=_("电子邮箱"), required=False)
    large_print = forms.BooleanField(label=_("大字版"), required=False, help_text=_("所有页面用更大的字。"))
