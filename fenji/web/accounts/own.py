"""One's own account: the post one acts from, password, telephone, large print; whose pages it opens, and closing it."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fenji.apps.accounts import actions, second_factor
from fenji.apps.accounts.errors import WeakPassword
from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.apps.residents import actions as residents
from fenji.apps.residents.models import ResidentAccount
from fenji.apps.residents.queries import residents_of_account
from fenji.web.accounts.forms import PasswordForm, ProfileForm
from fenji.web.resident.family import RELATIONS
from fenji.web.roles import PersonRequest, desk_of, requires_login
from fenji.web.session import POST


@requires_login
def switch_post(request: PersonRequest) -> HttpResponse:
    """Choose the post to act from: several sites, several roles."""
    if request.method != "POST":
        return render(request, "account/posts.html")
    chosen = next((post for post in request.posts if str(post.pk) == request.POST.get("post")), None)
    if chosen is None:
        raise NotFound
    request.session[POST] = chosen.pk
    actions.remember_post(chosen.pk, by=request.user)
    return redirect(desk_of(chosen))


@requires_login
def account(request: PersonRequest) -> HttpResponse:
    """Own particulars; what only the security administrator may change is shown, not asked."""
    user = request.user
    initial = {"phone": user.phone, "email": user.email, "large_print": user.large_print}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_own_profile(**form.cleaned_data, by=user)
        messages.success(request, _("已保存。"))
        return redirect("account")
    shown = {"form": form, "is_enrolled": second_factor.is_enrolled(user), "at": clock.now(), "lets": _lets(request)}
    return render(request, "account/account.html", shown, status=422 if form.errors else 200)


@require_POST
@requires_login
def end_acting(request: PersonRequest, account_id: int) -> HttpResponse:
    """A resident closes the own account, or ends that a relative's opens the resident's pages; a relative gives up."""
    residents.end_account(account_id, by=request.user)
    request.user.refresh_from_db()
    if not request.user.is_active:
        logout(request)
        messages.success(request, _("账号已注销。需要时可带证件再开通。"))
        return redirect("account_login")
    messages.success(request, _("已关闭。"))
    return redirect("account")


def _lets(request: PersonRequest) -> list[tuple[ResidentAccount, str, bool]]:
    """What the account opens, and who else opens the own pages: row, relation in words, whether it is one's own."""
    at = clock.now()
    mine = residents_of_account(request.user, at)
    own = next((one for one in mine if one.relation == "self"), None)
    others = (
        [one for one in residents.accounts_of(own.resident_id, at) if one.user_id != request.user.pk] if own else []
    )
    return [(one, str(RELATIONS.get(one.relation, "")), one.user_id == request.user.pk) for one in (*mine, *others)]


@requires_login
def change_password(request: PersonRequest) -> HttpResponse:
    """Every other session of the account ends."""
    form = PasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    is_first = request.user.password_temporary_until is not None
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.change_own_password(form.cleaned_data["new"], by=request.user)
        except WeakPassword as error:
            form.add_error("new", str(error.message))
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("密码已更换，其他设备上的登录已退出。"))
            return redirect("home" if is_first else "account")
    shown = {"form": form, "is_first": is_first}
    return render(request, "account/password_change.html", shown, status=422 if form.errors else 200)
