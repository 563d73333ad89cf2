"""Cases of supervision, on the insurer's side and on the institution's: the list, and one with its next steps."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fenji.apps.common import clock, rulebooks
from fenji.apps.common.errors import DomainError, NotFound
from fenji.apps.payments import queries
from fenji.apps.payments.actions import supervision
from fenji.apps.payments.explaining import ground_of
from fenji.apps.payments.models import Case
from fenji.apps.payments.policies import CASE_MOVES, CASE_STATES, RULE_KEYS, RULES, possible_case_moves
from fenji.kernel.roles import Role
from fenji.web.payments.case_figures import figures_of
from fenji.web.posting import once, show_faults, version_of
from fenji.web.presenters.dates import local
from fenji.web.roles import PostRequest, requires_role

PEOPLE = (Role.INSURER, Role.REFERRAL_OFFICE, Role.PRIMARY_HEAD)
A_PAGE = 50


class MoveForm(forms.Form):
    """One step: which, why, and for a finding how much is to be recovered."""

    move = forms.ChoiceField(label=_("下一步"), widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=_("追回金额（元）"), required=False, min_value=0, max_digits=12, decimal_places=2,
        help_text=_("认定违规时填写。"),
    )  # fmt: skip
    text = forms.CharField(label=_("说明或理由"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, moves: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["move"]
        choices.choices = [(name, CASE_MOVES[name].name) for name in moves]
        if "uphold" not in moves:
            del self.fields["amount"]


@requires_role(*PEOPLE)
def waiting(request: PostRequest) -> HttpResponse:
    house = None if request.post.role == Role.INSURER else request.post.institution_id
    at, mine = clock.now(), "insurer" if house is None else "institution"
    page = Paginator(queries.open_cases(institution_id=house), A_PAGE).get_page(request.GET.get("page"))
    rows = [
        (one, RULES[one.rule][0], CASE_STATES[one.state], bool(possible_case_moves(one, mine)), _is_late(one, at))
        for one in page
    ]  # fmt: skip
    return render(request, "payments/cases.html", {"page": page, "rows": rows, "at": at, "is_insurer": house is None})


@requires_role(*PEOPLE)
def show(request: PostRequest, case_id: UUID) -> HttpResponse:
    at, case, party = clock.now(), *_case(request, case_id)
    moves = possible_case_moves(case, party)
    form = MoveForm(moves, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return once(request, lambda: _moved(request, case, party, form))
        except DomainError as fault:
            show_faults(form, fault)
    rule, meaning = RULES[case.rule]
    shown = {
        "case": case, "rule": rule, "meaning": meaning, "state": CASE_STATES[case.state], "form": form, "moves": moves,
        "at": at, "claims": case.claims.select_related("institution").order_by("ended_at"),
        "steps": [(one, CASE_STATES[one.to_state]) for one in case.steps.order_by("version")],
        "figures": figures_of(case), "ground": _ground(case),
        "key": f"case-{case.pk}-{case.version}", "is_late": _is_late(case, at),
    }  # fmt: skip
    return render(request, "payments/case.html", shown, status=422 if form.errors else 200)


def _case(request: PostRequest, case_id: UUID) -> tuple[Case, str]:
    """The case and the side the person is on; absent and another's look the same."""
    case = Case.objects.select_related("institution").filter(pk=case_id).first()
    if case is None:
        raise NotFound
    if request.post.role == Role.INSURER:
        return case, "insurer"
    if case.institution_id != request.post.institution_id:
        raise NotFound
    return case, "institution"


def _moved(request: PostRequest, case: Case, party: str, form: MoveForm) -> str:
    given = form.cleaned_data
    amount = given.get("amount")
    supervision.move_case(
        case.pk, given["move"], party=party, text=given["text"], version=version_of(request), by=request.user,
        amount_cents=int(amount * 100) if amount else None,
    )  # fmt: skip
    messages.success(request, _t("已记入案件。"))
    return reverse("case", args=[case.pk])


def _ground(case: Case) -> tuple[str, str] | None:
    """Status and words of what the rule that found the case rests on, on the day it was found."""
    key = RULE_KEYS.get(case.rule)
    if key is None:
        return None
    rulebook = rulebooks.current()
    dated = rulebook.value(key, on=local(case.found_at).date())
    return dated.status, ground_of(rulebook, dated)


def _is_late(case: Case, at: Any) -> bool:
    return case.due_at is not None and case.due_at <= at
