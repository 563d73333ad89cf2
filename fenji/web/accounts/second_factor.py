"""Enrolling the authenticator app. The code typed to enrol is used up by it."""

from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpResponse

from fenji.apps.accounts import second_factor


class EnrolPage(ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        used = second_factor.accept(form.user, form.cleaned_data["code"])
        if used is not None:
            used.user = form.user
            post_authentication(self.request, used, reauthenticated=True)  # so the recovery codes show at once
        return response
