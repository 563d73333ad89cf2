"""The forms of moves: what a person is asked before a referral moves, and what it gives to the action."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from fenji.apps.booking import queries as booking
from fenji.apps.booking.models import Place
from fenji.apps.booking.policies import REFERRED
from fenji.apps.referrals.actions.effects.places import HORIZON, uses_places, wanted_by
from fenji.apps.referrals.given import Given, clean_plan
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.rules import day_of
from fenji.kernel.referral import CHOICE_REASONS, CHOOSING, REASONS, Move, Party
from fenji.web.posting import number_of
from fenji.web.presenters.names import full_name
from fenji.web.referrals.plan import PlanForm
from fenji.web.widgets import DateTimeInput

MOST_PLACES = 60
LINES = {"rows": 4}


class MoveForm(forms.Form):
    """Base: a move that asks nothing. `places` are what may be chosen from, for the template's slot picker."""

    def __init__(self, referral: Referral, move: Move, party: Party, at: datetime, data: Any = None) -> None:
        super().__init__(data)
        self.referral, self.move, self.party, self.at = referral, move, party, at
        self.places: list[Place] = []
        self.proposes = "institution" in move.needs
        if "reason" in move.needs:
            self.fields["reason"] = forms.ChoiceField(
                label=_("原因"),
                choices=[(code, pgettext("reason", words)) for code, words in REASONS[move.action].items()],
                widget=forms.RadioSelect,
            )
        elif move.action in CHOOSING:
            self.fields["reason"] = choice_field()
        if "note" in move.needs or "reason" in move.needs or move.action in WITH_NOTE:
            self.fields["note"] = forms.CharField(
                label=NOTE_LABELS.get(move.action, _("说明")),
                required="note" in move.needs,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        if {"place", "places"} & set(move.needs) or move.action == "accept":
            self.places = places_for(referral, party, at)

    def given(self) -> Given:
        """What the action gets; call after `is_valid`."""
        values = {name: self.cleaned_data[name] for name in ("note", "reason") if name in self.cleaned_data}
        return Given(
            **values,
            place=number_of(self.data.get("place")),
            institution=str(self.data.get("institution", "")),
        )


def choice_field() -> forms.ChoiceField:
    """Why not where the rules prefer: asked only of who sends elsewhere, so it may stay empty."""
    reasons = [(code, pgettext("reason", words)) for code, words in CHOICE_REASONS.items()]
    return forms.ChoiceField(label=_("没有选首选机构的理由"), choices=[("", _("请选择理由")), *reasons], required=False)


NOTE_LABELS = {
    "ask": gettext_lazy("请对方补充什么"),
    "answer": gettext_lazy("补充内容"),
    "send_back": gettext_lazy("退回的理由"),
    "send_record": gettext_lazy("补充的病历资料"),
    "keep": gettext_lazy("为什么不取消"),
    "take_back": gettext_lazy("为什么收回"),
    "resume_care": gettext_lazy("为什么继续诊治"),
    "decline_offer": gettext_lazy("哪些时间合适"),
    "complain": gettext_lazy("投诉的内容"),
    "hand_on": gettext_lazy("交接说明"),
    "refuse": gettext_lazy("给转出医生的说明"),
}
WITH_NOTE = frozenset({"hand_on", "arrive"})


class OfferForm(MoveForm):
    """Several places, from which the resident chooses."""

    def given(self) -> Given:
        chosen = self.data.getlist("places") if isinstance(self.data, QueryDict) else []
        return Given(places=tuple(pk for pk in map(number_of, chosen[:MOST_PLACES]) if pk is not None))


class AssignForm(MoveForm):
    department = forms.ChoiceField(label=gettext_lazy("科室"))
    department_due_at = forms.DateTimeField(label=gettext_lazy("科室时限"), required=False, widget=DateTimeInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = self.referral.receiver.departments.filter(valid_until__isnull=True) if self.referral.receiver else []
        self.fields["department"].choices = [(unit.pk, full_name(unit)) for unit in units if not unit.is_office]  # type: ignore[attr-defined]
        self.fields["department"].initial = self.referral.department_id

    def given(self) -> Given:
        due = self.cleaned_data["department_due_at"]
        return Given(department=int(self.cleaned_data["department"]), department_due_at=due)


class ReplyForm(MoveForm):
    """回转单: what the sender waits for."""

    diagnosis_name = forms.CharField(label=gettext_lazy("诊断结果"), max_length=80)
    findings = forms.CharField(
        label=gettext_lazy("主要检查结果"), max_length=2000, required=False, widget=forms.Textarea(LINES)
    )
    treatment = forms.CharField(label=gettext_lazy("治疗经过"), max_length=2000, widget=forms.Textarea(LINES))
    advice = forms.CharField(
        label=gettext_lazy("下一步治疗方案及康复建议"), max_length=2000, required=False, widget=forms.Textarea(LINES)
    )
    admission_number = forms.CharField(label=gettext_lazy("住院病案号"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["diagnosis_name"].initial = self.referral.diagnosis_name

    def reply(self) -> dict[str, str]:
        names = ("diagnosis_name", "findings", "treatment", "advice", "admission_number")
        return {name: self.cleaned_data[name] for name in names}

    def given(self) -> Given:
        return Given(reply=self.reply())


class ReturnForm(PlanForm, ReplyForm):
    """The reply, and the plan that goes down with the patient."""

    def given(self) -> Given:
        plan = clean_plan(self.plan(), today=day_of(self.at))
        reason, institution = self.cleaned_data["reason"], str(self.data.get("institution", ""))
        return Given(reply=self.reply(), plan=plan, institution=institution, reason=reason)


FORMS: dict[str, type[MoveForm]] = {
    "offer": OfferForm,
    "assign": AssignForm,
    "reply": ReplyForm,
    "interim_reply": ReplyForm,
    "return_down": ReturnForm,
}


def form_for(referral: Referral, move: Move, party: Party, at: datetime, data: Any = None) -> MoveForm:
    return FORMS.get(move.action, MoveForm)(referral, move, party, at, data)


def places_for(referral: Referral, party: Party, at: datetime) -> list[Place]:
    """What may be chosen from: for a resident the places offered, else all free ones of the department."""
    wanted = wanted_by(referral, at) if uses_places(referral) else None
    if wanted is None:
        return []
    free = booking.free_places(wanted.department_ids, at, at + HORIZON, access=REFERRED, at=at, limit=MOST_PLACES)
    offered = set(referral.offered_places)
    return [place for place in free if place.pk in offered] if party is Party.RESIDENT and offered else free
