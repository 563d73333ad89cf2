"""Addresses of login and of the own account. Names beginning with account_ and mfa_ are allauth's."""

from allauth.account.views import ReauthenticateView
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, path

from fenji.web.accounts import counter, login, own
from fenji.web.accounts.second_factor import EnrolPage, NewCodesPage

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", login.LoginPage.as_view(), name="account_login"),
    path("login/demonstration/", login.demonstration_login, name="demonstration_login"),
    path("login/code/", mfa.authenticate, name="mfa_authenticate"),
    path("login/closed/", login.inactive_page, name="account_inactive"),
    path("logout/", login.logout_page, name="account_logout"),
    path("account/", own.account, name="account"),
    path("account/post/", own.switch_post, name="switch_post"),
    path("account/password/", own.change_password, name="account_change_password"),
    path("account/residents/<int:account_id>/end/", own.end_acting, name="end_acting"),
    path("residents/<uuid:resident_id>/account/", counter.resident_account, name="resident_account"),
    path(
        "residents/<uuid:resident_id>/account/<int:account_id>/end/",
        counter.end_at_counter,
        name="resident_account_end",
    ),
    path("account/again/", ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("account/second-factor/", mfa.index, name="mfa_index"),
    path("account/second-factor/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/second-factor/enrol/", login_required(EnrolPage.as_view()), name="mfa_activate_totp"),
    path("account/second-factor/enrolled/", mfa.index, name="mfa_deactivate_totp"),  # nobody takes it off alone
    path("account/second-factor/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/second-factor/codes/new/", login_required(NewCodesPage.as_view()), name="mfa_generate_recovery_codes"
    ),
]
