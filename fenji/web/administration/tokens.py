"""Keys of programs: issued, shown once, revoked."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fenji.apps.accounts import actions, queries
from fenji.apps.common import clock
from fenji.kernel.roles import Office
from fenji.web.administration.forms import TokenForm
from fenji.web.administration.people import person_page
from fenji.web.administration.secrets import show_once
from fenji.web.roles import PersonRequest, requires_office


@require_POST
@requires_office(Office.SECURITY)
def issue(request: PersonRequest, user_id: int) -> HttpResponse:
    user, form = queries.person(user_id, by=request.user), TokenForm(request.POST)
    if not form.is_valid():
        return person_page(request, user, status=422, token_form=form)
    until = clock.now() + timedelta(days=form.cleaned_data["days"])
    _token, secret = actions.issue_token(user_id, form.cleaned_data["label"], by=request.user, expires_at=until)
    show_once(request, user, _("令牌"), secret)
    return redirect("administration_person", user_id)


@require_POST
@requires_office(Office.SECURITY)
def revoke(request: PersonRequest, token_id: int) -> HttpResponse:
    token = actions.revoke_token(token_id, by=request.user)
    messages.success(request, _("令牌已撤销。"))
    return redirect("administration_person", token.user_id)
