"""One's own account: the post one acts from, password, telephone, large print."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fenji.apps.accounts import actions, second_factor
from fenji.apps.accounts.errors import WeakPassword
from fenji.apps.common.errors import NotFound
from fenji.web.accounts.forms import PasswordForm, ProfileForm
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
    shown = {"form": form, "is_enrolled": second_factor.is_enrolled(user)}
    return render(request, "account/account.html", shown, status=422 if form.errors else 200)


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
