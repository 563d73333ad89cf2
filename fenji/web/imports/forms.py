"""Forms of imports and exports."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fenji.exchange.sheets import MOST_BYTES


class FileForm(forms.Form):
    """`system` is asked only of administrators: an institution's own file carries the institution's codes."""

    file = forms.FileField(
        label=_("文件"),
        max_length=200,
        help_text=_("xlsx 或 csv，最大 30 MB、20 万行；请用模板的标题行。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    system = forms.RegexField(
        r"^[A-Za-z0-9._:-]*$",
        label=_("来源系统"),
        max_length=40,
        required=False,
        help_text=_("编号出自哪个系统，如 his-yx；同一来源再次导入即更新。不填记作“表格”。"),
    )

    def content(self) -> bytes:
        """The bytes, at most one more than may be."""
        found: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return found


class ExportForm(forms.Form):
    """Numbers in the clear need a reason, which is kept in the audit trail."""

    unmasked = forms.BooleanField(label=_("证件号码、电话和住址不遮盖"), required=False)
    reason = forms.CharField(
        label=_("原因"), max_length=200, required=False, help_text=_("不遮盖时必填，至少 6 个字，记入审计。")
    )
