"""Drafting a change: the new value, from when, on what document, why."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fenji.apps.common import clock, policy_changes, rulebooks
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.policy_changes import Draft
from fenji.kernel.tiers import Basis
from fenji.rulebook.comparison import value_or_none
from fenji.rulebook.keys import KEYS
from fenji.rulebook.toml_text import text_of, value_of
from fenji.web.policy.guard import for_reviewers, may_draft, officer_of
from fenji.web.policy.presenter import is_english, key_name, row_of
from fenji.web.posting import once, show_faults
from fenji.web.presenters.basis import MARKS
from fenji.web.presenters.dates import local
from fenji.web.roles import PostRequest
from fenji.web.widgets import DateInput


class DraftForm(forms.Form):
    """`key` says what the value must look like: a choice where there are few, else TOML as in a policy file."""

    value = forms.CharField(label=_("新的值"), max_length=6000)
    valid_from = forms.DateField(label=_("自哪天起"), widget=DateInput(), help_text=_("今天以后"))
    valid_until = forms.DateField(
        label=_("到哪天止"), widget=DateInput(), required=False, help_text=_("当天起不再有效；不填表示长期")
    )
    status = forms.ChoiceField(
        label=_("依据的可靠程度"), choices=[(one.value, mark.word) for one, mark in MARKS.items()]
    )
    ground = forms.CharField(label=_("文件名称，或假定的理由"), max_length=200)
    clause = forms.CharField(label=_("条款"), max_length=200, required=False, help_text=_("文件写明的，写明是哪一条"))
    why = forms.CharField(label=_("为什么改"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key, shape = key, KEYS[key].shape
        if shape.choices:
            choices = [(text_of(one), shape.words(one, is_english())) for one in shape.choices]
            self.fields["value"] = forms.ChoiceField(label=_("新的值"), choices=choices)
        else:
            self.fields["value"].widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})
            self.fields["value"].help_text = shape.expected

    def clean_value(self) -> Any:
        try:
            return value_of(self.cleaned_data["value"])
        except ValueError:
            raise forms.ValidationError(_("读不懂。%(hint)s") % {"hint": KEYS[self.key].shape.expected}) from None

    def told(self) -> Draft:
        said = self.cleaned_data
        return Draft(
            self.key, said["value"], said["valid_from"], said["valid_until"], said["ground"], said["clause"],
            Basis(said["status"]), said["why"],
        )  # fmt: skip


@for_reviewers
def draft(request: PostRequest, key: str) -> HttpResponse:
    if key not in KEYS or not may_draft(request):
        raise NotFound
    rulebook, today = rulebooks.current(), local(clock.now()).date()
    now = value_or_none(rulebook, key, today)
    initial = {"value": text_of(now.value), "status": Basis.STATED.value} if now else {}
    form = DraftForm(request.POST or None, key=key, initial=initial)

    def perform() -> str:
        change = policy_changes.draft(form.told(), by=officer_of(request))
        messages.success(request, gettext("草案已提交，等待另一位工作人员批准。"))
        return reverse("policy_change", args=[change.pk])

    if request.method == "POST" and form.is_valid():
        try:
            return once(request, perform)
        except Invalid as fault:
            show_faults(form, fault)
    words = {"key": key, "name": key_name(key), "form": form, "now": row_of(rulebook, now) if now else None}
    return render(request, "policy/draft.html", words, status=422 if form.is_bound else 200)
