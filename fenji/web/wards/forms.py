"""The boxes of the bed desks. What they mean is checked by the actions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fenji.apps.common import clock
from fenji.apps.stays.rules import day_of
from fenji.kernel.conditions import Value
from fenji.kernel.criteria import Measure, MeasureKind
from fenji.kernel.day_surgery import CHECKLIST, SIGNS
from fenji.kernel.explanation import name_of
from fenji.web.diagnosis_field import CodedDiagnosisField
from fenji.web.presenters.people import SEXES
from fenji.web.wards.words import question_words, sign_words
from fenji.web.widgets import DateInput, DateTimeInput

YES_NO = (("yes", _("是")), ("no", _("否")))
OTHER = "other"  # whom no referral brought and the platform need not know by name


def within_a_year(day: date) -> None:
    """A mistyped year must not keep a bed."""
    if day > day_of(clock.now()) + timedelta(days=366):
        raise forms.ValidationError(_("不能晚于一年后，请核对年份。"))


class AdmitForm(forms.Form):
    """Who is put into the bed. `who` is a resident expected here or in care here, or `OTHER`, of whom the sex is said.

    Without the others the board of a house that enters its beds by hand would show beds free that are not.
    """

    who = forms.ChoiceField(label=_("病人"))
    sex = forms.ChoiceField(
        label=_("其他病人的性别"), choices=list(SEXES.items()), widget=forms.RadioSelect, required=False
    )
    diagnosis = CodedDiagnosisField(label=_("入院诊断"), required=False)
    expected_on = forms.DateField(
        label=_("预计出院"), required=False, widget=DateInput(), validators=[within_a_year]
    )  # fmt: skip

    def __init__(self, people: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        others = [(OTHER, _("其他病人（未经平台转诊，不记姓名）"))]
        self.offered = [UUID(number) for number, _name in people]
        self.fields["who"].choices = [("", _("请选择")), *people, *others]  # type: ignore[attr-defined]

    def clean_sex(self) -> str:
        sex = str(self.cleaned_data["sex"])
        if not sex and self.cleaned_data.get("who") == OTHER:
            raise forms.ValidationError(_("请选择性别。"))
        return sex


class TransferForm(forms.Form):
    bed = forms.ChoiceField(label=_("转到"))

    def __init__(self, beds: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["bed"].choices = beds  # type: ignore[attr-defined]


class ExpectForm(forms.Form):
    expected_on = forms.DateField(label=_("预计出院"), widget=DateInput(), validators=[within_a_year])
    diagnosis = CodedDiagnosisField(label=_("更正诊断"), required=False)


class BlockForm(forms.Form):
    reason = forms.CharField(label=_("停用原因"), max_length=60)
    until_on = forms.DateField(
        label=_("到哪天"), required=False, widget=DateInput(), validators=[within_a_year]
    )  # fmt: skip


class GiveForm(forms.Form):
    """A bed for a referral: any fitting one of a ward, from a day to a day."""

    ward = forms.ChoiceField(label=_("病区"))
    from_on = forms.DateField(label=_("入院日期"), widget=DateInput())
    days = forms.IntegerField(label=_("预计住院天数"), min_value=1, max_value=60, initial=7)
    needs_isolation = forms.BooleanField(label=_("需要隔离"), required=False)
    patient_asked = forms.BooleanField(label=_("换床或改期由居民提出"), required=False)

    def __init__(self, wards: list[tuple[str, str]], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["ward"].choices = wards  # type: ignore[attr-defined]


class HandOverForm(forms.Form):
    """How many of a ward's beds the platform has from now on."""

    count = forms.IntegerField(label=_("交平台安排的床位数"), min_value=0, max_value=2000)


