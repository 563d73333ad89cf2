"""Example data of the gallery. Nobody here exists."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.utils.translation import gettext_lazy as _

from fenji.apps.booking.delays import Measured, PatientGroup
from fenji.kernel.referral import Direction, State, Urgency
from fenji.kernel.tiers import Tier
from fenji.web.presenters.dates import local
from fenji.web.presenters.waits import beside
from fenji.web.widgets import DateInput, TimeInput


@dataclass(frozen=True)
class ExampleInstitution:
    name: str
    short_name: str
    tier: Tier


@dataclass(frozen=True)
class ExampleResident:
    name: str
    sex: int
    birth_date: date


@dataclass(frozen=True)
class ExampleReferral:
    number: str
    resident: ExampleResident
    direction: Direction
    urgency: Urgency
    state: State
    sender: ExampleInstitution
    diagnosis: str
    due_at: datetime | None
    is_late: bool


@dataclass(frozen=True)
class ExamplePlace:
    pk: int
    starts_at: datetime


INSTITUTIONS = [
    ExampleInstitution("双捷镇乐安村卫生站", "乐安村卫生站", Tier.VILLAGE),
    ExampleInstitution("双捷镇卫生院", "双捷卫生院", Tier.TOWNSHIP),
    ExampleInstitution("江城区人民医院", "江城区医院", Tier.COUNTY),
    ExampleInstitution("阳江市人民医院", "市人民医院", Tier.CITY),
]
RESIDENT = ExampleResident("陈阿明", 1, date(1957, 3, 2))
OTHERS = [
    ExampleResident("林秀兰", 2, date(1949, 11, 20)),
    ExampleResident("黄志强", 1, date(1981, 6, 5)),
    ExampleResident("梁小雨", 2, date(2024, 8, 1)),
]


def referrals(at: datetime) -> list[ExampleReferral]:
    township, county, city = INSTITUTIONS[1:]
    up, down = Direction.UP, Direction.DOWN

    def row(number: str, who: ExampleResident, way: Direction, how: Urgency, state: State, by: ExampleInstitution,
            what: str, hours: float | None) -> ExampleReferral:  # fmt: skip
        due = None if hours is None else at + timedelta(hours=hours)
        return ExampleReferral(number, who, way, how, state, by, what, due, bool(due and due <= at))

    return [
        row("Z2611-0412", RESIDENT, up, Urgency.URGENT, State.SENT, township, "高血压 3 级，血压控制不良", -2),
        row("Z2611-0418", OTHERS[0], up, Urgency.EMERGENCY, State.ARRIVED, county, "急性脑梗死", 0.6),
        row("Z2611-0420", OTHERS[1], up, Urgency.ROUTINE, State.SCHEDULED, township, "2 型糖尿病，周围神经病变", 19),
        row("Z2611-0377", OTHERS[2], down, Urgency.ROUTINE, State.COMPLETED, city, "支气管肺炎恢复期", None),
    ]


def places(at: datetime) -> list[ExamplePlace]:
    """Three clinic days from tomorrow: morning places on each, afternoon places on the second."""
    start = local(at).replace(hour=8, minute=30, second=0, microsecond=0) + timedelta(days=1)
    mornings = [start + timedelta(days=day, minutes=15 * i) for day in range(3) for i in range(5 - day)]
    afternoons = [start + timedelta(days=1, hours=6, minutes=15 * i) for i in range(4)]
    return [ExamplePlace(number, moment) for number, moment in enumerate(mornings + afternoons, start=1)]


class ExampleForm(forms.Form):
    complaint = forms.CharField(label=_("主诉"), help_text=_("病人自己的话，例如：头晕三天。"), max_length=200)
    urgency = forms.ChoiceField(
        label=_("紧急程度"),
        choices=[("routine", _("普通")), ("urgent", _("加急"))],
        widget=forms.RadioSelect,
        initial="routine",
    )
    department = forms.ChoiceField(label=_("科室"), choices=[("", _("请选择")), ("03", _("内科")), ("04", _("外科"))])
    systolic = forms.IntegerField(label=_("收缩压"), required=False, min_value=40, max_value=300)
    onset_on = forms.DateField(label=_("发病日期"), widget=DateInput)
    seen_at = forms.TimeField(label=_("接诊时间"), widget=TimeInput, required=False)
    history = forms.CharField(label=_("病史摘要"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    tests = forms.MultipleChoiceField(
        label=_("已做检查"),
        choices=[("ecg", _("心电图")), ("ct", _("CT"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    paper = forms.FileField(label=_("拍照上传资料"), help_text=_("JPG、PNG 或 PDF，单个不超过 10 MB。"), required=False)
    consent = forms.BooleanField(label=_("居民已知情同意"))


def broken_form() -> ExampleForm:
    form = ExampleForm({"systolic": "400", "urgency": "other"}, prefix=None, auto_id="broken_%s")
    form.full_clean()
    return form


# A notice as a desk shows it; English puts a headline before the text as it was sent.
NOTICE = SimpleNamespace(kind="referral.accept", resident_id=None, text="接收，转诊 261121-004217-3")
WAITS = beside({PatientGroup.REFERRED: Measured(2.0, 31), PatientGroup.CONTRACTED: Measured(4.5, 12, 3.0, 2)})
