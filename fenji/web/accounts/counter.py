"""At the counter: a resident who is there with papers gets an account, or lets a relative's in; both end here too."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError
from fenji.apps.residents import actions, relations
from fenji.apps.residents.policies import OPENING_ROLES, Purpose
from fenji.web.administration.secrets import show_once, shown_once
from fenji.web.posting import show_faults
from fenji.web.resident.family import RELATIONS
from fenji.web.roles import PostRequest, requires_role

at_counter = requires_role(*OPENING_ROLES)
SEEN = gettext_lazy("我已当面核对证件与本人")


class OpenForm(forms.Form):
    tail = forms.CharField(
        label=gettext_lazy("证件末四位"),
        max_length=4,
        help_text=gettext_lazy("照居民出示的身份证（没有证件号码的，照健康卡）输入。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    seen = forms.BooleanField(label=SEEN)


class LetActForm(forms.Form):
    holder_card = forms.CharField(
        label=gettext_lazy("家属的健康卡号"),
        max_length=24,
        help_text=gettext_lazy("家属须先有自己的账号。"),
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
    )
    relation = forms.ChoiceField(label=gettext_lazy("居民是家属的"))
    tail = forms.CharField(
        label=gettext_lazy("居民证件末四位"), max_length=4, widget=forms.TextInput({"autocomplete": "off"})
    )
    seen = forms.BooleanField(label=gettext_lazy("居民本人（未成年或不能表达的，其监护人）在场并同意，证件已核对"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [(code, words) for code, words in RELATIONS.items() if code != "self"]
        self.fields["relation"].choices = choices  # type: ignore[attr-defined]


@at_counter
def resident_account(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """Which accounts open the resident's pages; open one, or let a relative's in. `what` says which form was sent."""
    at = clock.now()
    resident = relations.access_resident(request.user, resident_id, at=at, purpose=Purpose.IDENTITY)
    sent = request.POST.get("what", "")
    opening = OpenForm(request.POST if sent == "open" else None, prefix="open")
    letting = LetActForm(request.POST if sent == "let" else None, prefix="let")
    if opening.is_bound and opening.is_valid() and _open(request, resident.pk, opening):
        return redirect("resident_account", resident.pk)
    if letting.is_bound and letting.is_valid() and _let_act(request, resident.pk, letting):
        return redirect("resident_account", resident.pk)
    accounts = actions.accounts_of(resident.pk, at)
    own = next((one for one in accounts if one.relation == "self"), None)
    words = {
        "resident": resident,
        "at": at,
        "accounts": [(one, RELATIONS.get(one.relation, "")) for one in accounts],
        "own": own,
        "opening": opening,
        "letting": letting,
        "made": shown_once(request, own.user) if own else None,
        "address": settings.PUBLIC_URL,
    }
    return render(request, "account/counter.html", words, status=422 if opening.errors or letting.errors else 200)


@require_POST
@at_counter
def end_at_counter(request: PostRequest, resident_id: UUID, account_id: int) -> HttpResponse:
    actions.end_account(account_id, by=request.user)
    messages.success(request, _("已关闭。"))
    return redirect("resident_account", resident_id)


def _open(request: PostRequest, resident_id: UUID, form: OpenForm) -> bool:
    """Whether it went well; else the form says why not."""
    tail, house = form.cleaned_data["tail"], request.post.institution_id
    try:
        user, code = actions.open_account(resident_id, tail=tail, by=request.user, institution_id=house)
    except DomainError as fault:
        show_faults(form, fault)
        return False
    show_once(request, user, _("激活码"), code)
    return True


def _let_act(request: PostRequest, resident_id: UUID, form: LetActForm) -> bool:
    given = {name: form.cleaned_data[name] for name in ("holder_card", "relation", "tail")}
    try:
        actions.let_act(resident_id, **given, by=request.user, institution_id=request.post.institution_id)
    except DomainError as fault:
        show_faults(form, fault)
        return False
    messages.success(request, _("已登记，家属登录后在“家人”里可见。"))
    return True