class OpeningForm(forms.Form):
    """How many theatres and recovery places are open to who refers; `most` is how many the house has of each."""

    theatre = forms.IntegerField(label=_("手术间"), min_value=0)
    recovery = forms.IntegerField(label=_("复苏位"), min_value=0)

    def __init__(self, most: Mapping[str, int], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        for name, count in most.items():
            self.fields[name].validators.append(MaxValueValidator(count))
            self.fields[name].help_text = _("本院共 %(n)d 个") % {"n": count}


class ReadingsForm(forms.Form):
    """A box for each measure, named by its code; what is left open counts as not known."""

    HAS = (("yes", _("是／有")), ("no", _("否／无")), ("", _("未评估")))

    def __init__(self, measures: Sequence[Measure], known: Mapping[str, Value], data: Any = None) -> None:
        super().__init__(data, initial={code: _typed(value) for code, value in known.items()})
        self.measures = measures
        for measure in measures:
            self.fields[measure.code] = self._box(measure)

    def values(self) -> dict[str, Value | None]:
        """Each measure asked for with its answer; None where it was left open."""
        found: dict[str, Value | None] = {}
        for measure in self.measures:
            given = self.cleaned_data[measure.code]
            is_yes_no = measure.kind is MeasureKind.YES_NO
            found[measure.code] = None if given in {"", None} else given == "yes" if is_yes_no else given
        return found

    def _box(self, measure: Measure) -> forms.Field:
        name = name_of(measure, (get_language() or "zh")[:2])
        if measure.kind is MeasureKind.YES_NO:
            return forms.ChoiceField(label=name, choices=self.HAS, widget=forms.RadioSelect, required=False)
        if measure.kind is MeasureKind.CHOICE:
            choices = [*(measure.choices or {}).items(), ("", _("未评估"))]
            return forms.ChoiceField(label=name, choices=choices, widget=forms.RadioSelect, required=False)
        box = forms.NumberInput({"inputmode": "decimal", "step": "any"})
        unit = f"（{measure.unit}）" if measure.unit else ""
        return forms.FloatField(
            label=f"{name}{unit}", min_value=measure.low, max_value=measure.high, required=False, widget=box,
            help_text=f"{measure.low:g}–{measure.high:g}" if None not in {measure.low, measure.high} else "",
        )  # fmt: skip


def _typed(value: Value) -> str | float:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


class SurgeryForm(forms.Form):
    procedure = forms.CharField(label=_("手术名称"), max_length=80)
    diagnosis = CodedDiagnosisField(label=_("诊断"), required=False)


class ChecklistForm(forms.Form):
    """Every question of the checklist, and a remark."""

    note = forms.CharField(label=_("评估说明"), max_length=400, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for code in CHECKLIST:
            self.fields[code] = forms.ChoiceField(label=question_words(code), choices=YES_NO, widget=forms.RadioSelect)
        self.order_fields([*CHECKLIST, "note"])

    def answers(self) -> dict[str, bool]:
        return {code: self.cleaned_data[code] == "yes" for code in CHECKLIST}


class BookForm(forms.Form):
    """When the theatre is wanted; the next time that is open stands there already."""

    starts_at = forms.DateTimeField(label=_("手术开始"), widget=DateTimeInput())

    def __init__(self, data: Any = None, times: Sequence[datetime] = ()) -> None:
        super().__init__(data)
        if times:
            self.fields["starts_at"].initial = timezone.localtime(times[0])
            words = "、".join(f"{timezone.localtime(one):%m-%d %H:%M}" for one in times)
            self.fields["starts_at"].help_text = _("最近可排：%(times)s") % {"times": words}


class SignsForm(forms.Form):
    """The five signs of the check before going home."""

    SCORES = ((2, _("2 分：良好")), (1, _("1 分：尚可")), (0, _("0 分：不行")))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for code in SIGNS:
            self.fields[code] = forms.TypedChoiceField(
                label=sign_words(code), choices=self.SCORES, coerce=int, widget=forms.RadioSelect
            )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=60)


class CallForm(forms.Form):
    reached = forms.ChoiceField(label=_("是否接通"), choices=YES_NO, widget=forms.RadioSelect)
    is_well = forms.ChoiceField(
        label=_("恢复是否顺利"), choices=YES_NO, widget=forms.RadioSelect, required=False,
        help_text=_("选“否”即告知科室、转诊办和接管病人的基层医生。"),
    )  # fmt: skip
    note = forms.CharField(label=_("情况"), max_length=400, required=False)
