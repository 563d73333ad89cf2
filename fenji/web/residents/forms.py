"""Forms of the registry. They only shape what is typed; what is right is decided by `residents.particulars`."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from fenji.apps.registry import queries as registry
from fenji.apps.residents import identity
from fenji.apps.residents.models import IdKind, Resident
from fenji.apps.residents.particulars import Particulars
from fenji.apps.residents.policies import REASON_AT_MOST
from fenji.web.presenters.names import full_name
from fenji.web.widgets import DateInput

SEXES = ((1, _("男")), (2, _("女")), (0, _("未知")))
SCHEMES = (
    ("", _("未登记")),
    ("resident", _("城乡居民医保")),
    ("employee", _("职工医保")),
    ("none", _("未参保")),
    ("other", _("其他")),
)
NUMBER_LABELS = {
    IdKind.MAINLAND: _("身份证号"),
    IdKind.BIRTH: _("出生医学证明编号"),
    IdKind.PASSPORT: _("护照号码"),
    IdKind.HMT: _("通行证或居住证号码"),
}
NO_AUTOFILL = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
TELEPHONE = {"autocomplete": "off", "inputmode": "tel"}


class ParticularsForm(forms.Form):
    """What is told about a resident of one kind of identity: a mainland number leaves out what it tells itself."""

    name = forms.CharField(label=_("姓名"), max_length=60, required=False, widget=forms.TextInput(NO_AUTOFILL))
    id_number = forms.CharField(label=_("证件号码"), max_length=40, required=False, widget=forms.TextInput(NO_AUTOFILL))
    sex = forms.TypedChoiceField(label=_("性别"), choices=SEXES, coerce=int, required=False, widget=forms.RadioSelect)
    birth_date = forms.DateField(label=_("出生日期"), required=False, widget=DateInput())
    phone = forms.CharField(label=_("联系电话"), max_length=30, required=False, widget=forms.TextInput(TELEPHONE))
    town_code = forms.ChoiceField(label=_("居住镇街"), required=False)
    address = forms.CharField(label=_("详细住址"), max_length=200, required=False)
    scheme = forms.ChoiceField(label=_("医保类型"), choices=SCHEMES, required=False)

    def __init__(self, *args: Any, kind: IdKind, mother: Resident | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.mother = kind, mother
        towns = [(region.pk, full_name(region)) for region in registry.smallest_regions()]
        self.fields["town_code"].choices = [("", _("请选择")), *towns]  # type: ignore[attr-defined]
        self._leave_out()

    def _leave_out(self) -> None:
        if self.kind in identity.NUMBERED:
            self.fields["id_number"].label = NUMBER_LABELS[self.kind]
            self.fields["id_number"].required = True
            self.fields["name"].required = True
        else:
            del self.fields["id_number"]
            self.fields["name"].help_text = _("可先不填，系统按时间地点或母亲姓名取临时名。")
        if self.kind == IdKind.MAINLAND:
            del self.fields["sex"], self.fields["birth_date"]
            self.fields["id_number"].help_text = _("性别和出生日期由身份证号得出。")
        elif self.kind != IdKind.UNKNOWN:
            self.fields["birth_date"].required = True
            self.fields["sex"].required = True
            self.fields["sex"].choices = SEXES[:2]  # type: ignore[attr-defined]

    def told(self) -> Particulars:
        data = self.cleaned_data
        return Particulars(
            id_kind=self.kind,
            name=data["name"],
            id_number=data.get("id_number", ""),
            sex=data.get("sex") if data.get("sex") != "" else None,
            birth_date=data.get("birth_date"),
            phone=data["phone"],
            town_code=data["town_code"],
            address=data["address"],
            scheme=data["scheme"],
            mother_id=self.mother_id,
        )

    @property
    def mother_id(self) -> UUID | None:
        return self.mother.pk if self.mother else None


class CorrectionForm(ParticularsForm):
    """The same with a reason; numbers are not shown, and left empty they stay as they are."""

    reason = forms.CharField(label=_("更正原因"), max_length=REASON_AT_MOST, widget=forms.Textarea({"rows": 2}))

    def _leave_out(self) -> None:
        super()._leave_out()
        for name in ("id_number", "phone"):
            if name in self.fields:
                self.fields[name].required = False
                self.fields[name].help_text = _("不填则保持原号码不变。")
        self.fields["name"].required, self.fields["name"].help_text = True, ""


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=REASON_AT_MOST, widget=forms.Textarea({"rows": 3}))


def initial_of(resident: Resident) -> dict[str, object]:
    """What a form may start from: everything but ID and telephone numbers."""
    return {
        "name": resident.name,
        "sex": resident.sex,
        "birth_date": resident.birth_date,
        "town_code": resident.town_id,
        "address": resident.address,
        "scheme": resident.scheme,
    }
