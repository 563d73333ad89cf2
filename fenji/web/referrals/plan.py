"""The boxes of a continuing plan (接续治疗方案), wherever a patient is sent down."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fenji.web.widgets import DateInput

MEDICINE = ("name", "dose", "frequency", "days")


def lines(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class PlanForm(forms.Form):
    """Treatment, medicines line by line, rehabilitation, nursing, two follow-ups, guidance."""

    plan_treatment = forms.CharField(label=_("接续治疗"), max_length=2000, widget=lines(4))
    medicines = forms.CharField(
        label=_("用药"), required=False, widget=lines(3),
        help_text=_("一行一种：药名，剂量，频次，天数。例：氨氯地平，5 mg，每日一次，30"),
    )  # fmt: skip
    rehabilitation = forms.CharField(label=_("康复"), max_length=2000, required=False, widget=lines(2))
    nursing = forms.CharField(label=_("护理"), max_length=2000, required=False, widget=lines(2))
    warning_signs = forms.CharField(label=_("出现什么情况应再上转"), max_length=1000, required=False, widget=lines(2))
    first_due = forms.DateField(label=_("首次随访日期"), widget=DateInput())
    first_what = forms.CharField(label=_("首次随访内容"), max_length=200)
    second_due = forms.DateField(label=_("再次随访日期"), required=False, widget=DateInput())
    second_what = forms.CharField(label=_("再次随访内容"), max_length=200, required=False)
    guidance_days = forms.IntegerField(
        label=_("上级医生每隔多少天随诊指导"), min_value=1, max_value=365, required=False
    )

    def plan(self) -> dict[str, Any]:
        """As `referrals.given.clean_plan` reads it; call after `is_valid`."""
        values = self.cleaned_data
        return {
            **{name: values[name] for name in ("rehabilitation", "nursing", "warning_signs", "guidance_days")},
            "treatment": values["plan_treatment"],
            "medicines": [_medicine(line) for line in values["medicines"].splitlines() if line.strip()],
            "tasks": [
                {"due_on": values[f"{which}_due"], "what": values[f"{which}_what"]}
                for which in ("first", "second")
                if values[f"{which}_due"]
            ],
        }


def typed_plan(plan: dict[str, Any]) -> dict[str, Any]:
    """A plan as `clean_plan` reads it, put back into the boxes; of its tasks the first two."""
    found = {name: plan[name] for name in ("rehabilitation", "nursing", "warning_signs", "guidance_days")}
    found |= {"plan_treatment": plan["treatment"], "medicines": "\n".join(map(_line, plan["medicines"]))}
    for which, task in zip(("first", "second"), plan["tasks"], strict=False):
        found |= {f"{which}_due": task["due_on"], f"{which}_what": task["what"]}
    return found


def _line(medicine: dict[str, str]) -> str:
    return "，".join(medicine.get(name, "") for name in MEDICINE).rstrip("，")


def _medicine(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.replace(",", "，").split("，")]
    return dict(zip(MEDICINE, parts, strict=False))
