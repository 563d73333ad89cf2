"""In and out: name and password, the demonstration's one click, logout."""

from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from fenji.apps.accounts import actions, queries
from fenji.apps.common.errors import NotFound
from fenji.web.accounts import demonstration
from fenji.web.accounts.forms import LoginForm
from fenji.web.roles import PersonRequest, requires_login

BACKEND = "fenji.apps.accounts.backends.PasswordBackend"


class LoginPage(LoginView):
    form_class = LoginForm
    template_name = "account/login.html"

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """One transaction, in which the account's turn is held (`lockout.is_first_try_now`)."""
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = demonstration.groups() if settings.DEMONSTRATION else []
        return {**super().get_context_data(**kwargs), "demonstration_groups": groups}


@require_POST
def demonstration_login(request: HttpRequest) -> HttpResponse:
    """Only in a demonstration, only as one of its made-up people."""
    account = request.POST.get("account", "")
    users = queries.demonstration_accounts() if settings.DEMONSTRATION and account.isdecimal() else None
    user = users.filter(pk=int(account)).first() if users is not None else None
    if user is None:
        raise NotFound
    login(request, user, backend=BACKEND)
    return redirect("home")


@requires_login
def logout_page(request: PersonRequest) -> HttpResponse:
    """Asks, then ends every session of the account. A demonstration's account is shared: there only this one ends."""
    if request.method != "POST":
        return render(request, "account/logout.html")
    if not request.user.is_demonstration:
        actions.end_sessions(by=request.user)
    logout(request)
    return redirect("account_login")


def inactive_page(request: HttpRequest) -> HttpResponse:
    """Right password, closed account or expired temporary password."""
    return render(request, "account/account_inactive.html", status=403)
