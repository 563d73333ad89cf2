"""Forms of the administration desk."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fenji.apps.accounts.audit_reading import Asked
from fenji.kernel.roles import Role
from fenji.web.administration.verbs import verb_choices
from fenji.web.presenters.posts import ROLES
from fenji.web.widgets import DateInput

WEEK = timedelta(days=7)


class PersonForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=80)
    username = forms.CharField(
        label=_("用户名"), max_length=60, help_text=_("登录用，不分大小写；建议用工号，不要用身份证号或手机号。")
    )
    title = forms.CharField(label=_("职称"), max_length=40, required=False)
    licence = forms.CharField(label=_("执业证书编码"), max_length=40, required=False)
    phone = forms.CharField(label=_("工作电话"), max_length=30, required=False)
    is_program = forms.BooleanField(
        label=_("这是程序账号"), required=False, help_text=_("医院系统调用接口用；没有密码，只凭令牌。")
    )


class PostForm(forms.Form):
    institution = forms.CharField(label=_("机构"), max_length=80, help_text=_("名称、别名或代码"))
    department = forms.CharField(label=_("科室代码"), max_length=40, required=False)
    role = forms.ChoiceField(label=_("岗位"), choices=[(role.value, words) for role, words in ROLES.items()])

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class TokenForm(forms.Form):
    label = forms.CharField(label=_("用途"), max_length=80, help_text=_("例如：阳江市人民医院 HIS 正式环境"))
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=365, initial=365)


class AuditForm(forms.Form):
    """Filters of the trail; both days are included."""

    who = forms.CharField(label=_("操作人"), max_length=80, required=False)
    resident = forms.CharField(label=_("居民编号"), max_length=40, required=False)
    verb = forms.ChoiceField(label=_("操作"), choices=verb_choices, required=False)
    since = forms.DateField(label=_("自"), required=False, widget=DateInput())
    until = forms.DateField(label=_("至"), required=False, widget=DateInput())

    def clean_resident(self) -> UUID | None:
        given = self.cleaned_data["resident"].strip()
        try:
            return UUID(given) if given else None
        except ValueError:
            raise forms.ValidationError(_("居民编号是一串 32 位的字母数字，可在投诉单或健康卡页上找到。")) from None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("since") and given.get("until") and given["since"] > given["until"]:
            self.add_error("until", _("止日早于起日。"))
        return given

    def asked(self, at: datetime) -> Asked:
        """The filters in the query's terms; without days the last week."""
        given = self.cleaned_data
        return Asked(
            since=_midnight(given["since"]) if given["since"] else at - WEEK,
            until=_midnight(given["until"] + timedelta(days=1)) if given["until"] else at + timedelta(days=1),
            who=given["who"].strip(),
            resident_id=given["resident"],
            verb=given["verb"].strip(),
        )


class ReviewForm(forms.Form):
    is_justified = forms.TypedChoiceField(
        label=_("复核结论"),
        choices=[("yes", _("情况属实，查阅正当")), ("no", _("理由不足，需要追查"))],
        widget=forms.RadioSelect,
        coerce=lambda given: given == "yes",
    )
    note = forms.CharField(label=_("复核意见"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
